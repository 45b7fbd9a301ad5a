"""The roster's changes: one list that only ever grows, and outside of it the word that there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import WatchError

from gateway.store.client import patiently
from gateway.store.errors import RosterLost
from gateway.store.fitness import META

_CHANGES = "hp:people"
_BEGUN, _REVIEWED = "people", "people_reviewed"


@dataclass(frozen=True)
class RedisRoster:
    """`hp:people`, a list of bodies, oldest first; `hp:meta` knows whether there is one, and how many were told."""

    redis: Redis

    async def since(self, seen: int) -> list[bytes]:
        """The changes after so many. Raises RosterLost when some of those are gone, StoreError."""
        begun, bodies = await patiently(lambda: self._read(max(seen - 1, 0)))
        if not bodies and (seen or begun):
            raise RosterLost("the changes to people are lost: nobody counts as known (`holdpoint people begin-again`)")
        return list(bodies[1:] if seen else bodies)

    async def append(self, seen: int, bodies: Sequence[bytes]) -> bool:
        """Add these, all or none, if there are exactly so many before. False: there are others by now."""
        return bool(await patiently(lambda: self._append(seen, list(bodies))))

    async def reviewed(self) -> int:
        """How many the threads that wait have been told of; 0 when that is not known."""
        return int(await patiently(lambda: self.redis.hget(META, _REVIEWED)) or 0)

    async def note_reviewed(self, seen: int) -> None:
        """Remember that they have been told of so many."""
        await patiently(lambda: self.redis.hset(META, _REVIEWED, str(seen)))

    async def begin_again(self) -> None:
        """Forget that there were changes: only what will be added from now on is missed when it is lost."""
        await patiently(lambda: self.redis.hdel(META, _BEGUN, _REVIEWED))

    async def _read(self, start: int) -> tuple[bool, list[bytes]]:
        """Whether there ever was one, and then those from there on: whoever adds the first in between is no harm."""
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.hexists(META, _BEGUN)
            pipe.lrange(_CHANGES, start, -1)
            begun, bodies = await pipe.execute()
            return begun, bodies

    async def _append(self, seen: int, bodies: list[bytes]) -> bool:
        async with self.redis.pipeline(transaction=True) as pipe:
            await pipe.watch(_CHANGES)
            if await pipe.llen(_CHANGES) != seen:
                # The reply to an earlier attempt may have been lost.
                return bool(await pipe.lrange(_CHANGES, seen, seen + len(bodies) - 1) == bodies)
            pipe.multi()  # type: ignore[no-untyped-call]
            pipe.rpush(_CHANGES, *bodies)
            # In one with the first change: who looks in between must not take it for lost.
            pipe.hset(META, _BEGUN, "1")
            try:
                await pipe.execute()
            except WatchError:
                return False
            return True
