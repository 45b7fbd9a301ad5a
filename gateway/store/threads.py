"""The store of threads: each method encodes one transition, calls its script, and reads the small answer back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from redis.asyncio import Redis

from gateway.ports import (
    ATTEMPTS,
    AuditReport,
    Begun,
    Claim,
    CloseApproval,
    Commit,
    Committed,
    EffectView,
    Fenced,
    Grant,
    Ingested,
    NewEffect,
    OpenApproval,
    Settled,
    Snapshot,
    Stale,
    ThreadView,
    Verb,
)
from gateway.store.client import Arg, call, script
from gateway.store.errors import CommitRefused, StoreBusy
from gateway.store.partition import prefix_of, prefixes
from gateway.store.reads import Reads, snapshot_of
from gateway.store.wake import Waker

DAY = 86_400_000
DEDUPE_KEPT = 30 * DAY
SENT_KEPT = 7 * DAY
BACKLOG = 500
FIRE_MOST = 100

_INGEST, _CONTROL, _CLAIM = script("ingest"), script("control"), script("claim")
_RENEW, _RELEASE, _COMMIT = script("renew"), script("release"), script("commit")
_FIRE, _REBUILD = script("fire"), script("rebuild")
_FX_CLAIM, _FX_BEGIN = script("fx_claim"), script("fx_begin")
_FX_RENEW, _FX_DONE = script("fx_renew"), script("fx_done")
_BEGUN: Final[Mapping[bytes, Begun]] = {b"OK": "begun", b"STOPPED": "stopped", b"LOST": "lost"}


class RedisThreads:
    """`lease` in ms. `clock` (ms since the epoch) replaces the server's clock; it is for tests and demonstrations."""

    def __init__(
        self,
        redis: Redis,
        waker: Waker,
        *,
        partitions: int,
        lease: int = 30_000,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self._redis: Final = redis
        self._waker: Final = waker
        self._partitions: Final = partitions
        self._lease: Final = lease
        self._clock: Final = clock
        self._reads: Final = Reads(redis, partitions)

    # --- inbound

    async def ingest(self, thread_id: str, dedupe: str, record: bytes) -> Ingested:
        """Append a record and make the thread ready, once per `dedupe` key. Raises StoreFull, StoreBusy."""
        args = (thread_id, _dedupe(thread_id, dedupe), DEDUPE_KEPT, record, BACKLOG)
        answer = await self._call(_INGEST, thread_id, *args)
        if answer[0] == b"BUSY":
            raise StoreBusy("too many unread messages wait in this thread")
        return Ingested(seq=answer[1], fresh=answer[0] == b"OK")

    async def control(self, thread_id: str, dedupe: str, record: bytes, verb: Verb) -> Ingested:
        """Append a control record; at once hold, free or refuse tools that have not started."""
        args = (thread_id, _dedupe(thread_id, dedupe), DEDUPE_KEPT, record, verb)
        answer = await self._call(_CONTROL, thread_id, *args)
        return Ingested(seq=answer[1], fresh=answer[0] == b"OK")

    # --- turns

    async def claim(self, *, most: int = 1) -> list[Claim]:
        """Lease up to `most` threads that need work, oldest of a partition first."""
        claims: list[Claim] = []
        for prefix in self._waker.take("threads"):
            room = most - len(claims)
            if room > 0:
                now, *grants = await self._call_in(_CLAIM, prefix, secrets.token_hex(16), self._lease, room)
                claims += [_claim(now, grant) for grant in grants]
            if len(claims) == most:
                self._waker.hint("threads", prefix)  # There may be more than we had room for.
        return claims

    async def renew(self, claim: Claim) -> bool:
        """Keep the lease. False: it is lost."""
        return bool(await self._call(_RENEW, claim.thread_id, claim.thread_id, claim.token, self._lease))

    async def release(self, claim: Claim, *, delay: int = 0) -> bool:
        """Give the lease back undone, to be claimed again `delay` ms from now."""
        return bool(await self._call(_RELEASE, claim.thread_id, claim.thread_id, claim.token, delay))

    async def commit(self, claim: Claim, commit: Commit) -> Committed | Stale | Fenced:
        """Write a turn. Raises CommitRefused."""
        answer = await self._call(_COMMIT, claim.thread_id, claim.thread_id, claim.token, *_flat(commit))
        match answer:
            case [b"OK", int(seq)]:
                return Committed(seq)
            case [b"STALE", int(now), *records]:
                return Stale(now, tuple(records))
            case [b"FENCED"]:
                return Fenced()
            case [_, why]:
                raise CommitRefused(why.decode())
        raise CommitRefused(f"an answer nobody knows: {answer[0]!r}")

    async def fire(self) -> int:
        """Log and wake what is due."""
        return sum([await self._call_in(_FIRE, prefix, FIRE_MOST) for prefix in prefixes(self._partitions)])

    # --- effects

    async def fx_claim(self, queue: str, *, most: int = 1) -> list[Grant]:
        """Lease up to `most` due effects of a queue, oldest of a partition first; for tools, through the gate."""
        grants: list[Grant] = []
        for prefix in self._waker.take(queue):
            room = most - len(grants)
            if room > 0:
                answer = await self._call_in(_FX_CLAIM, prefix, queue, secrets.token_hex(16), self._lease, room)
                grants += [_grant(queue, grant) for grant in answer]
            if len(grants) == most:
                self._waker.hint(queue, prefix)  # There may be more than we had room for.
        return grants

    async def fx_begin(self, grant: Grant) -> Begun:
        """Say that a tool is about to be run; see the port."""
        return _BEGUN[await self._call(_FX_BEGIN, grant.thread_id, grant.id, grant.token)]

    async def fx_renew(self, grant: Grant) -> bool:
        """Keep the lease of an effect that takes long. False: it is lost."""
        return bool(await self._call(_FX_RENEW, grant.thread_id, grant.id, grant.token, self._lease))

    async def fx_done(self, grant: Grant, settled: Settled) -> bool:
        """End an effect and log its end. False: the lease was lost and nothing was written."""
        return await self._settle(grant, settled, delay=-1)

    async def fx_retry(self, grant: Grant, *, delay: int, settled: Settled, most: int = ATTEMPTS) -> bool:
        """Try again `delay` ms from now; after `most` attempts settle it as `settled` instead."""
        return await self._settle(grant, settled, delay=delay, most=most)

    async def fx_hold(self, grant: Grant, *, delay: int) -> bool:
        """Put it back as it was, to be claimed again `delay` ms from now. False: the lease was lost."""
        return await self._settle(grant, Settled("pending", b"", wakes=False), delay=delay, most=0)

    async def _settle(self, grant: Grant, settled: Settled, *, delay: int, most: int = ATTEMPTS) -> bool:
        how = (settled.state, settled.record, int(settled.wakes), SENT_KEPT, delay, most)
        return bool(await self._call(_FX_DONE, grant.thread_id, grant.id, grant.token, *how))

    # --- reads

    async def read(self, thread_id: str, *, after: int = 0, most: int = 1000) -> list[bytes]:
        """Log entries after a seq, oldest first."""
        return await self._reads.read(thread_id, after, most)

    async def snapshot(self, thread_id: str) -> Snapshot | None:
        """The cached fold, if there is one."""
        return await self._reads.snapshot(thread_id)

    async def exists(self, thread_id: str) -> bool:
        """Whether the thread has a log."""
        return await self._reads.exists(thread_id)

    async def timed(self) -> list[str]:
        """Threads that a timer is set for."""
        return await self._reads.timed()

    async def threads(self, *, most: int = 100, before: int | None = None) -> list[ThreadView]:
        """Threads, latest changed first, changed before a time."""
        return await self._reads.threads(most, before)

    async def effects(self, thread_id: str) -> list[EffectView]:
        """All effects of a thread that are still kept, oldest first."""
        return await self._reads.effects(thread_id)

    async def dead(self, *, most: int = 100) -> list[EffectView]:
        """Effects of all threads that ended failed, unknown, refused or dead, latest first."""
        return await self._reads.dead(most)

    async def audit(self) -> AuditReport:
        """Recompute the audit chain of every partition."""
        return await self._reads.audit()

    async def wait_for_work(self, queue: str, *, timeout: float) -> None:
        """Return when there may be work, or after `timeout` seconds."""
        await self._waker.wait(queue, timeout)

    async def rebuild(
        self, received: Callable[[bytes], str | None], verb: Callable[[bytes], Verb | None] = lambda record: None
    ) -> int:
        """Make again what only the logs still know; see the port."""
        count = 0
        for thread_id in await self._reads.headless():
            records = await self._reads.read(thread_id, 0, -1)
            known = [(received(record), seq) for seq, record in enumerate(records, start=1)]
            pairs = [arg for name, seq in known if name for arg in (_dedupe(thread_id, name), seq)]
            said = next((found for record in reversed(records) if (found := verb(record))), None)
            count += await self._call(_REBUILD, thread_id, thread_id, DEDUPE_KEPT, *pairs, int(said == "pause"))
        return count

    async def _call(self, transition: Any, thread_id: str, *args: Arg) -> Any:
        return await self._call_in(transition, prefix_of(thread_id, self._partitions), *args)

    async def _call_in(self, transition: Any, prefix: str, *args: Arg) -> Any:
        now = "" if self._clock is None else self._clock()
        return await call(self._redis, transition, prefix, now, *args)


def _dedupe(thread_id: str, name: str) -> str:
    return hashlib.sha256(f"{thread_id}\x1f{name}".encode()).hexdigest()[:32]


def _flat(commit: Commit) -> list[Arg]:
    """The commit as the script reads it: see `lua/commit.lua`."""
    snapshot = b"%d|%s" % (commit.snapshot.seq, commit.snapshot.body) if commit.snapshot else b""
    return [
        commit.op,
        commit.seq,
        snapshot,
        len(commit.records),
        *commit.records,
        len(commit.effects),
        *(arg for effect in commit.effects for arg in _effect(effect)),
        len(commit.approvals),
        *(arg for approval in commit.approvals for arg in _approval(approval)),
        len(commit.timers),
        *(arg for timer in commit.timers for arg in (timer.name, timer.due)),
    ]


def _effect(e: NewEffect) -> tuple[Arg, ...]:
    again = "stopped" if e.stopped else "recover" if e.recover else ""
    return (e.id, e.queue, e.lane, e.offset, e.seq, e.body, e.approval, e.digest, again)


def _approval(approval: OpenApproval | CloseApproval) -> tuple[Arg, ...]:
    if isinstance(approval, OpenApproval):
        return (approval.id, "open", approval.digest, approval.expires, 0)
    return (approval.id, approval.state, approval.digest, 0, approval.start_by)


def _claim(now: int, grant: list[Any]) -> Claim:
    thread_id, token, seq, rebuilt, snapshot, *records = grant
    return Claim(
        thread_id=thread_id.decode(),
        token=token.decode(),
        now=now,
        seq=seq,
        snapshot=snapshot_of(snapshot),
        records=tuple(records),
        rebuilt=rebuilt == b"1",
    )


def _grant(queue: str, answer: list[Any]) -> Grant:
    id_, thread_id, lane, mode, token, now, attempt, body, record, approval, digest, why = answer
    return Grant(
        id=id_.decode(),
        thread_id=thread_id.decode(),
        queue=queue,
        lane=lane.decode(),
        mode=mode.decode(),
        token=token.decode(),
        now=now,
        attempt=attempt,
        body=body,
        record=record,
        approval=approval.decode(),
        digest=digest.decode(),
        why=why.decode(),
    )
