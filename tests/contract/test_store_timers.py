"""Timers: each fires once, when it is due, whoever is looking; setting one again moves it."""

from __future__ import annotations

import asyncio
import json

from gateway.ports import Commit, Stale, Timer
from tests.contract.bench import LEASE, NOON, Bench, record


async def test_a_timer_fires_once_when_it_is_due(bench: Bench) -> None:
    seq = await bench.turn(timers=[Timer("expire:a1", NOON + 500)])
    bench.clock.forward(499)
    assert await bench.store.fire() == 0
    bench.clock.forward(1)
    assert await bench.store.fire() == 1
    bench.clock.forward(LEASE)
    assert await bench.store.fire() == 0
    fired = [json.loads(entry) for entry in await bench.store.read("t1", after=seq)]
    event = {"type": "timer_fired", "id": f"timer:expire:a1:{NOON + 500}", "name": "expire:a1"}
    assert fired == [{"event": event, "at": NOON + 500}]
    assert (await bench.claim()).seq == seq + 1


async def test_ten_that_look_at_once_fire_it_once(bench: Bench) -> None:
    await bench.turn(timers=[Timer("a", NOON), Timer("b", NOON)])
    assert sum(await asyncio.gather(*(bench.store.fire() for _ in range(10)))) == 2
    assert len(await bench.store.read("t1")) == 4


async def test_timers_of_many_threads_all_fire_the_earliest_first(bench: Bench) -> None:
    await bench.turn("t1", timers=[Timer("late", NOON + 2), Timer("early", NOON + 1)])
    for name in ("t2", "t3", "t4"):
        await bench.turn(name, timers=[Timer("early", NOON + 1)])
    bench.clock.forward(2)
    assert await bench.store.fire() == 5
    names = [json.loads(entry)["event"]["name"] for entry in await bench.store.read("t1", after=2)]
    assert names == ["early", "late"]


async def test_a_timer_set_again_moves_and_one_that_is_removed_never_fires(bench: Bench) -> None:
    await bench.turn(timers=[Timer("a", NOON + 1), Timer("b", NOON + 1)])
    await bench.turn(timers=[Timer("a", NOON + 9), Timer("b", 0)])
    bench.clock.forward(8)
    assert await bench.store.fire() == 0
    bench.clock.forward(1)
    assert await bench.store.fire() == 1


async def test_one_that_is_set_again_after_it_fired_fires_as_another_event(bench: Bench) -> None:
    await bench.turn(timers=[Timer("a", NOON)])
    assert await bench.store.fire() == 1
    await bench.turn(timers=[Timer("a", NOON + 1)])
    bench.clock.forward(1)
    assert await bench.store.fire() == 1
    events = [json.loads(entry)["event"] for entry in await bench.store.read("t1")]
    ids = [event["id"] for event in events if event.get("type") == "timer_fired"]
    assert ids == [f"timer:a:{NOON}", f"timer:a:{NOON + 1}"]


async def test_a_timer_that_fires_while_a_worker_decides_makes_it_decide_again(bench: Bench) -> None:
    await bench.turn(timers=[Timer("a", NOON)])
    await bench.store.ingest("t1", "m2", record())
    claim = await bench.claim()
    assert await bench.store.fire() == 1
    stale = await bench.store.commit(claim, Commit("op1", claim.seq))
    assert isinstance(stale, Stale)
    assert len(stale.records) == 1
