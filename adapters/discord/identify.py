"""IDENTIFYs: how often a connection may be begun anew, since Discord takes the token away from a bot that overdoes it.

What Discord allows is told with where its gateway is. What we allow ourselves is far less, and counted in the store: a
process that crashes and is started again, and again, cannot use up the day.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from adapters.discord.where import CHANNEL
from adapters.errors import TryLater, Unreadable
from adapters.meter import Meter
from adapters.wire import Json, at, child, words

WINDOW, IN_WINDOW = 300, 5
DAY, IN_DAY = 86_400, 500
# Discord: so many at once as it says, then as many again after 5 seconds.
APART = 5.0


@dataclass(frozen=True)
class Advice:
    """What Discord says of its gateway: `shards` it advises, `remaining` IDENTIFYs of today, `reset_after` seconds.

    `at_once` are the IDENTIFYs it takes within 5 seconds.
    """

    url: str
    shards: int
    remaining: int
    reset_after: float
    at_once: int


def advice(told: Json) -> Advice:
    """What GET /gateway/bot told. Raises Unreadable."""
    limit, url = child(told, "session_start_limit"), words(told, "url")
    if not url.startswith(("ws://", "wss://")):
        raise Unreadable("Discord does not say where its gateway is")
    return Advice(
        url=url,
        shards=max(_number(told, "shards", 1), 1),
        remaining=_number(limit, "remaining", 1),
        reset_after=_number(limit, "reset_after", 0) / 1000,
        at_once=max(_number(limit, "max_concurrency", 1), 1),
    )


def _number(data: Json, name: str, default: int) -> int:
    found = at(data, name)
    return found if isinstance(found, int) else default


async def wait_needed(meter: Meter, told: Advice, shards: int) -> float:
    """How many seconds to wait before a connection may be begun: 0 if it may be now. Raises StoreError."""
    if told.remaining < 1:
        return max(told.reset_after, APART)
    waits = [await meter.take(name, 0, most=most - 1, seconds=seconds) for name, most, seconds in _bounds(shards)]
    return max(waits)


async def count(meter: Meter, shards: int) -> None:
    """Count an IDENTIFY that is about to be sent. Raises TryLater if it may not be, StoreError."""
    for name, most, seconds in _bounds(shards):
        if wait := await meter.take(name, 1, most=most, seconds=seconds):
            raise TryLater("too many sessions were begun", wait)


def _bounds(shards: int) -> tuple[tuple[str, int, int], ...]:
    """What is counted, how often it may be, and in how many seconds. Each of a number of shards begins by itself."""
    name = f"{CHANNEL}:identify"
    return (name, IN_WINDOW * shards, WINDOW), (f"{name}:day", max(IN_DAY, 2 * shards), DAY)


@dataclass
class Lanes:
    """Who IDENTIFYs when: shards of one lane, which is their number modulo `at_once`, 5 seconds apart."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    _next: dict[int, float] = field(default_factory=dict)

    async def turn(self, shard: int, at_once: int) -> None:
        """When it is this shard's turn."""
        lane, now = shard % at_once, self.clock()
        due = max(self._next.get(lane, now), now)
        self._next[lane] = due + APART
        if due > now:
            await self.sleep(due - now)
