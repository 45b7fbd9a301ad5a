"""Asked: what was put to each conversation that many threads share, one key a conversation, kept for a season."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from gateway.store.client import patiently
from gateway.store.partition import prefix_of

MOST = 100
KEPT_SECONDS = 90 * 86_400


@dataclass(frozen=True)
class RedisAsked:
    """`:as:<hash>`, a sorted set of entries by when they were put there, in ms: the `MOST` latest.

    The name is hashed: it may be a telephone number.
    """

    redis: Redis
    partitions: int

    async def note(self, identity: str, entry: bytes, at: int) -> None:
        """Remember what was put to an identity; the same entry is remembered once."""
        await patiently(lambda: self._note(self._key(identity), entry, at))

    async def all(self, identity: str) -> list[bytes]:
        """What was put to it, the latest first."""
        found: list[bytes] = await patiently(lambda: self.redis.zrange(self._key(identity), 0, -1, desc=True))
        return found

    async def drop(self, identity: str, entries: Sequence[bytes]) -> None:
        """Forget entries."""
        if entries:
            await patiently(lambda: self.redis.zrem(self._key(identity), *entries))

    async def _note(self, key: str, entry: bytes, at: int) -> None:
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.zadd(key, {entry: at})
            pipe.zremrangebyrank(key, 0, -(MOST + 1))
            pipe.expire(key, KEPT_SECONDS)
            await pipe.execute()

    def _key(self, identity: str) -> str:
        name = hashlib.sha256(identity.encode()).hexdigest()[:32]
        return f"{prefix_of(name, self.partitions)}:as:{name}"
