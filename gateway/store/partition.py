"""Partitions: which part of the store a thread lives in.

Everything one transition touches carries the same hash tag and so lives in one slot of a cluster. Tags are picked so
that partition i of P falls into the i-th of P equal ranges of slots: however many masters there are, they get an even
share. P is fixed at the first start.
"""

from __future__ import annotations

import functools
import itertools
import zlib

from redis.crc import key_slot

SLOTS = 16384


@functools.cache
def prefixes(partitions: int) -> tuple[str, ...]:
    """The key prefixes `hp:{tag}` of all partitions, in order."""
    return tuple(f"hp:{{{_tag(i, partitions)}}}" for i in range(partitions))


def prefix_of(thread_id: str, partitions: int) -> str:
    """The prefix of all keys of a thread."""
    return prefixes(partitions)[zlib.crc32(thread_id.encode()) % partitions]


def _tag(index: int, partitions: int) -> str:
    low, high = index * SLOTS // partitions, (index + 1) * SLOTS // partitions
    candidates = (f"h{index:02d}{suffix:x}" for suffix in itertools.count())
    return next(tag for tag in candidates if low <= key_slot(tag.encode()) < high)
