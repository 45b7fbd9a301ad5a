"""The loop of a role: it ends when it is asked to, whatever it waits for, and finishes what it has begun."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from gateway.lease import take_turns
from gateway.store.errors import StoreDown

PATIENCE = 10.0


async def for_ever() -> None:
    await asyncio.Event().wait()


async def nothing(_: int) -> Sequence[str]:
    return ()


async def test_who_waits_for_work_stops_at_once() -> None:
    stopping = asyncio.Event()
    waits = asyncio.Event()

    async def idle() -> None:
        waits.set()
        await for_ever()

    role = asyncio.create_task(take_turns(nothing, never, idle, concurrency=1, stopping=stopping))
    await waits.wait()
    stopping.set()
    await asyncio.wait_for(role, PATIENCE)


async def test_what_is_under_way_is_finished() -> None:
    stopping, begun, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
    done: list[str] = []

    there = ["one"]

    async def claim(_: int) -> Sequence[str]:
        return [there.pop()] if there else ()

    async def work(one: str) -> None:
        begun.set()
        await go_on.wait()
        done.append(one)

    role = asyncio.create_task(take_turns(claim, work, for_ever, concurrency=2, stopping=stopping))
    await begun.wait()
    stopping.set()
    await asyncio.sleep(0)
    assert not role.done()
    go_on.set()
    await asyncio.wait_for(role, PATIENCE)
    assert done == ["one"]


async def test_a_store_that_is_away_is_asked_again_and_holds_up_no_stop() -> None:
    stopping = asyncio.Event()
    asked: list[int] = []

    async def away(most: int) -> Sequence[str]:
        asked.append(most)
        stopping.set()
        raise StoreDown("away")

    await asyncio.wait_for(take_turns(away, never, for_ever, concurrency=3, stopping=stopping), PATIENCE)
    assert asked == [3]


async def test_an_idle_wait_that_breaks_on_the_store_ends_no_role() -> None:
    stopping = asyncio.Event()
    turns = 0

    async def breaks() -> None:
        nonlocal turns
        turns += 1
        if turns == 2:
            stopping.set()
        raise StoreDown("away")

    role = take_turns(nothing, never, breaks, concurrency=1, stopping=stopping)
    await asyncio.wait_for(role, PATIENCE)
    assert turns == 2


async def never(_: str) -> None:
    raise AssertionError("nothing was claimed")
