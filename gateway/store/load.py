"""Load: what goes to each person and on each channel lately, and which cards go together. One slot a name.

All names are hashed: they may be telephone numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from gateway.storage import Gathered, Joining
from gateway.store.client import call, patiently, script

_ROOM, _GATHER = script("room"), script("gather")
HOUR = 3_600_000
KEPT = 86_400_000


@dataclass(frozen=True)
class RedisLoad:
    """`hp:{ld:<hash>}`: `:n` what was counted, `:c`, `:w`, `:e`, `:m`, `:b`, `:d` what waits and goes together."""

    redis: Redis

    async def room(self, name: str, what: str, *, most: int, now: int) -> int:
        """Count once what goes out: 0, or in how many ms there is room for it in the hour before."""
        return int(await call(self.redis, _ROOM, _prefix(name), str(now), what, most, HOUR))

    async def leave(self, name: str, what: str) -> None:
        """It does not go out now, and is not counted."""
        await patiently(lambda: self.redis.zrem(f"{_prefix(name)}:n", what))

    async def gather(self, name: str, joining: Joining, *, now: int) -> Gathered:
        """What is to be done with a card to somebody."""
        answer = await call(
            self.redis,
            _GATHER,
            _prefix(name),
            str(now),
            joining.what,
            joining.entry,
            joining.window,
            int(joining.crowded),
            joining.most,
            joining.patience,
        )
        return _gathered(answer)

    async def ended(self, name: str, leader: str, how: str) -> None:
        """How the one ended that others went with: by the far end's name for it, empty if it did not go out."""
        await patiently(lambda: self._ended(_prefix(name), leader, f"sent:{how}" if how else "failed"))

    async def _ended(self, prefix: str, leader: str, how: str) -> None:
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.zrem(f"{prefix}:c", leader)
            pipe.set(f"{prefix}:d:{leader}", how, px=KEPT)
            await pipe.execute()


def _gathered(answer: Sequence[bytes | int]) -> Gathered:
    match answer:
        case [b"wait", int(ms)]:
            return Gathered("wait", ms=ms)
        case [b"lead", *entries]:
            return Gathered("lead", entries=tuple(bytes(one) for one in entries if isinstance(one, bytes)))
        case [b"with", bytes(ended)]:
            return Gathered("with", ended=ended.decode().removeprefix("sent:"))
    return Gathered("go")


def _prefix(name: str) -> str:
    return f"hp:{{ld:{hashlib.sha256(name.encode()).hexdigest()[:32]}}}"
