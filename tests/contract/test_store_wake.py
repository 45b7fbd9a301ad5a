"""Waking: work is found at once when its hint arrives, and all the same, a little later, when the hint is lost."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator

import pytest

from gateway.store import wake
from gateway.store.client import connect
from gateway.store.partition import prefixes
from gateway.store.threads import RedisThreads
from gateway.store.wake import Waker
from tests.contract.bench import PARTITIONS, Bench, message, record
from tests.servers import Server

LONG = 60.0


@contextlib.asynccontextmanager
async def listening(server: Server) -> AsyncIterator[RedisThreads]:
    """Another process's store: it hears of work only through the server."""
    redis = connect(server.url)
    waker = Waker(redis, prefixes(PARTITIONS))
    yield RedisThreads(redis, waker, partitions=PARTITIONS)
    await waker.close()
    await redis.aclose()


async def listeners(bench: Bench) -> set[str]:
    """The connections that are subscribed to the channel."""
    return {str(client["id"]) for client in await bench.redis.client_list(_type="pubsub") if client["sub"] == "1"}


async def listening_again(bench: Bench, before: set[str]) -> None:
    """Return when somebody is subscribed who was not before."""
    async with asyncio.timeout(10):
        while not await listeners(bench) - before:
            await asyncio.sleep(0.005)


@pytest.fixture
async def other(store_server: Server) -> AsyncIterator[RedisThreads]:
    async with listening(store_server) as ready:
        yield ready


async def waiting(bench: Bench, other: RedisThreads, queue: str) -> asyncio.Task[None]:
    """Somebody who has found nothing, and waits for very long."""
    task = asyncio.create_task(other.wait_for_work(queue, timeout=LONG))
    await listening_again(bench, set())
    return task


async def test_a_message_wakes_whoever_waits_for_threads(
    bench: Bench, other: RedisThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await other.claim() == []
    monkeypatch.setattr(wake, "SWEEP_EVERY", LONG)
    task = await waiting(bench, other, "threads")
    await bench.store.ingest("t1", "m1", record())
    async with asyncio.timeout(10):
        await task
    assert [claim.thread_id for claim in await other.claim()] == ["t1"]


async def test_an_effect_wakes_whoever_waits_for_its_queue(
    bench: Bench, other: RedisThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await other.fx_claim("email") == []
    monkeypatch.setattr(wake, "SWEEP_EVERY", LONG)
    task = await waiting(bench, other, "email")
    await bench.turn(effects=[message("fx1")])
    async with asyncio.timeout(10):
        await task
    assert [grant.id for grant in await other.fx_claim("email")] == ["fx1"]


async def test_another_queue_sleeps_on(bench: Bench, other: RedisThreads) -> None:
    email = await waiting(bench, other, "email")
    tools = asyncio.create_task(other.wait_for_work("tool", timeout=LONG))
    await bench.turn(effects=[message("fx1")])
    async with asyncio.timeout(10):
        await email
    assert not tools.done()
    tools.cancel()
    await asyncio.gather(tools, return_exceptions=True)


async def test_without_a_hint_the_wait_ends_in_time_and_the_work_is_found(
    bench: Bench, other: RedisThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "SWEEP_EVERY", 0.0)
    await bench.store.ingest("t1", "m1", record())
    await other.wait_for_work("threads", timeout=0.01)
    assert [claim.thread_id for claim in await other.claim()] == ["t1"]


async def test_what_a_claim_had_no_room_for_is_not_forgotten(
    bench: Bench, other: RedisThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(6):
        await bench.store.ingest(f"t{n}", "m1", record())
    first = await other.claim(most=2)
    monkeypatch.setattr(wake, "SWEEP_EVERY", LONG)
    async with asyncio.timeout(10):
        await other.wait_for_work("threads", timeout=LONG)
    rest = [claim for _ in range(4) for claim in await other.claim(most=2)]
    assert sorted(claim.thread_id for claim in first + rest) == [f"t{n}" for n in range(6)]


async def test_a_listener_that_lost_its_line_listens_again(
    bench: Bench, other: RedisThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "RECONNECT_PAUSE", 0.0)
    task = await waiting(bench, other, "threads")
    before = await listeners(bench)
    await bench.redis.client_kill_filter(_type="pubsub")
    await listening_again(bench, before)
    async with asyncio.timeout(10):
        for n in itertools.count():  # What is said while redis-py still drops and makes connections may not be heard.
            await bench.store.ingest("t1", f"m{n}", record())
            done, _ = await asyncio.wait({task}, timeout=0.02)
            if done:
                break
