"""Partitions: a thread's is a pure function of its id, and all of them spread evenly over any number of masters."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, strategies as st
from redis.crc import key_slot

from gateway.store.partition import SLOTS, prefix_of, prefixes

COUNTS = [1, 2, 3, 4, 16, 64, 100]


@pytest.mark.parametrize("partitions", COUNTS)
def test_each_partition_has_a_tag_of_its_own_in_its_own_range_of_slots(partitions: int) -> None:
    tags = prefixes(partitions)
    assert len(set(tags)) == len(tags) == partitions
    for i, tag in enumerate(tags):
        assert i * SLOTS // partitions <= key_slot(tag.encode()) < (i + 1) * SLOTS // partitions


@pytest.mark.parametrize("masters", [3, 6, 12])
def test_masters_get_even_shares(masters: int) -> None:
    shares = Counter(key_slot(tag.encode()) * masters // SLOTS for tag in prefixes(64))
    assert len(shares) == masters
    assert max(shares.values()) - min(shares.values()) <= 1


def test_the_tags_in_use_never_change() -> None:
    """They are in every key on every server out there."""
    assert prefixes(1) == ("hp:{h000}",)
    assert [prefixes(64)[i] for i in (0, 31, 63)] == ["hp:{h00c}", "hp:{h3118}", "hp:{h636c}"]
    assert prefix_of("abcdefghijklmnopqrst", 64) == "hp:{h3761}"


@given(st.text(min_size=1, max_size=30), st.sampled_from(COUNTS))
def test_a_thread_is_always_in_the_same_partition_and_its_keys_in_one_slot(thread: str, partitions: int) -> None:
    prefix = prefix_of(thread, partitions)
    assert prefix in prefixes(partitions)
    assert prefix == prefix_of(thread, partitions)
    assert key_slot(f"{prefix}:ev:{thread}".encode()) == key_slot(f"{prefix}:rq".encode()) == key_slot(prefix.encode())


def test_threads_spread_over_all_partitions() -> None:
    shares = Counter(prefix_of(f"thread{n}", 64) for n in range(6400))
    assert len(shares) == 64
    assert max(shares.values()) < 200
