"""A turn is written whole or not at all: on the log it was decided on, once, however often it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.ports import CloseApproval, Commit, Committed, OpenApproval, Snapshot, Stale, Timer
from gateway.store.errors import CommitRefused
from tests.contract.bench import NOON, Bench, message, record, stamped


async def test_all_that_a_turn_changes_is_there_at_once(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record("asked"))
    claim = await bench.claim()
    turn = Commit(
        op="op1",
        seq=1,
        records=(record("one"), record("two")),
        effects=(message("fx1"), message("fx2", lane="mail:cy")),
        approvals=(OpenApproval("a1", "d1", NOON + 60_000),),
        timers=(Timer("expire:a1", NOON + 60_000),),
        snapshot=Snapshot(3, b"folded"),
    )
    assert await bench.store.commit(claim, turn) == Committed(3)
    assert await bench.store.read("t1", after=1) == [stamped(record("one")), stamped(record("two"))]
    assert await bench.store.snapshot("t1") == Snapshot(3, b"folded")
    effects = await bench.store.effects("t1")
    assert [(e.id, e.thread_id, e.queue, e.lane, e.state, e.attempt, e.seq, e.body) for e in effects] == [
        ("fx1", "t1", "email", "mail:bo", "pending", 0, 2, b"to bo"),
        ("fx2", "t1", "email", "mail:cy", "pending", 0, 2, b"to bo"),
    ]
    bench.clock.forward(60_000)
    assert await bench.store.fire() == 1


async def test_a_turn_sent_again_is_answered_the_same_and_changes_nothing(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record())
    claim = await bench.claim()
    turn = Commit("op1", 1, (record("turn"),), (message("fx1"),), (OpenApproval("a1", "d1", NOON),))
    first = await bench.store.commit(claim, turn)
    before = await bench.everything()
    assert await bench.store.commit(claim, turn) == first == Committed(2)
    assert await bench.everything() == before


async def test_it_is_answered_the_same_even_when_the_thread_has_moved_on(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record())
    claim = await bench.claim()
    turn = Commit("op1", 1, (record("turn"),))
    await bench.store.commit(claim, turn)
    await bench.store.ingest("t1", "m2", record())
    await bench.claim()
    assert await bench.store.commit(claim, turn) == Committed(2)
    assert len(await bench.store.read("t1")) == 3


async def test_a_stale_turn_writes_nothing_keeps_the_lease_and_hears_what_it_missed(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record())
    claim = await bench.claim()
    bench.clock.forward(5)
    await bench.store.ingest("t1", "m2", record("missed"))
    await bench.store.control("t1", "c1", record("pause"), "pause")
    before = await bench.everything()
    stale = await bench.store.commit(claim, Commit("op1", 1, (record("turn"),), (message("fx1"),)))
    missed = (stamped(record("missed"), NOON + 5), stamped(record("pause"), NOON + 5))
    assert stale == Stale(NOON + 5, missed)
    assert await bench.everything() == before
    assert await bench.store.commit(claim, Commit("op2", 3, (record("turn"),))) == Committed(4)
    assert await bench.store.claim() == []


async def test_after_a_turn_without_records_the_thread_needs_no_work(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record())
    assert await bench.store.commit(await bench.claim(), Commit("op1", 1)) == Committed(1)
    assert await bench.store.claim() == []


async def test_an_effect_that_is_known_is_not_made_again(bench: Bench) -> None:
    await bench.turn(effects=[message("fx1")])
    await bench.turn(effects=[message("fx1"), message("fx2")])
    assert [(effect.id, effect.seq) for effect in await bench.store.effects("t1")] == [("fx1", 2), ("fx2", 4)]


MALFORMED: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "opened twice": ((OpenApproval("a1", "d1", 1),), (OpenApproval("a1", "d2", 1),)),
    "opened after its end": (
        (OpenApproval("a1", "d1", 1), OpenApproval("a2", "d1", 1)),
        (CloseApproval("a2", "denied"), OpenApproval("a1", "d1", 1)),
    ),
    "closed without an opening": ((), (CloseApproval("a1", "approved", NOON + 1),)),
}


@pytest.mark.parametrize("case", MALFORMED)
async def test_a_malformed_turn_is_refused_whole(bench: Bench, case: str) -> None:
    given, wrong = MALFORMED[case]
    await bench.turn(approvals=given)
    await bench.store.ingest("t1", "m1", record())
    claim = await bench.claim()
    before = await bench.everything()
    turn = Commit("op1", claim.seq, (record("turn"),), (message("fx1"),), wrong, (Timer("x", 1),), Snapshot(1, b"x"))
    with pytest.raises(CommitRefused, match="approval a1"):
        await bench.store.commit(claim, turn)
    assert await bench.everything() == before


@pytest.mark.parametrize("first", ["approved", "denied", "expired", "withdrawn"])
@pytest.mark.parametrize("second", ["approved", "denied"])
async def test_the_first_decision_stands(bench: Bench, first: Any, second: Any) -> None:
    await bench.opened()
    await bench.decided(first)
    with pytest.raises(CommitRefused, match="not pending"):
        await bench.decided(second)


async def test_two_approvals_of_one_name_in_one_turn_are_refused(bench: Bench) -> None:
    with pytest.raises(CommitRefused, match="approval a1"):
        await bench.turn(approvals=[OpenApproval("a1", "d1", 1), OpenApproval("a1", "d2", 1)])
    assert await bench.redis.exists(bench.key("t1", "ap", "t1:a1")) == 0


async def test_one_approval_decided_twice_in_one_turn_is_refused(bench: Bench) -> None:
    await bench.opened()
    with pytest.raises(CommitRefused, match="approval a1"):
        await bench.turn(approvals=[CloseApproval("a1", "denied"), CloseApproval("a1", "approved", NOON + 9)])
