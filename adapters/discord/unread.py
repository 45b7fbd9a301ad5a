"""Unread: telling a thread of ours, now and then, that we cannot read what does not mention us (DC-01)."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from adapters.base import Desk
from adapters.discord.api import Api
from adapters.discord.meaning import Room
from adapters.discord.where import CHANNEL
from adapters.errors import SendError
from adapters.meter import Meter

log = structlog.get_logger(__name__)

EVERY = 3600  # seconds, and thread
MENTION_ME = "Mention me, please: Discord shows me the text of a message only if it mentions me or answers one of mine."


@dataclass(frozen=True)
class Unread:
    """Says so, in conversations of ours, and where we were answered."""

    api: Api
    meter: Meter
    desk: Desk

    async def say(self, room: Room, *, to_us: bool) -> None:
        """Somebody wrote something in a room, perhaps in answer `to_us`, of which we got not a word."""
        ours = room.kind == "thread" and await self.desk.status(room.id) is not None
        if room.kind == "direct" or not (to_us or ours):
            return
        if await self.meter.take(f"{CHANNEL}:unread:{room.id}", 1, most=1, seconds=EVERY):
            return
        said = {"content": MENTION_ME, "allowed_mentions": {"parse": []}}
        try:
            await self.api.call("POST", "/channels/{channel_id}/messages", json=said, channel_id=room.id)
        except SendError as error:
            log.info("nobody told to mention us", source=CHANNEL, channel=room.id, why=str(error))
