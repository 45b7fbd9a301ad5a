"""The small rooms of the store: what operators list, raw envelopes, API tokens, counted tries, short links."""

from __future__ import annotations

import asyncio

from gateway.ports import ThreadView
from gateway.store.access import RedisGuard, RedisTokens
from gateway.store.blobs import KEPT_SECONDS, RedisBlobs
from gateway.store.links import SHORT_SECONDS, RedisLinks
from tests.contract.bench import NOON, PARTITIONS, Bench, record


async def test_threads_are_listed_latest_changed_first_page_by_page(bench: Bench) -> None:
    for n in range(5):
        await bench.store.ingest(f"t{n}", "m1", record())
        bench.clock.forward(1)
    await bench.store.control("t0", "c1", record("pause"), "pause")
    everybody = await bench.store.threads()
    assert everybody[:2] == [ThreadView("t0", NOON + 5, 2, held=True), ThreadView("t4", NOON + 4, 1, held=False)]
    assert [view.id for view in everybody] == ["t0", "t4", "t3", "t2", "t1"]
    page = await bench.store.threads(most=2)
    rest = await bench.store.threads(most=9, before=page[-1].changed)
    assert [*page, *rest] == everybody


async def test_a_log_is_read_page_by_page(bench: Bench) -> None:
    for n in range(5):
        await bench.store.ingest("t1", f"m{n}", record(f"n{n}"))
    whole = await bench.store.read("t1")
    assert await bench.store.read("t1", most=2) == whole[:2]
    assert await bench.store.read("t1", after=2, most=2) == whole[2:4]
    assert await bench.store.read("t1", after=4) == whole[4:]
    assert await bench.store.read("t1", after=5) == []


async def test_a_thread_nobody_knows_is_empty(bench: Bench) -> None:
    assert not await bench.store.exists("t1")
    assert await bench.store.read("t1") == []
    assert await bench.store.snapshot("t1") is None
    assert await bench.store.effects("t1") == []
    assert await bench.store.threads() == []
    await bench.store.ingest("t1", "m1", record())
    assert await bench.store.exists("t1")


async def test_an_envelope_is_kept_byte_by_byte_for_a_while_with_its_thread(bench: Bench) -> None:
    blobs, raw = RedisBlobs(bench.redis, PARTITIONS), b"From: ana@example.test\r\n\r\n\x00\xff"
    pointer = await blobs.put("t1", raw)
    assert pointer == await blobs.put("t1", raw)
    assert await blobs.get("t1", pointer) == raw
    assert await blobs.get("t2", pointer) is None
    (name,) = await bench.everything()
    assert name.startswith(bench.key("t1", "rw", "t1").encode())
    assert 0 < await bench.redis.ttl(name) <= KEPT_SECONDS


async def test_a_token_is_known_until_it_is_revoked(bench: Bench) -> None:
    tokens = RedisTokens(bench.redis)
    await tokens.put("digest1", b"may read")
    await tokens.put("digest2", b"may write")
    assert await tokens.get("digest1") == b"may read"
    assert await tokens.get("digest3") is None
    assert await tokens.all() == {"digest1": b"may read", "digest2": b"may write"}
    assert await tokens.drop("digest1")
    assert not await tokens.drop("digest1")
    assert await tokens.get("digest1") is None


async def test_tries_are_counted_by_name_and_forgotten_with_their_window(bench: Bench) -> None:
    guard = RedisGuard(bench.redis)
    allowed = await asyncio.gather(*(guard.allow("codes:bo", most=5, seconds=60) for _ in range(20)))
    assert sum(allowed) == 5
    assert await guard.allow("codes:ana", most=5, seconds=60)
    (name,) = [name async for name in bench.redis.scan_iter(match="*codes:bo")]
    assert 0 < await bench.redis.ttl(name) <= 60
    await bench.redis.delete(name)
    assert await guard.allow("codes:bo", most=5, seconds=60)


async def test_whether_tries_are_spent_is_asked_without_one(bench: Bench) -> None:
    guard = RedisGuard(bench.redis)
    for tries in range(7):
        assert await guard.spent("codes:bo", most=5) == (tries >= 5)
        assert await guard.spent("codes:bo", most=5) == (tries >= 5)
        await guard.allow("codes:bo", most=5, seconds=60)
    assert not await guard.spent("codes:ana", most=5)


async def test_a_short_link_opens_what_it_was_made_for_as_long_as_links_are_good(bench: Bench) -> None:
    links = RedisLinks(bench.redis, PARTITIONS)
    await links.shorten("abc", b"a pass")
    assert await links.opened("abc") == b"a pass"
    assert await links.opened("abd") is None
    (name,) = await bench.everything()
    assert b"abc" not in name
    assert 0 < await bench.redis.ttl(name) <= SHORT_SECONDS
    await links.put("sms", "abc", b"a place")
    assert await links.opened("abc") == b"a pass"
