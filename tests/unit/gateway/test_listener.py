"""The listener ends what it began, however deaf to a cancellation, and does not hammer a server that refuses it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.base import Batch, Position
from adapters.errors import SourceDown
from gateway import listener
from gateway.listener import Listener, _first_of
from gateway.store.errors import StoreDown


async def test_a_task_that_lost_a_cancellation_is_ended_all_the_same() -> None:
    came = asyncio.Event()

    async def deaf() -> None:
        # The event and the cancellation come at the same moment: in Python 3.11 `wait_for` returns as if not cancelled.
        await asyncio.wait_for(came.wait(), 60)
        await asyncio.sleep(3600)

    async def first() -> str:
        came.set()
        return "done"

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0.01)
    await asyncio.wait_for(_first_of(asyncio.create_task(first()), task), 10)
    assert task.done()


async def test_whoever_is_cancelled_again_while_it_ends_others_leaves_nobody_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listener, "CANCEL_AGAIN", 0.01)
    ending = asyncio.Event()

    async def slow_to_end() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ending.set()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.1)

    inner = asyncio.create_task(slow_to_end())
    outer = asyncio.create_task(_first_of(inner))
    await asyncio.sleep(0)
    outer.cancel()
    await ending.wait()
    outer.cancel()
    await asyncio.wait({outer})
    assert outer.cancelled()
    assert inner.done()


async def test_what_the_first_raised_is_raised_when_all_have_ended() -> None:
    async def breaks() -> None:
        raise ConnectionAbortedError

    other = asyncio.create_task(asyncio.sleep(3600))
    try:
        await _first_of(asyncio.create_task(breaks()), other)
    except ConnectionAbortedError:
        assert other.cancelled()
    else:
        raise AssertionError


class Refusing:
    """A source that does not let us in, and a mailroom for it."""

    name = "email:holdpoint@bot.example.test"
    knocks = 0

    async def listen(self, since: Position | None) -> AsyncIterator[Batch]:
        """Raises SourceDown."""
        self.knocks += 1
        if self.knocks:
            raise SourceDown("wrong password")
        yield Batch(Position(1, 1), ())

    async def seize(self, source: str, holder: str) -> bool:
        """Nobody else wants it."""
        return True

    async def leave(self, source: str, holder: str) -> None:
        """Given up."""

    async def position(self, source: str) -> None:
        """Never read."""

    async def waiting(self, source: str) -> list[Any]:
        """Nothing is kept."""
        return []


async def test_a_server_that_refuses_us_is_asked_less_and_less() -> None:
    source: Any = Refusing()
    desk: Any = None
    stopping = asyncio.Event()
    reading = Listener(source, [(source, desk)], pause=0.01)
    running = asyncio.create_task(reading.run(stopping))
    await asyncio.sleep(0.5)
    stopping.set()
    await running
    assert 2 <= source.knocks <= 7, "with a constant pause it would be fifty"


class Wire:
    """A connection that only one may hold, and the lease on it, which somebody else may take away."""

    source = "discord"
    channel = "discord"

    def __init__(self) -> None:
        self.ours = False
        self.hearing = self.began = self.cut = self.left = 0
        self.changed = asyncio.Condition()

    async def hear(self, desk: object, stopping: asyncio.Event) -> None:
        """Connected until told to stop."""
        self.hearing += 1
        self.began += 1
        await self._tell()
        try:
            await stopping.wait()
        except asyncio.CancelledError:
            self.cut += 1
            raise
        finally:
            self.hearing -= 1
            await self._tell()

    async def seize(self, source: str, holder: str) -> bool:
        """Whether the lease is ours."""
        return self.ours

    async def leave(self, source: str, holder: str) -> None:
        """Given up."""
        self.left += 1

    async def until(self, hearing: int) -> None:
        """Until so many are connected."""
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: self.hearing == hearing)

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()


async def test_only_who_holds_the_lease_is_connected_and_nobody_longer_than_that() -> None:
    wire, stopping = Wire(), asyncio.Event()
    odd: Any = wire
    reading = Listener(odd, sockets=[(odd, odd)], renew_every=0.01, pause=0.01)
    running = asyncio.create_task(reading.run(stopping))
    await asyncio.sleep(0.1)
    assert wire.began == 0  # somebody else has it
    wire.ours = True
    await wire.until(hearing=1)
    wire.ours = False
    await wire.until(hearing=0)
    assert wire.cut == 1
    wire.ours = True
    await wire.until(hearing=1)
    stopping.set()
    await asyncio.wait_for(running, 10)
    assert (wire.hearing, wire.cut, wire.began) == (0, 1, 2)  # it ended by itself, not cut off
    assert wire.left == 1


async def test_a_store_that_is_away_does_not_cut_a_connection() -> None:
    wire, stopping = Wire(), asyncio.Event()
    odd: Any = wire
    away = 0

    async def seize(source: str, holder: str) -> bool:
        nonlocal away
        away += 1
        if 1 < away < 20:
            raise StoreDown("away")
        return True

    odd.seize = seize
    running = asyncio.create_task(Listener(odd, sockets=[(odd, odd)], renew_every=0.01).run(stopping))
    await wire.until(hearing=1)
    async with asyncio.timeout(10):
        while away < 25:
            await asyncio.sleep(0.01)
    assert (wire.cut, wire.began) == (0, 1)
    stopping.set()
    await asyncio.wait_for(running, 10)
