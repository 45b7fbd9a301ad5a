"""Blobs: raw envelopes, kept compressed with their thread for a while, so that events can point at what really came."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass

from redis.asyncio import Redis

from gateway.store.client import patiently
from gateway.store.partition import prefix_of

KEPT_SECONDS = 30 * 86_400


@dataclass(frozen=True)
class RedisBlobs:
    """One key a blob, `:rw:<tid>:<sha256>`, gone after `KEPT_SECONDS`."""

    redis: Redis
    partitions: int

    async def put(self, thread_id: str, raw: bytes) -> str:
        """Keep bytes with a thread; returns `sha256:<hex>`."""
        pointer = f"sha256:{hashlib.sha256(raw).hexdigest()}"
        body = zlib.compress(raw)
        await patiently(lambda: self.redis.set(self._key(thread_id, pointer), body, ex=KEPT_SECONDS))
        return pointer

    async def get(self, thread_id: str, pointer: str) -> bytes | None:
        """The bytes again, or None when retention has passed."""
        body = await patiently(lambda: self.redis.get(self._key(thread_id, pointer)))
        return zlib.decompress(body) if body else None

    def _key(self, thread_id: str, pointer: str) -> str:
        return f"{prefix_of(thread_id, self.partitions)}:rw:{thread_id}:{pointer.removeprefix('sha256:')}"
