"""Fit or not: a server that cannot keep our promises is refused at the start, in one line that says what to change."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from gateway.store import fitness
from gateway.store.client import connect
from gateway.store.errors import StoreUnfit
from gateway.store.fitness import META, Server, examine, whole
from tests.contract.bench import PARTITIONS, Bench
from tests.servers import FIT, FLAVOURS, running

ONE_LINE = r"^[^\n]+$"


@contextlib.asynccontextmanager
async def client(url: str) -> AsyncIterator[Redis]:
    redis = connect(url)
    yield redis
    await redis.aclose()


@contextlib.asynccontextmanager
async def setting(redis: Redis, name: str, value: str) -> AsyncIterator[None]:
    """A setting of the server, put back afterwards."""
    before = (await redis.config_get(name))[name]
    assert before
    await redis.config_set(name, value)
    try:
        yield
    finally:
        await redis.config_set(name, before)


UNFIT = {
    ("maxmemory-policy", "allkeys-lru"): "maxmemory-policy is allkeys-lru: it must be noeviction",
    ("maxmemory-policy", "volatile-ttl"): "maxmemory-policy is volatile-ttl: it must be noeviction",
    ("appendonly", "no"): "appendonly is off: without it a restart loses acknowledged messages",
    ("appendfsync", "no"): "appendfsync is no: it must be always or everysec",
}


@pytest.mark.parametrize("wrong", UNFIT)
async def test_a_server_that_may_forget_is_refused(bench: Bench, wrong: tuple[str, str]) -> None:
    async with setting(bench.redis, *wrong):
        with pytest.raises(StoreUnfit, match=ONE_LINE) as refused:
            await examine(bench.redis, PARTITIONS)
    assert str(refused.value) == UNFIT[wrong]
    assert not await bench.redis.exists(META)


@pytest.mark.parametrize("flavour", FLAVOURS)
async def test_a_replica_is_refused(flavour: str, tmp_path: Path) -> None:
    nobody = FIT | {"replicaof": "127.0.0.1 1"}
    async with running(flavour, tmp_path, nobody) as replica, client(replica.url) as redis:
        with pytest.raises(StoreUnfit, match="the server is a replica: connect to the primary"):
            await examine(redis, PARTITIONS)


GOOD = Server(
    product="Redis",
    version=(7, 0, 0),
    role="master",
    replicas=0,
    settings={**FIT, "min-replicas-to-write": "0"},
)


@pytest.mark.parametrize(
    ("product", "version", "line"),
    [
        ("Redis", (6, 2, 14), "Redis 6.2.14 is too old: 7.0.0 or newer is needed"),
        ("Valkey", (7, 2, 5), "Valkey 7.2.5 is too old: 8.0.0 or newer is needed"),
    ],
)
def test_a_server_that_is_too_old_is_refused(product: str, version: tuple[int, ...], line: str) -> None:
    assert fitness._complaints(GOOD) == []
    assert fitness._complaints(replace(GOOD, product=product, version=version)) == [line]


async def test_a_fit_server_is_recognised_and_remembers_how_it_is_laid_out(bench: Bench) -> None:
    first = await examine(bench.redis, PARTITIONS)
    second = await examine(bench.redis, PARTITIONS)
    assert (first.blank, second.blank) == (True, True), "nobody has gone through the logs yet"
    await whole(bench.redis)
    third = await examine(bench.redis, PARTITIONS)
    assert not third.blank
    assert first.durability == second.durability == third.durability == "standard"


async def test_another_number_of_partitions_is_refused(bench: Bench) -> None:
    await examine(bench.redis, PARTITIONS)
    with pytest.raises(StoreUnfit, match=f"partitions': {PARTITIONS}, .*'partitions': 8"):
        await examine(bench.redis, 8)
    await examine(bench.redis, PARTITIONS)


async def test_another_schema_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await examine(bench.redis, PARTITIONS)
    monkeypatch.setattr(fitness, "SCHEMA", fitness.SCHEMA + 1)
    with pytest.raises(StoreUnfit, match=ONE_LINE):
        await examine(bench.redis, PARTITIONS)


async def test_a_server_that_writes_before_it_answers_is_single(bench: Bench) -> None:
    async with setting(bench.redis, "appendfsync", "always"):
        assert (await examine(bench.redis, PARTITIONS)).durability == "single"


@pytest.mark.parametrize(
    ("appendfsync", "replicas", "least", "name"),
    [
        ("everysec", 1, "1", "standard"),
        ("always", 0, "1", "single"),
        ("always", 1, "0", "single"),
        ("always", 1, "1", "strict"),
    ],
)
def test_durability_is_named_after_what_a_crash_can_cost(
    appendfsync: str, replicas: int, least: str, name: str
) -> None:
    settings = {**GOOD.settings, "appendfsync": appendfsync, "min-replicas-to-write": least}
    assert fitness._durability(replace(GOOD, replicas=replicas, settings=settings)) == name
