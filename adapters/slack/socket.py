"""Socket Mode: a connection of our own making, watched, and made anew when it is dead or has gone deaf."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackClientError

log = structlog.get_logger(__name__)


@dataclass
class Ear:
    """One connection, and when something last came over it."""

    handler: AsyncSocketModeHandler
    heard: float = field(default_factory=time.monotonic)

    def deaf(self, after: float) -> bool:
        """Whether it is suspiciously quiet."""
        return time.monotonic() - self.heard >= after

    async def well(self, deaf_after: float) -> bool:
        """Whether it is connected, and not suspiciously quiet."""
        return bool(await self.handler.client.is_connected()) and not self.deaf(deaf_after)


@dataclass(frozen=True)
class Watch:
    """How the connection is watched, in seconds. Slack may be silent for long: then it is only made anew."""

    look_every: float = 5.0
    deaf_after: float = 600.0
    pause: float = 5.0
    gap_after: float = 60.0


@dataclass(frozen=True)
class Gap:
    """What is done about a time in which nobody may have heard Slack: before it ends, and when it was long or short."""

    look: Callable[[], Awaitable[None]]
    close: Callable[[], Awaitable[None]]
    dismiss: Callable[[], Awaitable[None]]


async def hear(bolt: AsyncApp, app_token: SecretStr, stopping: asyncio.Event, watch: Watch, gap: Gap) -> None:
    """Stay connected until `stopping`. What cannot be stored is not acknowledged, and so comes again.

    What comes while there is no connection Slack tries again for some time, so a short gap is none.
    """
    alive = -math.inf
    while not stopping.is_set():
        # Always, since nobody knows how long connecting takes, and then it is too late.
        await gap.look()
        try:
            async with _connected(bolt, app_token, stopping) as ear:
                if not stopping.is_set():
                    log.info("source connected", source="slack")
                    await (gap.close() if time.monotonic() - alive >= watch.gap_after else gap.dismiss())
                while not stopping.is_set() and await ear.well(watch.deaf_after):
                    alive = time.monotonic()
                    await _until(stopping, watch.look_every)
                alive = ear.heard if ear.deaf(watch.deaf_after) else alive
        except (SlackClientError, OSError, TimeoutError) as error:
            log.warning("source interrupted", source="slack", error=type(error).__name__)
            await _until(stopping, watch.pause)
        else:
            if not stopping.is_set():
                log.warning("source interrupted", source="slack", error="NotConnected")


@contextlib.asynccontextmanager
async def _connected(bolt: AsyncApp, app_token: SecretStr, stopping: asyncio.Event) -> AsyncIterator[Ear]:
    handler = AsyncSocketModeHandler(bolt, app_token.get_secret_value(), web_client=bolt.client)
    ear = Ear(handler)

    async def note(*_: Any) -> None:
        ear.heard = time.monotonic()

    handler.client.on_message_listeners.append(note)
    try:
        await _unless(stopping, handler.connect_async())  # type: ignore[no-untyped-call]
        yield ear
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _unless(stopping: asyncio.Event, connecting: Coroutine[None, None, None]) -> None:
    """Connect, or stop: while Slack cannot be reached, the SDK tries for ever and listens to nobody."""
    tasks = asyncio.create_task(connecting), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until(stopping: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
