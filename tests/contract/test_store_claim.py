"""Who works on a thread: one worker at a time, oldest first, until it is done, gives up, or is late."""

from __future__ import annotations

import asyncio

from gateway.ports import Commit, Committed, Snapshot
from gateway.store.partition import prefix_of
from tests.contract.bench import LEASE, NOON, PARTITIONS, Bench, record, stamped

NEIGHBOURS = [
    name for name in (f"t{n}" for n in range(60)) if prefix_of(name, PARTITIONS) == prefix_of("t0", PARTITIONS)
]


async def test_a_claim_brings_the_whole_log_and_the_stores_time(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record("one"))
    bench.clock.forward(9)
    await bench.store.ingest("t1", "m2", record("two"))
    claim = await bench.claim()
    assert (claim.thread_id, claim.seq, claim.now, claim.snapshot) == ("t1", 2, NOON + 9, None)
    assert claim.records == (stamped(record("one")), stamped(record("two"), NOON + 9))
    assert not claim.rebuilt


async def test_a_claim_brings_the_snapshot_and_only_what_came_after_it(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record("one"))
    await bench.commit(await bench.claim(), snapshot=Snapshot(2, b"folded|so far"))
    await bench.store.ingest("t1", "m2", record("two"))
    claim = await bench.claim()
    assert claim.snapshot == Snapshot(2, b"folded|so far") == await bench.store.snapshot("t1")
    assert (claim.seq, claim.records) == (3, (stamped(record("two")),))


async def test_a_leased_thread_is_nobody_elses_and_a_finished_one_needs_no_work(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record())
    claim = await bench.claim()
    assert await bench.store.claim() == []
    await bench.commit(claim)
    bench.clock.forward(10 * LEASE)
    assert await bench.store.claim() == []


async def test_ten_claimers_at_once_get_each_thread_once(bench: Bench) -> None:
    for name in ("t1", "t2", "t3"):
        await bench.store.ingest(name, "m1", record())
    claimed = [
        claim for claims in await asyncio.gather(*(bench.store.claim(most=2) for _ in range(10))) for claim in claims
    ]
    assert sorted(claim.thread_id for claim in claimed) == ["t1", "t2", "t3"]
    assert len({claim.token for claim in claimed}) == 3


async def test_the_thread_that_waits_longest_comes_first_and_no_more_than_asked_for(bench: Bench) -> None:
    for name in reversed(NEIGHBOURS[:4]):
        await bench.store.ingest(name, "m1", record())
        bench.clock.forward(1)
    await bench.store.ingest(NEIGHBOURS[3], "a second message does not move it back", record())
    first, second = await bench.store.claim(most=2), await bench.store.claim(most=9)
    names = [claim.thread_id for claim in first], [claim.thread_id for claim in second]
    assert names == ([NEIGHBOURS[3], NEIGHBOURS[2]], [NEIGHBOURS[1], NEIGHBOURS[0]])


async def test_a_late_workers_thread_is_taken_over_with_a_token_never_seen_before(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record())
    late = await bench.claim()
    bench.clock.forward(LEASE - 1)
    assert await bench.store.claim() == []
    bench.clock.forward(1)
    taken = await bench.claim()
    assert taken.token != late.token
    assert taken.records == late.records


async def test_renewing_keeps_a_thread_for_one_more_lease(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record())
    claim = await bench.claim()
    bench.clock.forward(LEASE - 1)
    assert await bench.store.renew(claim)
    bench.clock.forward(LEASE - 1)
    assert await bench.store.claim() == []
    bench.clock.forward(1)
    assert (await bench.claim()).token != claim.token


async def test_a_released_thread_comes_back_after_its_delay_to_whoever_asks(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record())
    claim = await bench.claim()
    assert await bench.store.release(claim, delay=500)
    assert not await bench.store.renew(claim)
    bench.clock.forward(499)
    assert await bench.store.claim() == []
    bench.clock.forward(1)
    assert (await bench.claim()).token != claim.token


async def test_what_is_said_to_a_leased_thread_waits_for_its_worker(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record())
    claim = await bench.claim()
    await bench.store.ingest("t1", "m2", record())
    assert await bench.store.claim() == []
    assert await bench.store.release(claim)
    assert (await bench.claim()).seq == 2


async def test_a_worker_that_is_late_but_not_replaced_may_still_finish(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record())
    claim = await bench.claim()
    bench.clock.forward(2 * LEASE)
    assert await bench.store.commit(claim, Commit("op", claim.seq)) == Committed(1)
    assert await bench.store.claim() == []
