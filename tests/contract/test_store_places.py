"""Places: how far a channel was heard, never backwards, the latest of them, for as long as messages are known."""

from __future__ import annotations

import asyncio

import pytest

from gateway.store import places
from gateway.store.places import KEPT_SECONDS, RedisPlaces
from tests.contract.bench import NOON, Bench

NOW = NOON * 1000 + 123  # to the microsecond


async def test_a_place_is_known_by_when_it_was_heard_last(bench: Bench) -> None:  # SL-35
    store = RedisPlaces(bench.redis)
    assert await store.known("slack") == {}
    await store.note("slack", {"T/C/1": NOW, "T/D": NOW - 5})
    await store.note("slack", {"T/C/1": NOW + 1})
    await store.note("slack", {"T/C/1": NOW - 1, "T/D": NOW - 5})
    assert await store.known("slack") == {"T/C/1": NOW + 1, "T/D": NOW - 5}
    assert await store.known("other") == {}


async def test_what_we_write_ourselves_hides_nothing_that_was_said_before(bench: Bench) -> None:
    store = RedisPlaces(bench.redis)
    await store.begin("discord", {"10": NOW})
    await store.begin("discord", {"10": NOW + 7, "11": NOW})
    assert await store.known("discord") == {"10": NOW, "11": NOW}
    await store.note("discord", {"10": NOW + 9})
    await store.begin("discord", {"10": NOW + 8})
    assert await store.known("discord") == {"10": NOW + 9, "11": NOW}


async def test_the_latest_places_stay_and_none_that_is_too_old(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MOST", 3)
    store = RedisPlaces(bench.redis)
    await asyncio.gather(*(store.note("slack", {f"T/{number}": NOW + number}) for number in range(9)))
    assert set(await store.known("slack")) == {"T/6", "T/7", "T/8"}
    later = NOW + KEPT_SECONDS * 1_000_000
    await store.note("slack", {"T/9": later + 7})
    assert set(await store.known("slack")) == {"T/8", "T/9"}
    assert 0 < await bench.redis.ttl("hp:heard:slack") <= KEPT_SECONDS
