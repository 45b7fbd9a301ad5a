"""Rooms: what kind of place a channel's id stands for, as the gateway told, or as Discord says when asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from adapters.discord.meaning import Room
from adapters.discord.wire import ident, room_of
from adapters.errors import Unreadable
from adapters.wire import Json, at, children

# The channel object of an id.
Ask = Callable[[str], Awaitable[Json]]

_TOLD = frozenset({"CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE"})
_GONE = frozenset({"CHANNEL_DELETE", "THREAD_DELETE"})


@dataclass(frozen=True)
class Rooms:
    """The rooms known; others are asked for."""

    ask: Ask
    _known: dict[str, Room] = field(default_factory=dict)

    def learn(self, event: str, data: Json) -> None:
        """Take in what an event of the gateway tells of channels and threads. Raises Unreadable."""
        if event == "GUILD_CREATE":
            self._list(data, ident(data, "id"), "channels", "threads")
        elif event == "THREAD_LIST_SYNC":
            self._list(data, ident(data, "guild_id"), "threads")
        elif event in _TOLD:
            self._keep(room_of(data))
        elif event in _GONE:
            self._known.pop(ident(data, "id"), None)
        elif event == "GUILD_DELETE" and not at(data, "unavailable"):
            self._leave(ident(data, "id"))

    async def find(self, id: str, guild: str | None) -> Room:
        """The room of a channel's id. Raises Unreadable, and whatever asking raises.

        What the gateway says is in no `guild` (empty) is direct messages; None: nobody said.
        """
        if guild == "":
            return Room(id=id, kind="direct")
        if id not in self._known:
            self._keep(room_of(await self.ask(id), guild or ""))
        if id not in self._known:
            raise Unreadable("Discord answers with another channel")
        return self._known[id]

    def _list(self, data: Json, guild: str, *names: str) -> None:
        for name in names:
            for one in children(data, name):
                self._keep(room_of(one, guild))

    def _keep(self, room: Room) -> None:
        self._known[room.id] = room

    def _leave(self, guild: str) -> None:
        for id in [room.id for room in self._known.values() if room.guild == guild]:
            del self._known[id]
