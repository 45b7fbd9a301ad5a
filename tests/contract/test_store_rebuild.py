"""Made again: from nothing but logs and approvals, threads get their work, their order and their memory back."""

from __future__ import annotations

import asyncio
import json

import pytest

from gateway.ports import OpenApproval, Verb
from tests.contract.bench import LEASE, NOON, Bench, record, tool


def received(entry: bytes) -> str | None:
    """The name a message came in under; the agent's own words have none."""
    name: str = json.loads(entry)["event"]["type"]
    return name if name.startswith("m") else None


def verb(entry: bytes) -> Verb | None:
    """What a person said to the thread itself."""
    said: Verb = json.loads(entry)["event"]["type"]
    return said if said in ("pause", "resume", "stop") else None


async def emptied(bench: Bench) -> None:
    """All is lost but the logs and the approvals."""
    async for name in bench.redis.scan_iter(count=1000):
        if b":ev:" not in name and b":ap:" not in name:
            await bench.redis.delete(name)


async def test_every_thread_is_found_by_its_log_and_is_ready(bench: Bench) -> None:
    for name in ("t1", "t2", "t3"):
        await bench.turn(name)
    logs = {name: await bench.store.read(name) for name in ("t1", "t2", "t3")}
    await emptied(bench)
    assert await bench.store.claim(most=9) == []
    assert await bench.store.rebuild(received) == 3
    claims = await bench.store.claim(most=9)
    assert {claim.thread_id: list(claim.records) for claim in claims} == logs
    assert all(claim.rebuilt and claim.snapshot is None for claim in claims)
    assert sorted(view.id for view in await bench.store.threads()) == ["t1", "t2", "t3"]


async def test_a_rebuilt_thread_is_one_until_its_first_turn(bench: Bench) -> None:
    await bench.turn()
    await emptied(bench)
    await bench.store.rebuild(received)
    await bench.store.release(await bench.claim())
    claim = await bench.claim()
    assert claim.rebuilt
    await bench.commit(claim)
    await bench.store.ingest("t1", "m2", record())
    assert not (await bench.claim()).rebuilt


async def test_what_was_received_before_is_known_again(bench: Bench) -> None:
    await bench.store.ingest("t1", "m1", record("m1"))
    await bench.commit(await bench.claim())
    await bench.store.ingest("t1", "m2", record("m2"))
    await emptied(bench)
    await bench.store.rebuild(received)
    for name, seq in (("m1", 1), ("m2", 3)):
        again = await bench.store.ingest("t1", name, record(name))
        assert (again.seq, again.fresh) == (seq, False)
    assert (await bench.store.ingest("t1", "m3", record("m3"))).seq == 4


async def test_a_living_thread_is_left_alone(bench: Bench) -> None:
    await bench.turn("t1")
    await bench.store.ingest("t2", "m1", record("m1"))
    claim = await bench.claim()
    before = await bench.everything()
    assert await bench.store.rebuild(received) == 0
    assert await bench.everything() == before
    await bench.commit(claim)


async def test_rebuilding_twice_is_rebuilding_once(bench: Bench) -> None:
    await bench.turn()
    await emptied(bench)
    assert await bench.store.rebuild(received) == 1
    before = await bench.everything()
    assert await bench.store.rebuild(received) == 0
    assert await bench.everything() == before


async def test_two_that_rebuild_at_once_are_one(bench: Bench) -> None:
    for n in range(20):
        await bench.store.ingest(f"t{n}", "m1", record("m1"))
    await emptied(bench)
    assert sum(await asyncio.gather(*(bench.store.rebuild(received) for _ in range(3)))) == 20


async def test_an_approval_that_was_used_starts_nothing_again(bench: Bench) -> None:
    await bench.approved()
    seq = await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    assert (await bench.grant()).mode == "start"
    await emptied(bench)
    await bench.store.rebuild(received)
    await bench.commit(await bench.claim(), effects=[tool("fx1", approval="a1", digest="d1", seq=seq, recover=True)])
    assert (await bench.grant()).mode == "recover"


async def test_a_gate_that_was_shut_is_still_shut(bench: Bench) -> None:
    await bench.turn(approvals=[OpenApproval("a1", "d1", NOON + LEASE)])
    await emptied(bench)
    await bench.store.rebuild(received)
    await bench.commit(await bench.claim(), effects=[tool("fx1", approval="a1", digest="d1", seq=2, recover=True)])
    grant = await bench.grant()
    assert (grant.mode, grant.why) == ("refused", "not_approved")


@pytest.mark.parametrize(("said", "held"), [("pause", True), ("resume", False), ("stop", False)])
async def test_a_thread_is_paused_if_the_last_word_of_control_was_pause(bench: Bench, said: Verb, held: bool) -> None:
    await bench.store.control("t1", "c1", record("resume" if held else "pause"), "resume" if held else "pause")
    await bench.store.control("t1", "c2", record(said), said)
    await bench.turn()
    await emptied(bench)
    await bench.store.rebuild(received, verb)
    assert [view.held for view in await bench.store.threads()] == [held]
    await bench.commit(await bench.claim(), effects=[tool("fx1", seq=1, recover=True)])
    assert len(await bench.store.fx_claim("tool")) == (0 if held else 1)


async def test_a_snapshot_is_only_a_cache(bench: Bench) -> None:
    await bench.turn()
    await bench.redis.set(bench.key("t1", "sn", "t1"), b"2|folded")
    await bench.redis.delete(bench.key("t1", "sn", "t1"))
    await bench.store.ingest("t1", "m2", record())
    claim = await bench.claim()
    assert (claim.snapshot, len(claim.records)) == (None, 3)
