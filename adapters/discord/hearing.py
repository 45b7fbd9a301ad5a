"""Hearing: what is said on Discord, in its order, channel by channel; after a gap first what was missed there.

What the store does not take is tried again, and what comes behind it in its channel waits. Nothing is dropped but what
is not understood, or what the store refuses again and again although it answers.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import structlog

from adapters.discord.marks import Marks
from adapters.discord.missed import Bounds, Page, Told, pages
from adapters.discord.payload import CREATED
from adapters.discord.tasks import end
from adapters.discord.where import CHANNEL, moment
from adapters.errors import Rejected, SendError, TryLater, Unreadable
from adapters.wire import words

log = structlog.get_logger(__name__)

T = TypeVar("T")
# Understands and stores an event. Raises what kept it from that.
Hear = Callable[[Told], Awaitable[None]]
# The messages of a place after an id.
Read = Callable[[str, str], Awaitable[Page]]


@dataclass
class _Channel:
    """One channel: what waits in it, and since when it has to be read first; `full`: only after what waits."""

    waiting: deque[Told] = field(default_factory=deque)
    since: int | None = None
    full: bool = False
    worker: asyncio.Task[None] | None = None

    def put(self, told: Told, most: int) -> None:
        """Let it wait. What is said and has no room is read from Discord later, as if nobody had heard it."""
        if not self.full and len(self.waiting) < most:
            self.waiting.append(told)
        elif told.event == CREATED and (said := words(told.data, "id")).isdigit() and not self.full:
            self.full = True
            self.since = min(moment(said), self.since or moment(said))

    def behind(self, since: int) -> None:
        """Nobody heard what was said there since a moment."""
        self.since = since if self.since is None else min(since, self.since)

    def to_read(self) -> int | None:
        """Since when it is to be read now, if it is."""
        if self.since is None or (self.full and self.waiting):
            return None
        since, self.since, self.full = self.since, None, False
        return since


class Hearing:
    """Hears one event of a channel after the other. Ends with `aclose`."""

    def __init__(self, hear: Hear, read: Read, marks: Marks, bounds: Bounds) -> None:
        self._hear = hear
        self._read = read
        self._marks = marks
        self._bounds = bounds
        self._channels: dict[str, _Channel] = {}
        self._looked = asyncio.Event()
        self._looked.set()
        self._looking: asyncio.Task[None] | None = None
        self._reading = asyncio.Semaphore(bounds.places)
        self._shut: set[str] = set()

    def told(self, told: Told) -> None:
        """An event came. It waits for what came before it in its channel."""
        id = words(told.data, "channel_id")
        self._shut.discard(id)
        channel = self._channels.setdefault(id, _Channel())
        channel.put(told, self._bounds.queue)
        self._work(id, channel)

    def gap(self) -> None:
        """For some time nobody may have heard: what was said meanwhile comes before anything else."""
        if self._looking:
            self._looking.cancel()
        self._looked.clear()
        self._looking = asyncio.create_task(self._look())

    async def settled(self) -> None:
        """When all that came is heard."""
        while (looking := not self._looked.is_set()) or self._channels:
            if looking:
                await self._looked.wait()
            await asyncio.gather(*self._workers(), return_exceptions=True)

    async def aclose(self) -> None:
        """Hear no more. What is not heard by now will be read the next time."""
        await end(*self._workers(), *([self._looking] if self._looking else []))
        self._channels.clear()

    def _workers(self) -> list[asyncio.Task[None]]:
        return [one.worker for one in self._channels.values() if one.worker]

    async def _look(self) -> None:
        for place, since in (await self._insist(self._marks.load, place="") or {}).items():
            if place.isdigit() and place not in self._shut:
                channel = self._channels.setdefault(place, _Channel())
                channel.behind(since)
                self._work(place, channel)
        self._looked.set()

    def _work(self, id: str, channel: _Channel) -> None:
        if channel.worker is None:
            channel.worker = asyncio.create_task(self._all(id, channel))

    async def _all(self, id: str, channel: _Channel) -> None:
        try:
            while channel.waiting or channel.since is not None:
                await self._looked.wait()
                if (since := channel.to_read()) is not None:
                    await self._catch_up(id, since)
                elif channel.waiting:
                    await self._one(id, channel.waiting[0])
                    channel.waiting.popleft()
        finally:
            self._channels.pop(id, None)

    async def _catch_up(self, id: str, since: int) -> None:
        """Hear what was said in a place. One that refuses us is left alone until it speaks to us again."""

        async def read(after: str) -> Page:
            found = await self._insist(partial(self._read, id, after), place=id)
            return found or Page((), after)

        async with self._reading, contextlib.aclosing(pages(read, id, since, self._bounds)) as found:
            async for page in found:
                for told in page.told:
                    await self._one(id, told)

    async def _one(self, id: str, told: Told) -> None:
        await self._insist(partial(self._hear, told), place=id)
        said = words(told.data, "id")
        if told.event == CREATED and said.isdigit():
            self._marks.move(id, moment(said))

    async def _insist(self, attempt: Callable[[], Awaitable[T]], *, place: str) -> T | None:
        """What comes of it, tried again while Discord or the store is away; None if nothing ever will."""
        began, pause = self._bounds.clock(), self._bounds.pause
        while True:
            try:
                return await attempt()
            except (Unreadable, Rejected) as error:
                log.warning("event dropped", source=CHANNEL, place=place, why=str(error))
                if isinstance(error, Rejected):
                    self._shut.add(place)
                return None
            except Exception as error:
                wait = (error.retry_after if isinstance(error, TryLater) else None) or pause
                log.warning("hearing waits", source=CHANNEL, place=place, error=type(error).__name__, seconds=wait)
                # What Discord cannot say just now is still there to be asked for when it is back.
                enough = self._bounds.outage if isinstance(error, SendError) else self._bounds.wait
                if self._bounds.clock() - began > enough and await self._stores():
                    log.exception("event dropped", source=CHANNEL, place=place, error=type(error).__name__)
                    return None
            await self._bounds.sleep(wait)
            pause = min(pause * 2, self._bounds.longest)

    async def _stores(self) -> bool:
        """Whether the store answers: then it is the event that nobody can take."""
        try:
            await self._marks.load()
        except Exception:
            return False
        return True
