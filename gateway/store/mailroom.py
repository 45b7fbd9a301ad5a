"""The mailroom: raw messages as they came, kept in one transition with the position to read on from."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from adapters.base import Kept, Position
from gateway.store.client import call, patiently, script

_SEIZE, _LEAVE, _KEEP = script("seize"), script("leave"), script("keep")
_POST, _SETTLE = script("post"), script("settle")
ROOM = 8 * 1024 * 1024  # Bytes of messages that are taken out at once; a larger one is alone.


@dataclass(frozen=True)
class RedisMailroom:
    """Each source has a slot of its own; messages are compressed. `lease` in ms."""

    redis: Redis
    lease: int = 30_000

    async def seize(self, source: str, holder: str) -> bool:
        """Take or renew the reader's lease of a source. False: another reader holds it."""
        return bool(await call(self.redis, _SEIZE, _prefix(source), "", holder, self.lease))

    async def leave(self, source: str, holder: str) -> None:
        """Give the lease up, if it is ours."""
        await call(self.redis, _LEAVE, _prefix(source), "", holder)

    async def position(self, source: str) -> Position | None:
        """Where to read on; None for a source never read."""
        at = await patiently(lambda: self.redis.hmget(f"{_prefix(source)}:at", ["validity", "uid"]))
        return Position(int(at[0]), int(at[1])) if at[0] is not None else None

    async def keep(self, source: str, holder: str, position: Position, raw: Sequence[Kept]) -> bool:
        """Store messages and the new position in one transition. False: not the holder any more."""
        pairs = [part for kept in raw for part in (kept.id, zlib.compress(kept.raw))]
        where = (position.validity, position.uid)
        return bool(await call(self.redis, _KEEP, _prefix(source), "", holder, *where, *pairs))

    async def post(self, source: str, kept: Kept) -> None:
        """Store a message that was brought to us, whoever reads the source."""
        await call(self.redis, _POST, _prefix(source), "", kept.id, zlib.compress(kept.raw))

    async def waiting(self, source: str, *, most: int = 50) -> list[Kept]:
        """Kept messages not settled yet, oldest first: those at the front that are not too much to hold in memory."""
        ids = await patiently(lambda: self.redis.lrange(f"{_prefix(source)}:todo", 0, most - 1))
        found: list[Kept] = []
        held = 0
        for id_ in ids:  # One by one: how large one is shows only when it is unpacked.
            for kept in await self._messages(source, [id_]):
                held += len(kept.raw)
                if found and held > ROOM:
                    return found
                found.append(kept)
        return found

    async def settle(self, source: str, kept_id: str) -> None:
        """The message is in a thread's log (or needs none)."""
        await call(self.redis, _SETTLE, _prefix(source), "", kept_id, "")

    async def quarantine(self, source: str, kept_id: str, why: str) -> None:
        """Set the message aside, whole, with the reason."""
        await call(self.redis, _SETTLE, _prefix(source), "", kept_id, why or "no reason given")

    async def quarantined(self, source: str) -> list[tuple[Kept, str]]:
        """What was set aside, and why."""
        aside = await patiently(lambda: self.redis.hgetall(f"{_prefix(source)}:aside"))
        messages = await self._messages(source, list(aside))
        return list(zip(messages, (why.decode() for why in aside.values()), strict=True))

    async def _messages(self, source: str, ids: Sequence[bytes]) -> list[Kept]:
        if not ids:
            return []
        raws = await patiently(lambda: self.redis.hmget(f"{_prefix(source)}:raw", list(ids)))
        return [Kept(id_.decode(), zlib.decompress(raw)) for id_, raw in zip(ids, raws, strict=True) if raw]


def _prefix(source: str) -> str:
    return f"hp:{{src:{hashlib.sha256(source.encode()).hexdigest()[:16]}}}"
