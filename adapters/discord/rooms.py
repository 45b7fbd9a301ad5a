"""Rooms: what kind of place a channel's id stands for, as the gateway told, or as Discord says when asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from adapters.discord.meaning import Room, RoomKind
from adapters.wire import Json, at, children, words

Ask = Callable[[str], Awaitable[Json]]

_DIRECT = (1, 3)
_THREADS = (10, 11, 12)
_TOLD = ("CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE")
_GONE = ("CHANNEL_DELETE", "THREAD_DELETE")


def room_of(channel: Json, guild: str = "") -> Room | None:
    """The room a channel object of Discord's stands for; what a guild lists is in it. None if it is no channel."""
    id, kind = words(channel, "id"), at(channel, "type")
    if not id.isdigit() or not isinstance(kind, int):
        return None
    found: RoomKind = "direct" if kind in _DIRECT else "thread" if kind in _THREADS else "channel"
    parent = words(channel, "parent_id") if found == "thread" else ""
    return Room(id=id, kind=found, guild=words(channel, "guild_id") or guild, parent=parent)


@dataclass(frozen=True)
class Rooms:
    """The rooms known; `ask` fetches a channel object that is not."""

    ask: Ask
    _known: dict[str, Room] = field(default_factory=dict)

    def learn(self, event: str, data: Json) -> None:
        """Take in what an event of the gateway tells of channels and threads."""
        if event == "GUILD_CREATE":
            self._list(data, words(data, "id"), "channels", "threads")
        elif event == "THREAD_LIST_SYNC":
            self._list(data, words(data, "guild_id"), "threads")
        elif event in _TOLD:
            self._keep(room_of(data))
        elif event in _GONE:
            self._known.pop(words(data, "id"), None)
        elif event == "GUILD_DELETE" and not at(data, "unavailable"):
            self._leave(words(data, "id"))

    async def find(self, id: str, guild: str) -> Room:
        """The room a message was said in. Raises whatever asking Discord raises.

        What is in no guild is direct messages: nobody needs to be asked.
        """
        if not guild:
            return Room(id=id, kind="direct")
        if found := self._known.get(id):
            return found
        asked = room_of(await self.ask(id), guild) or Room(id=id, kind="channel", guild=guild)
        self._keep(asked)
        return asked

    def _list(self, data: Json, guild: str, *names: str) -> None:
        for name in names:
            for one in children(data, name):
                self._keep(room_of(one, guild))

    def _keep(self, room: Room | None) -> None:
        if room:
            self._known[room.id] = room

    def _leave(self, guild: str) -> None:
        for id in [room.id for room in self._known.values() if room.guild == guild]:
            del self._known[id]
