"""Waking: which partitions may have work, told by the scripts over one channel, and by a look at all once a second.

A wake is only a hint: it may be lost, and it may come for nothing. The look at all is what liveness rests on.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

CHANNEL = "hp:wake"
SWEEP_EVERY = 1.0
RECONNECT_PAUSE = 0.5
ASK_AGAIN = 0.1


class Waker:
    """Hints by queue (`threads`, `tool`, or a channel's name), kept in this process only."""

    def __init__(self, redis: Redis, partitions: Sequence[str]) -> None:
        self._redis = redis
        self._partitions = partitions
        self._hinted: dict[str, dict[str, None]] = defaultdict(dict)
        self._swept: dict[str, float] = {}
        self._events: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._listening: asyncio.Task[None] | None = None

    def take(self, queue: str) -> list[str]:
        """The partitions to look at now: those hinted at, or all of them when it is time. Forgets the hints."""
        if time.monotonic() - self._swept.get(queue, 0.0) >= SWEEP_EVERY:
            self._swept[queue] = time.monotonic()
            self._hinted[queue] |= dict.fromkeys(self._partitions)
        return list(self._hinted.pop(queue, ()))

    def hint(self, queue: str, partition: str) -> None:
        """There may be work there. The one hinted longest ago is looked at first."""
        self._hinted[queue].setdefault(partition)
        self._events[queue].set()

    async def wait(self, queue: str, timeout: float) -> None:
        """Return at a hint, or after `timeout` seconds."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._events[queue].wait(), timeout)
        self._events[queue].clear()

    async def close(self) -> None:
        """Stop listening. Asks again, because redis-py swallows a cancellation that meets it while it reconnects."""
        while self._listening and not self._listening.done():
            self._listening.cancel()
            await asyncio.wait({self._listening}, timeout=ASK_AGAIN)

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(RedisError, OSError):
                async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(CHANNEL)
                    async for message in channel.listen():
                        queue, _, partition = message["data"].decode().partition(" ")
                        self.hint(queue, partition)
            await asyncio.sleep(RECONNECT_PAUSE)
