"""Typing: that the agent is at work on what was said, shown where it was said; never while it waits for somebody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from adapters.base import Desk
from adapters.discord.api import Api
from adapters.discord.where import CHANNEL
from adapters.errors import SendError

log = structlog.get_logger(__name__)

Pause = Callable[[float], Awaitable[None]]

# In seconds. Discord shows it for ten; nobody's patience is longer than ten minutes.
AT_MOST_EVERY = 8
LOOK_EVERY = 9.0
LONGEST = 600
_AT_WORK = frozenset({"working", "running_tool"})


async def show(api: Api, desk: Desk, conversation: str, channel: str, pause: Pause = asyncio.sleep) -> None:
    """Show it in a channel as long as the conversation's agent is at work. However many show it: no more often."""
    try:
        for _ in range(int(LONGEST / LOOK_EVERY)):
            if await desk.status(conversation) not in _AT_WORK:
                return
            if await desk.turn(f"typing/{channel}", AT_MOST_EVERY):
                await api.call("POST", "/channels/{channel_id}/typing", channel_id=channel)
            await pause(LOOK_EVERY)
    except SendError as error:
        log.info("typing not shown", source=CHANNEL, channel=channel, why=str(error))
    except Exception as error:  # It is only shown: what is wrong with the store is told where something is stored.
        log.warning("typing not shown", source=CHANNEL, channel=channel, why=type(error).__name__)
