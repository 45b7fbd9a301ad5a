"""The bench a store is tried on: the real scripts on a real server, under a clock that moves only when told."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

from redis.asyncio import Redis

from gateway.ports import (
    TOOL_LANE,
    ApprovalState,
    Claim,
    CloseApproval,
    Commit,
    Committed,
    Grant,
    NewEffect,
    OpenApproval,
    Settled,
    Snapshot,
    Timer,
)
from gateway.store.client import connect
from gateway.store.partition import prefix_of, prefixes
from gateway.store.threads import RedisThreads
from gateway.store.wake import Waker

PARTITIONS = 4
LEASE = 30_000
NOON = 1_790_000_000_000
MINUTE = 60_000
NEIGHBOUR = next(f"n{i}" for i in range(99) if prefix_of(f"n{i}", PARTITIONS) == prefix_of("t1", PARTITIONS))
RESULT = b'{"event":{"type":"result"}}'
DONE = Settled("sent", RESULT, wakes=True)
NOTED = Settled("sent", b'{"event":{"type":"noted"}}', wakes=False)
REFUSED = Settled("refused", b'{"event":{"type":"refused"}}', wakes=True)
DEAD = Settled("dead", b'{"event":{"type":"dead"}}', wakes=True)


@dataclass
class Clock:
    """Milliseconds since the epoch."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now

    def forward(self, ms: int) -> None:
        """Let time pass."""
        self.now += ms


class Everywhere(Waker):
    """Looks at all partitions each time: a hint decides how soon work is found, never whether."""

    def take(self, queue: str) -> list[str]:
        return list(prefixes(PARTITIONS))


def record(name: str = "said") -> bytes:
    """A log entry; the store does not read it."""
    return b'{"event":{"type":"%s"}}' % name.encode()


def stamped(raw: bytes, at: int = NOON) -> bytes:
    """The entry as the log keeps it."""
    return raw[:-1] + b',"at":%d}' % at


def message(id: str, *, lane: str = "mail:bo", queue: str = "email") -> NewEffect:
    """A message that needs no approval."""
    return NewEffect(id=id, queue=queue, lane=lane, offset=0, body=b"to bo")


def tool(id: str, *, approval: str = "", digest: str = "", seq: int = 0, recover: bool = False) -> NewEffect:
    """A tool's run, gated when it names an approval."""
    return NewEffect(id, TOOL_LANE, TOOL_LANE, 0, b"run", approval, digest, seq, recover)


@dataclass(frozen=True)
class Bench:
    """The store, the server below it, and the clock above it."""

    store: RedisThreads
    redis: Redis
    clock: Clock
    _count: Iterator[int] = field(default_factory=itertools.count)

    async def claim(self) -> Claim:
        """The one thread that needs work."""
        (claim,) = await self.store.claim(most=2)
        return claim

    async def commit(
        self,
        claim: Claim,
        *,
        effects: Sequence[NewEffect] = (),
        approvals: Sequence[OpenApproval | CloseApproval] = (),
        timers: Sequence[Timer] = (),
        snapshot: Snapshot | None = None,
    ) -> int:
        """A turn of one record; returns the log's length."""
        parts = (tuple(effects), tuple(approvals), tuple(timers), snapshot)
        done = await self.store.commit(claim, Commit(f"turn{next(self._count)}", claim.seq, (record("turn"),), *parts))
        assert isinstance(done, Committed)
        return done.seq

    async def turn(
        self,
        thread: str = "t1",
        *,
        effects: Sequence[NewEffect] = (),
        approvals: Sequence[OpenApproval | CloseApproval] = (),
        timers: Sequence[Timer] = (),
    ) -> int:
        """Something is said in a thread, and a turn answers it."""
        await self.store.ingest(thread, f"said{next(self._count)}", record())
        return await self.commit(await self.claim(), effects=effects, approvals=approvals, timers=timers)

    async def opened(self, thread: str = "t1", *, id: str = "a1", digest: str = "d1") -> None:
        """An approval is asked for."""
        await self.turn(thread, approvals=[OpenApproval(id, digest, self.clock.now + 60 * MINUTE)])

    async def decided(self, state: ApprovalState, thread: str = "t1", *, id: str = "a1") -> None:
        """An approval gets its one decision; an approved tool has fifteen minutes to start."""
        start_by = self.clock.now + 15 * MINUTE if state == "approved" else 0
        await self.turn(thread, approvals=[CloseApproval(id, state, start_by)])

    async def approved(self, thread: str = "t1", *, id: str = "a1", digest: str = "d1") -> None:
        """An approval is asked for, and given."""
        await self.opened(thread, id=id, digest=digest)
        await self.decided("approved", thread, id=id)

    async def grant(self, queue: str = TOOL_LANE) -> Grant:
        """The effect that is due."""
        [grant] = await self.store.fx_claim(queue)
        return grant

    async def begun(self) -> Grant:
        """The tool that is due, about to be run."""
        grant = await self.grant()
        assert await self.store.fx_begin(grant) == "begun"
        return grant

    async def everything(self) -> dict[bytes, tuple[bytes | None, int]]:
        """Every key on the server: its value as the server serialises it, and when it expires."""
        names = sorted([name async for name in self.redis.scan_iter(count=1000)])
        return {name: (await self.redis.dump(name), await self.redis.pexpiretime(name)) for name in names}

    def key(self, thread: str, kind: str, id: str = "") -> str:
        """The name of a key in a thread's partition."""
        return f"{prefix_of(thread, PARTITIONS)}:{kind}" + (f":{id}" if id else "")


@contextlib.asynccontextmanager
async def bench_at(url: str) -> AsyncIterator[Bench]:
    """A bench on an emptied server."""
    redis, clock = connect(url), Clock()
    await redis.flushall()
    waker = Everywhere(redis, prefixes(PARTITIONS))
    yield Bench(RedisThreads(redis, waker, partitions=PARTITIONS, lease=LEASE, clock=clock), redis, clock)
    await redis.aclose()
