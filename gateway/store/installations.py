"""Installations of an app of ours by others, sealed, and single turns: one key each, outside the partitions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import WatchError

from gateway.store.client import patiently


@dataclass(frozen=True)
class RedisInstallations:
    """`hp:installation:<name>` holds a body for good, `hp:turn:<name>` whose turn it is until it expires."""

    redis: Redis

    async def put(self, name: str, body: bytes) -> None:
        """Keep a body, in place of any other."""
        await patiently(lambda: self.redis.set(_key(name), body))

    async def get(self, name: str) -> bytes | None:
        """The body of this name."""
        body: bytes | None = await patiently(lambda: self.redis.get(_key(name)))
        return body

    async def swap(self, name: str, before: bytes, after: bytes) -> bool:
        """Put a body in place of exactly this other one. False: it is not there any more."""
        return bool(await patiently(lambda: self._swap(_key(name), before, after)))

    async def _swap(self, key: str, before: bytes, after: bytes) -> bool:
        async with self.redis.pipeline(transaction=True) as pipe:
            await pipe.watch(key)
            found = await pipe.get(key)
            if found != before:
                return bool(found == after)  # The reply to an earlier attempt may have been lost.
            pipe.multi()  # type: ignore[no-untyped-call]
            pipe.set(key, after)
            try:
                await pipe.execute()
            except WatchError:
                return False
            return True

    async def turn(self, name: str, seconds: int) -> bool:
        """Whether the turn of this name is the caller's; for so long nobody else gets it."""
        ours = secrets.token_bytes(16)
        # Sent again, since the reply may get lost, the command must know our own turn from another's.
        holder = await patiently(lambda: self.redis.set(f"hp:turn:{name}", ours, nx=True, get=True, ex=seconds))
        return holder in (None, ours)


def _key(name: str) -> str:
    return f"hp:installation:{name}"
