"""What comes in: logged once, in order, stamped, refused in time when there is no room; by any number at once."""

from __future__ import annotations

import asyncio

import pytest

from gateway.ports import Claim, Ingested
from gateway.store.errors import StoreBusy, StoreFull
from gateway.store.threads import BACKLOG
from tests.contract.bench import NOON, NOTED, Bench, message, record, stamped


async def test_what_comes_in_is_logged_in_order_and_stamped_with_the_stores_time(bench: Bench) -> None:
    assert await bench.store.ingest("t1", "m1", record("one")) == Ingested(seq=1, fresh=True)
    bench.clock.forward(5)
    assert await bench.store.ingest("t1", "m2", record("two")) == Ingested(seq=2, fresh=True)
    assert await bench.store.read("t1") == [stamped(record("one")), stamped(record("two"), NOON + 5)]


async def test_a_redelivery_is_answered_like_the_first_time_and_changes_nothing(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record("one"))
    await bench.store.ingest("t1", "m2", record("two"))
    before = await bench.everything()
    assert await bench.store.ingest("t1", "m1", record("another text")) == Ingested(seq=1, fresh=False)
    assert await bench.everything() == before


async def test_the_same_id_in_two_threads_is_two_messages(bench: Bench) -> None:
    assert (await bench.store.ingest("t1", "m1", record())).fresh
    assert (await bench.store.ingest("t2", "m1", record())).fresh


async def test_a_control_record_counts_once_too(bench: Bench) -> None:
    assert (await bench.store.control("t1", "c1", record("pause"), "pause")).fresh
    assert not (await bench.store.control("t1", "c1", record("pause"), "pause")).fresh
    assert len(await bench.store.read("t1")) == 1


async def test_fifty_at_once_with_one_id_are_one_message(bench: Bench) -> None:
    answers = await asyncio.gather(*(bench.store.ingest("t1", "m1", record()) for _ in range(50)))
    assert {answer.seq for answer in answers} == {1}
    assert sum(answer.fresh for answer in answers) == 1
    assert await bench.store.read("t1") == [stamped(record())]


async def test_fifty_at_once_with_ids_of_their_own_are_fifty_messages_without_a_gap(bench: Bench) -> None:
    answers = await asyncio.gather(*(bench.store.ingest("t1", f"m{n}", record(f"n{n}")) for n in range(50)))
    assert sorted(answer.seq for answer in answers) == list(range(1, 51))
    log = await bench.store.read("t1")
    assert [log[answer.seq - 1] for answer in answers] == [stamped(record(f"n{n}")) for n in range(50)]


async def test_a_thread_with_too_much_unread_says_so_and_takes_more_when_it_was_read(bench: Bench) -> None:
    await asyncio.gather(*(bench.store.ingest("t1", f"m{n}", record()) for n in range(BACKLOG)))
    with pytest.raises(StoreBusy):
        await bench.store.ingest("t1", "one too many", record())
    assert len(await bench.store.read("t1")) == BACKLOG
    assert not (await bench.store.ingest("t1", "m7", record())).fresh
    assert (await bench.store.ingest("t2", "m1", record())).fresh
    await bench.commit(await _claim_of(bench, "t1"))
    assert (await bench.store.ingest("t1", "one too many", record())).fresh


async def test_a_full_store_takes_nothing_new_and_finishes_what_is_under_way(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record())
    claim = await bench.claim()
    await bench.redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreFull):
            await bench.store.ingest("t2", "m1", record())
        assert not await bench.store.exists("t2")
        await bench.commit(claim, effects=[message("fx1")])
        grant = await bench.grant("email")
        assert await bench.store.fx_done(grant, NOTED)
    finally:
        await bench.redis.config_set("maxmemory", 0)
    assert (await bench.store.ingest("t2", "m1", record())).fresh


async def _claim_of(bench: Bench, thread: str) -> Claim:
    return next(claim for claim in await bench.store.claim(most=9) if claim.thread_id == thread)
