"""Reads: what people, pages and programs look at. Nothing here changes anything or is needed for correctness."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from gateway.ports import AuditReport, EffectView, Snapshot, ThreadView
from gateway.store.client import patiently
from gateway.store.partition import prefix_of, prefixes

AUDIT_PAGE = 1000


def snapshot_of(text: bytes) -> Snapshot | None:
    """The snapshot in its stored form, `<seq>|<body>`."""
    seq, _, body = text.partition(b"|")
    return Snapshot(int(seq), body) if seq else None


@dataclass(frozen=True)
class Reads:
    """Reads over all partitions."""

    redis: Redis
    partitions: int

    async def read(self, thread_id: str, after: int, most: int) -> list[bytes]:
        """Log entries after a seq; all of them when `most` is -1."""
        last = -1 if most < 0 else after + most - 1
        records: list[bytes] = await patiently(lambda: self.redis.lrange(self._key(thread_id, "ev"), after, last))
        return records

    async def snapshot(self, thread_id: str) -> Snapshot | None:
        """The cached fold, if there is one."""
        text = await patiently(lambda: self.redis.get(self._key(thread_id, "sn")))
        return snapshot_of(text or b"")

    async def exists(self, thread_id: str) -> bool:
        """Whether the thread has a log."""
        return bool(await patiently(lambda: self.redis.exists(self._key(thread_id, "ev"))))

    async def threads(self, most: int, before: int | None) -> list[ThreadView]:
        """Threads of all partitions, latest changed first."""
        top = "+inf" if before is None else f"({before}"
        found: list[tuple[int, str]] = []
        for prefix in prefixes(self.partitions):
            page = await self._latest(f"{prefix}:ix", top, most)
            found += [(int(changed), name.decode()) for name, changed in page]
        return [await self._view(thread_id, changed) for changed, thread_id in sorted(found, reverse=True)[:most]]

    async def timed(self) -> list[str]:
        """The threads that a timer is set for."""
        keys = [f"{prefix}:tm" for prefix in prefixes(self.partitions)]
        members = [member for key in keys for member in await self._all(key)]
        return sorted({member.decode().partition("|")[0] for member in members})

    async def effects(self, thread_id: str) -> list[EffectView]:
        """All effects of a thread that are still kept."""
        ids = await patiently(lambda: self.redis.lrange(self._key(thread_id, "fl"), 0, -1))
        views = [await self._effect(prefix_of(thread_id, self.partitions), effect_id) for effect_id in ids]
        return [view for view in views if view]

    async def dead(self, most: int) -> list[EffectView]:
        """Effects that ended badly, latest first."""
        found: list[tuple[float, str, bytes]] = []
        for prefix in prefixes(self.partitions):
            page = await self._latest(f"{prefix}:dx", "+inf", most)
            found += [(ended, prefix, effect_id) for effect_id, ended in page]
        views = [await self._effect(prefix, effect_id) for _, prefix, effect_id in sorted(found, reverse=True)[:most]]
        return [view for view in views if view]

    async def audit(self) -> AuditReport:
        """Recompute every chain."""
        entries, broken = 0, {}
        for prefix in prefixes(self.partitions):
            count, first_bad = await self._chain(prefix)
            entries += count
            if first_bad:
                broken[prefix] = first_bad
        return AuditReport(entries=entries, broken=broken)

    async def headless(self) -> list[str]:
        """Threads that have a log and no head."""
        found = []
        async for name in self.redis.scan_iter(match="hp:{*}:ev:*", count=1000):
            prefix, _, thread_id = name.decode().rpartition(":ev:")
            if not await self.redis.exists(f"{prefix}:t:{thread_id}"):
                found.append(thread_id)
        return found

    def _key(self, thread_id: str, kind: str) -> str:
        return f"{prefix_of(thread_id, self.partitions)}:{kind}:{thread_id}"

    async def _all(self, key: str) -> list[bytes]:
        members: list[bytes] = await patiently(lambda: self.redis.zrange(key, 0, -1))
        return members

    async def _latest(self, key: str, top: str, most: int) -> list[tuple[bytes, float]]:
        page: list[tuple[bytes, float]] = await patiently(
            lambda: self.redis.zrevrangebyscore(key, top, "-inf", start=0, num=most, withscores=True)
        )
        return page

    async def _view(self, thread_id: str, changed: int) -> ThreadView:
        seq = await patiently(lambda: self.redis.llen(self._key(thread_id, "ev")))
        held = await patiently(lambda: self.redis.hexists(self._key(thread_id, "t"), "hold"))
        return ThreadView(id=thread_id, changed=changed, seq=seq, held=bool(held))

    async def _effect(self, prefix: str, effect_id: bytes) -> EffectView | None:
        fields = ("t", "q", "l", "s", "n", "e", "b")
        values: list[Any] = await patiently(lambda: self.redis.hmget(f"{prefix}:fx:{effect_id.decode()}", fields))
        if values[0] is None:
            return None
        thread_id, queue, lane, state, attempt, seq, body = values
        return EffectView(
            id=effect_id.decode(),
            thread_id=thread_id.decode(),
            queue=queue.decode(),
            lane=lane.decode(),
            state=state.decode(),
            attempt=int(attempt),
            seq=int(seq),
            body=body,
        )

    async def _chain(self, prefix: str) -> tuple[int, str]:
        """How many entries a partition's chain has, and the first that does not follow from the one before.

        The head is looked up first: what is written meanwhile comes behind it, and breaks nothing.
        """
        count, last, start = 0, b"", "-"
        head = await self._audit_head(prefix)
        found = head == b""
        while True:
            page = await self._audit_page(prefix, start)
            for entry_id, fields in page:
                expected = hashlib.sha1(last + fields[b"e"], usedforsecurity=False).hexdigest().encode()
                if expected != fields[b"h"]:
                    return count, entry_id.decode()
                count, last = count + 1, expected
                found = found or last == head
            if len(page) < AUDIT_PAGE:
                # No head, though there are entries: they were written since, or it is gone.
                lost = not found or (count and not head and not await self._audit_head(prefix))
                return count, "head" if lost else ""
            start = f"({page[-1][0].decode()}"

    async def _audit_head(self, prefix: str) -> bytes:
        head: bytes | None = await patiently(lambda: self.redis.get(f"{prefix}:ah"))
        return head or b""

    async def _audit_page(self, prefix: str, start: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
        page: list[tuple[bytes, dict[bytes, bytes]]] = await patiently(
            lambda: self.redis.xrange(f"{prefix}:au", min=start, count=AUDIT_PAGE)
        )
        return page
