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

    source = "email:holdpoint@bot.example.test"
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

    async def position(self, source: str) -> None:
        """Never read."""

    async def waiting(self, source: str) -> list[Any]:
        """Nothing is kept."""
        return []


async def test_a_server_that_refuses_us_is_asked_less_and_less() -> None:
    source: Any = Refusing()
    inbound: Any = None
    stopping = asyncio.Event()
    reading = Listener([source], source, inbound, pause=0.01)
    running = asyncio.create_task(reading.run(stopping))
    await asyncio.sleep(0.5)
    stopping.set()
    await running
    assert 2 <= source.knocks <= 7, "with a constant pause it would be fifty"
