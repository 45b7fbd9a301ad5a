"""Evidence: the reads an audit needs. Every log, every gate and the whole chain, as they are; nothing is changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from gateway.ledger.evidence import Gate, Kept, Link
from gateway.store.client import patiently
from gateway.store.partition import prefixes

PAGE = 1000
# How often a thread is read again that is written to while it is read.
MOST_READS = 5


@dataclass(frozen=True)
class RedisEvidence:
    """Evidence over all partitions. Everything here raises StoreDown."""

    redis: Redis
    partitions: int

    async def chains(self) -> dict[str, tuple[list[Link], str]]:
        """By partition, its chain and the hash that is to be its last; what is written meanwhile may be missing."""
        return {prefix: await self._chain(prefix) for prefix in prefixes(self.partitions)}

    async def threads(self, opens: Callable[[bytes], str | None]) -> AsyncIterator[Kept]:
        """Every thread that has a log, or a gate. `opens` names the approval that a record of a log opens."""
        gates: dict[tuple[str, str], set[str]] = {}
        for kind in ("ev", "ap"):
            async for name in self._names(f"hp:{{*}}:{kind}:*"):
                prefix, _, rest = name.partition(f":{kind}:")
                thread_id, _, approval = rest.partition(":")
                gates.setdefault((prefix, thread_id), set()).update([approval] if kind == "ap" else [])
        for (prefix, thread_id), known in sorted(gates.items()):
            yield await self._kept(prefix, thread_id, known, opens)

    async def _names(self, pattern: str) -> AsyncIterator[str]:
        cursor: int | None = None
        while cursor != 0:
            cursor, names = await self._scanned(cursor or 0, pattern)
            for name in names:
                yield name.decode()

    async def _scanned(self, cursor: int, pattern: str) -> tuple[int, list[bytes]]:
        page: tuple[int, list[bytes]] = await patiently(lambda: self.redis.scan(cursor, match=pattern, count=PAGE))
        return page

    async def _kept(self, prefix: str, thread_id: str, known: set[str], opens: Callable[[bytes], str | None]) -> Kept:
        """The log and its gates as they were at one moment: read again, while the log grows between."""
        log = f"{prefix}:ev:{thread_id}"
        for _ in range(MOST_READS):
            records: list[bytes] = await patiently(lambda: self.redis.lrange(log, 0, -1))
            names = sorted(known | {name for record in records if (name := opens(record))})
            gates = {name: await self._gate(f"{prefix}:ap:{thread_id}:{name}") for name in names}
            if await patiently(lambda: self.redis.llen(log)) == len(records):
                break
        return Kept(thread_id, tuple(records), gates)

    async def _gate(self, key: str) -> Gate:
        found: list[Any] = await patiently(lambda: self.redis.hmget(key, ("s", "d", "u")))
        state, digest, used = (value.decode() if value else "" for value in found)
        return Gate(state=state, digest=digest, used=used)

    async def _chain(self, prefix: str) -> tuple[list[Link], str]:
        head: bytes = await patiently(lambda: self.redis.get(f"{prefix}:ah")) or b""
        links: list[Link] = []
        start = "-"
        while page := await self._page(prefix, start):
            links += [
                Link(prefix, place.decode(), said[b"e"].decode(errors="replace"), said[b"h"].decode())
                for place, said in page
            ]
            start = f"({page[-1][0].decode()}"
        return links, head.decode()

    async def _page(self, prefix: str, start: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
        page: list[tuple[bytes, dict[bytes, bytes]]] = await patiently(
            lambda: self.redis.xrange(f"{prefix}:au", min=start, count=PAGE)
        )
        return page
