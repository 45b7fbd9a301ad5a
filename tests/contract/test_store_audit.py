"""The audit chain: one entry a transition, and no entry can be changed, removed or moved without its being seen."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.bench import DEAD, DONE, NOON, NOTED, Bench, message, record, tool

Fields = dict[bytes, bytes]
Chain = list[tuple[bytes, Fields]]


async def chain(bench: Bench) -> Chain:
    """The entries of t1's partition."""
    redis: Any = bench.redis
    found: Chain = await redis.xrange(bench.key("t1", "au"))
    return found


async def written(bench: Bench, entries: Chain) -> None:
    """Somebody with access to the server puts these entries in the place of what was there."""
    redis: Any = bench.redis
    await redis.delete(bench.key("t1", "au"))
    for id, fields in entries:
        await redis.xadd(bench.key("t1", "au"), fields, id=id)


async def story(bench: Bench) -> None:
    """Every kind of entry."""
    await bench.approved()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1"), message("fx2")])
    await bench.store.fx_done(await bench.begun(), DONE)
    await bench.store.fx_retry(await bench.grant("email"), delay=0, settled=DEAD)
    await bench.store.fx_done(await bench.grant("email"), NOTED)
    await bench.store.control("t1", "c1", record("stop"), "stop")


async def test_each_transition_that_changes_a_story_leaves_one_entry(bench: Bench) -> None:
    await story(bench)
    entries = [fields[b"e"].decode().split() for _, fields in await chain(bench)]
    turns = ["ingest", "commit"] * 3
    run = ["fx_claim:look", "fx_begin", "fx_sent"]
    sent = ["fx_claim:start", "fx_retry", "fx_claim:start", "fx_sent"]
    assert [entry[0] for entry in entries] == [*turns, *run, *sent, "stop"]
    assert {(entry[1], entry[4]) for entry in entries} == {("t1", str(NOON))}
    assert (await bench.store.audit()).entries == len(entries)


async def test_a_refusal_is_on_record_as_one(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    await bench.grant()
    assert (await chain(bench))[-1][1][b"e"] == b"fx_claim:refused t1 fx1 1 %d -" % NOON


async def test_an_honest_chain_holds_in_every_partition(bench: Bench) -> None:
    for name in ("t1", "t2", "t3", "t4", "t5"):
        await bench.turn(name)
    report = await bench.store.audit()
    assert (report.entries, report.broken) == (10, {})


async def test_a_chain_that_grows_while_it_is_checked_holds(bench: Bench) -> None:
    stop = asyncio.Event()

    async def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            await bench.store.ingest("t1", f"m{number}", record(f"m{number}"))

    writing = asyncio.create_task(write())
    reports = [await bench.store.audit() for _ in range(50)]
    stop.set()
    await writing
    assert [dict(report.broken) for report in reports] == [{}] * 50
    assert reports[-1].entries > reports[0].entries


async def test_a_chain_longer_than_one_page_holds_and_its_last_entry_counts(bench: Bench) -> None:
    for page in range(3):
        await asyncio.gather(*(bench.store.ingest("t1", f"m{page}-{n}", record()) for n in range(400)))
        await bench.commit(await bench.claim())
    report = await bench.store.audit()
    assert (report.entries, report.broken) == (1203, {})
    await written(bench, (await chain(bench))[:-1])
    assert len((await bench.store.audit()).broken) == 1


def changed(entries: Chain) -> Chain:
    fields = {**entries[3][1], b"e": entries[3][1][b"e"].replace(b"commit", b"comm1t")}
    return [*entries[:3], (entries[3][0], fields), *entries[4:]]


def changed_with_its_hash(entries: Chain) -> Chain:
    entry = entries[3][1][b"e"].replace(b"commit", b"comm1t")
    hash = hashlib.sha1(entries[2][1][b"h"] + entry, usedforsecurity=False).hexdigest().encode()
    return [*entries[:3], (entries[3][0], {b"e": entry, b"h": hash}), *entries[4:]]


def removed(entries: Chain) -> Chain:
    return entries[:3] + entries[4:]


def last_removed(entries: Chain) -> Chain:
    return entries[:-1]


def first_removed(entries: Chain) -> Chain:
    return entries[1:]


def swapped(entries: Chain) -> Chain:
    (third, a), (fourth, b) = entries[3], entries[4]
    return [*entries[:3], (third, b), (fourth, a), *entries[5:]]


def put_in(entries: Chain) -> Chain:
    extra = (entries[-1][0] + b"1", {b"e": b"commit t1 x 9 9", b"h": b"0" * 40})
    return [*entries, extra]


Tampering = Callable[[Chain], Chain]


@pytest.mark.parametrize(
    "tampering", [changed, changed_with_its_hash, removed, last_removed, first_removed, swapped, put_in]
)
async def test_tampering_is_seen(bench: Bench, tampering: Tampering) -> None:
    await bench.turn("t2")
    await story(bench)
    assert (await bench.store.audit()).broken == {}
    await written(bench, tampering(await chain(bench)))
    assert list((await bench.store.audit()).broken) == [bench.key("t1", "au").removesuffix(":au")]
