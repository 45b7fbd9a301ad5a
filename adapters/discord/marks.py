"""Marks: how far each place was heard. A mark moves only behind what is stored; what it says is told now and then.

If nothing was told before a crash, more is read than was missed, and the log knows what it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from adapters.base import Desk, Waiting
from adapters.discord.where import CHANNEL, moment, where_of
from adapters.heard import Heard, Received
from agent_core.events import Request
from agent_core.values import Author

log = structlog.get_logger(__name__)


@dataclass
class Marks:
    """The places that are heard: those known to the desk, and those where we were spoken to since.

    Where we wrote first is learnt at the next `load`; `_elsewhere` is how far we heard in such places until then.
    """

    desk: Desk
    every: float = 1.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _known: set[str] = field(default_factory=set)
    _untold: dict[str, int] = field(default_factory=dict)
    _elsewhere: dict[str, int] = field(default_factory=dict)

    async def load(self) -> Mapping[str, int]:
        """All places, and how far they were heard, in microseconds since the epoch. Raises StoreError."""
        places = dict(await self.desk.places())
        elsewhere, self._elsewhere = self._elsewhere, {}
        self._known |= set(places)
        for place in elsewhere.keys() & places.keys():
            self.move(place, elsewhere[place])
        return places | {place: max(at, places.get(place, 0)) for place, at in self._untold.items()}

    async def begin(self, place: str, at: int) -> None:
        """We are spoken to in a place: from that moment on it is heard, whatever becomes of us before it is stored."""
        if place not in self._known:
            await self.desk.begun({place: at})
            self._known.add(place)

    async def spoken(self, received: Received) -> None:
        """Somebody speaks to us, and where more may be said about it is heard from here on. Raises StoreError."""
        if not received.joins:
            for place in places_of(received):
                await self.begin(place, moment(received.message.id.partition(":")[2]) - 1)

    def move(self, place: str, at: int) -> None:
        """All said there up to a moment is stored, or none of our business. It matters where we were spoken to."""
        moved = self._untold if place in self._known else self._elsewhere
        moved[place] = max(at, moved.get(place, 0))

    async def tell(self) -> None:
        """Tell the desk."""
        untold, self._untold = self._untold, {}
        if not untold:
            return
        try:
            await self.desk.heard(untold)
        except Exception as error:
            log.warning("places not noted", source=CHANNEL, error=type(error).__name__)
            self._untold = untold | {place: max(at, untold.get(place, 0)) for place, at in self._untold.items()}

    async def keep(self) -> None:
        """Tell it every now and then, for ever."""
        while True:
            await self.sleep(self.every)
            await self.tell()


@dataclass(frozen=True)
class Marking:
    """A desk that knows where we are spoken to before it stores what was said."""

    desk: Desk
    marks: Marks

    async def take(self, heard: Heard, raw: bytes | None = None) -> bool:
        """See Desk."""
        if isinstance(heard, Received):
            await self.marks.spoken(heard)
        return await self.desk.take(heard, raw)

    async def request(self, ticket: str, seal: str) -> Request | None:
        """See Desk."""
        return await self.desk.request(ticket, seal)

    async def waiting(self, author: Author, seal: str) -> Sequence[Waiting]:
        """See Desk."""
        return await self.desk.waiting(author, seal)

    async def status(self, conversation: str) -> str | None:
        """See Desk."""
        return await self.desk.status(conversation)

    async def begun(self, places: Mapping[str, int]) -> None:
        """See Desk."""
        await self.desk.begun(places)

    async def heard(self, places: Mapping[str, int]) -> None:
        """See Desk."""
        await self.desk.heard(places)

    async def places(self) -> Mapping[str, int]:
        """See Desk."""
        return await self.desk.places()

    async def turn(self, name: str, seconds: int) -> bool:
        """See Desk."""
        return await self.desk.turn(name, seconds)


def places_of(received: Received) -> tuple[str, ...]:
    """The channels and threads in which more may be said about it; a thread that begins at it may not be there yet."""
    return tuple({received.conversation, where_of(received.address).channel} - {""})
