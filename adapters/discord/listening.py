"""Listening: what is done about each event of the gateway: what people say in its order, what they press at once."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from adapters.discord import interaction
from adapters.discord.acting import Acting
from adapters.discord.hearing import Hearing
from adapters.discord.marks import Marks
from adapters.discord.meaning import Room
from adapters.discord.message import answered
from adapters.discord.missed import Told
from adapters.discord.payload import CREATED, INTERACTION, UPDATED, spoken
from adapters.discord.rooms import Rooms
from adapters.discord.unread import Unread
from adapters.discord.where import CHANNEL
from adapters.discord.wire import GATEWAY, READ, ident
from adapters.errors import Unreadable
from adapters.heard import Ignored, Received
from adapters.wire import required

log = structlog.get_logger(__name__)

_BEGUN = frozenset({"READY", "RESUMED"})
_SAID = frozenset({CREATED, UPDATED})


@dataclass(frozen=True)
class Listening:
    """What our connection hears."""

    acting: Acting
    rooms: Rooms
    hearing: Hearing

    def told(self, told: Told) -> None:
        """An event came; nothing is waited for."""
        try:
            self.rooms.learn(told.event, told.data)
            if told.event in _BEGUN:
                log.info("source connected", source=CHANNEL, how=told.event)
                self.hearing.gap()
            elif told.event == INTERACTION:
                self._pressed(told)
            elif told.event in _SAID:
                self.hearing.told(told)
        except Unreadable as error:
            log.error("payload dropped", source=CHANNEL, kind=told.event, why=str(error))

    def _pressed(self, told: Told) -> None:
        meaning, by = interaction.read(told.data, self.acting.us, GATEWAY)
        if by:
            self.acting.later(self.acting.on(meaning, by))


@dataclass(frozen=True)
class Ear:
    """Understands and stores one event. `unread` says that we cannot read something."""

    acting: Acting
    rooms: Rooms
    unread: Unread
    marks: Marks

    async def hear(self, told: Told) -> None:
        """Hear it. Raises Unreadable, what asking for its room raises, and what the desk raises."""
        id = required(ident(told.data, "channel_id"), "the channel")
        room = await self.rooms.find(id, None if told.read_back else ident(told.data, "guild_id"))
        said = spoken(told.event, told.data, self.acting.us, room, READ if told.read_back else GATEWAY)
        if isinstance(said, Ignored):
            self._ignored(said, room, told)
            return
        if isinstance(said, Received):
            await self.marks.spoken(said)  # Its files take a while: if we do not outlive that, it is read again.
        await self.acting.heard(said, told.raw)

    def _ignored(self, said: Ignored, room: Room, told: Told) -> None:
        log.debug("event ignored", source=CHANNEL, kind=said.kind)
        if said.kind == "no-content" and not told.read_back:
            to_us = bool(answered(told.data, self.acting.us))
            self.acting.later(self.unread.say(room, to_us=to_us))
