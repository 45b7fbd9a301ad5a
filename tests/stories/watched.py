"""Watched: rooms of the store that tell the stage what happened in them, so that nobody has to look again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from redis.asyncio import Redis

from gateway.store.contacts import RedisMeter
from gateway.store.mailroom import RedisMailroom
from gateway.store.partition import prefixes
from gateway.store.wake import Waker

# Only how long a test that is broken hangs.
PATIENCE = 60.0


class Watched(RedisMailroom):
    """The mailroom, and a bell that rings whenever a mail is done with."""

    def __init__(self, redis: Redis, lease: int) -> None:
        super().__init__(redis, lease)
        object.__setattr__(self, "done", asyncio.Condition())

    done: asyncio.Condition

    async def settle(self, source: str, kept_id: str) -> None:
        """As ever."""
        await super().settle(source, kept_id)
        await self._ring()

    async def quarantine(self, source: str, kept_id: str, why: str) -> None:
        """As ever."""
        await super().quarantine(source, kept_id, why)
        await self._ring()

    async def read_up_to(self, source: str, uids: Sequence[int]) -> None:
        """When all mails up to these are kept, and done with."""
        newest = max(uids, default=0)
        async with asyncio.timeout(PATIENCE), self.done:
            while not await self._is_read(source, newest):
                await self.done.wait()

    async def _is_read(self, source: str, newest: int) -> bool:
        if not newest:
            return True
        position = await self.position(source)
        return position is not None and position.uid >= newest and not await self.waiting(source)

    async def _ring(self) -> None:
        async with self.done:
            self.done.notify_all()


class Sleepless(Waker):
    """Looks at all partitions each time: the stage asks when it wants to know, and waits for nobody."""

    def take(self, queue: str) -> list[str]:
        """All there is."""
        return list(prefixes(1))


class Unhurried(RedisMeter):
    """Lets everything out at once: limits have tests of their own."""

    async def take(self, name: str, count: int, *, most: int, seconds: int) -> float:
        """No wait."""
        return 0.0
