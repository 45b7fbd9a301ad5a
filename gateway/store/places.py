"""Places: where a channel was heard, and when last: from there on is read what was missed. One key a channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redis.asyncio import Redis

from gateway.store.client import patiently

MOST = 10_000
KEPT_SECONDS = 30 * 86_400  # As long as a message is known again.


@dataclass(frozen=True)
class RedisPlaces:
    """`hp:heard:<channel>`, a sorted set of places by the moment last heard, in microseconds since the epoch."""

    redis: Redis

    async def note(self, channel: str, heard: Mapping[str, int]) -> None:
        """Remember places and when they were heard; never earlier than known already. One round trip."""
        await patiently(lambda: self._put(f"hp:heard:{channel}", heard, new=False))

    async def begin(self, channel: str, heard: Mapping[str, int]) -> None:
        """Remember places from these moments on; what is known of them already stays. One round trip."""
        await patiently(lambda: self._put(f"hp:heard:{channel}", heard, new=True))

    async def _put(self, key: str, heard: Mapping[str, int], *, new: bool) -> None:
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.zadd(key, dict(heard), nx=new, gt=not new)
            pipe.zremrangebyscore(key, "-inf", max(heard.values()) - KEPT_SECONDS * 1_000_000)
            pipe.zremrangebyrank(key, 0, -(MOST + 1))
            pipe.expire(key, KEPT_SECONDS)
            await pipe.execute()

    async def known(self, channel: str) -> dict[str, int]:
        """Every place of a channel, and when it was last heard."""
        found = await patiently(lambda: self.redis.zrange(f"hp:heard:{channel}", 0, -1, withscores=True))
        return {place.decode(): int(moment) for place, moment in found}
