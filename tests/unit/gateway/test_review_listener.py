"""The listener ends what it began, however deaf to a cancellation."""

from __future__ import annotations

import asyncio

from gateway.listener import _first_of


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
