"""Contacts: what is known of each identity, one key each, and how much goes out, one key a name and window.

All names are hashed: they may be telephone numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from gateway.store.client import call, patiently, script

_METER = script("meter")
OWNED_SECONDS = 30 * 86_400


@dataclass(frozen=True)
class RedisContacts:
    """`hp:contact:<hash>`, a hash of plain fields. Never expires: who opted out has opted out for good."""

    redis: Redis

    async def read(self, identity: str) -> dict[str, str]:
        """All that is known of it."""
        found: dict[bytes, bytes] = await patiently(lambda: self.redis.hgetall(_contact(identity)))
        return {name.decode(): value.decode() for name, value in found.items()}

    async def write(self, identity: str, known: Mapping[str, str], *, once: bool = False) -> None:
        """Set these, all at once; with `once`, only as far as nothing stands there yet."""
        await patiently(lambda: self._write(_contact(identity), known, once))

    async def clear(self, identity: str, *names: str) -> None:
        """Forget these."""
        await patiently(lambda: self.redis.hdel(_contact(identity), *names))

    async def _write(self, key: str, known: Mapping[str, str], once: bool) -> None:
        pipe: Pipeline
        async with self.redis.pipeline(transaction=True) as pipe:
            for name, value in known.items():
                (pipe.hsetnx if once else pipe.hset)(key, name, value)
            await pipe.execute()


@dataclass(frozen=True)
class RedisMeter:
    """`hp:{mt:<hash>}:n`, a counter that goes with its window, by the server's own clock; `:o`, whose a name is."""

    redis: Redis

    async def take(self, name: str, count: int, *, most: int, seconds: int) -> float:
        """Count so many more under a name: 0 if that makes no more than `most` in `seconds`; else nothing is counted.

        What comes back then is how long to wait for the window's end, in seconds. When the reply is lost, as many may
        be counted twice: less goes out, never more.
        """
        prefix = f"hp:{{mt:{_hashed(name)}}}"
        return float(await call(self.redis, _METER, prefix, "", count, most, seconds * 1000)) / 1000

    async def first(self, name: str, owner: str) -> str:
        """Whose a name is: the first owner who asked for it, for a month."""
        key = f"hp:{{mt:{_hashed(name)}}}:o"
        before = await patiently(lambda: self.redis.set(key, owner, nx=True, get=True, ex=OWNED_SECONDS))
        return before.decode() if before else owner


def _contact(identity: str) -> str:
    return f"hp:contact:{_hashed(identity)}"


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]
