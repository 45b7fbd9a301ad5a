"""Access: API tokens and counted tries, in keys of their own outside the partitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redis.asyncio import Redis

from gateway.store.client import patiently

TOKENS = "hp:tokens"


@dataclass(frozen=True)
class RedisTokens:
    """One hash: SHA-256 of the token -> what it may do."""

    redis: Redis

    async def put(self, digest: str, body: bytes) -> None:
        """Keep what a token may do."""
        await patiently(lambda: self.redis.hset(TOKENS, digest, body))

    async def get(self, digest: str) -> bytes | None:
        """What the token with this digest may do."""
        body: bytes | None = await patiently(lambda: self.redis.hget(TOKENS, digest))
        return body

    async def all(self) -> Mapping[str, bytes]:
        """Every token's digest and what it may do."""
        found: dict[bytes, bytes] = await patiently(lambda: self.redis.hgetall(TOKENS))
        return {digest.decode(): body for digest, body in found.items()}

    async def drop(self, digest: str) -> bool:
        """Revoke. False: there was no such token."""
        return bool(await patiently(lambda: self.redis.hdel(TOKENS, digest)))


@dataclass(frozen=True)
class RedisGuard:
    """One counter a name and window."""

    redis: Redis

    async def allow(self, name: str, *, most: int, seconds: int) -> bool:
        """Count one try; False when there were more than `most` within `seconds`."""
        key = f"hp:tries:{name}"
        pipe = self.redis.pipeline(transaction=True)
        pipe.set(key, 0, ex=seconds, nx=True)
        pipe.incr(key)
        _, tries = await patiently(pipe.execute)
        return int(tries) <= most

    async def spent(self, name: str, *, most: int) -> bool:
        """Whether so many tries are counted by now; counts none."""
        tries = await patiently(lambda: self.redis.get(f"hp:tries:{name}"))
        return int(tries or 0) >= most
