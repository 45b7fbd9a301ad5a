"""The store's port: what crosses it, and the transitions every implementation offers.

Everything here is a value: what goes into a transition and what comes out. Bytes are opaque to the store; it never
parses an event. Times are milliseconds since the epoch, always the server's clock. A *record* is one log entry as
`gateway.entry` encodes it: a JSON object without the key `at`; the store stamps `"at": <ms>` on as it appends, so the
log's times come from one clock. `seq` counts records from 1; the log of a thread is gap-free.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

EffectState = Literal["pending", "sending", "sent", "failed", "unknown", "refused", "dead"]
ApprovalState = Literal["pending", "approved", "denied", "expired", "withdrawn"]
GrantMode = Literal["start", "recover", "refused"]
Begun = Literal["begun", "stopped", "lost"]
Verb = Literal["pause", "resume", "stop"]
TOOL_LANE = "tool"
# Asking a tool what it would do changes nothing, so no pause holds it, and no long tool is waited for.
PREVIEW_LANE = "preview"
# What is written down in the roster of people.
PEOPLE_LANE = "people"
# How often an effect is tried, unless somebody knows better.
ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Ingested:
    """A record is in the log. `fresh` is False when it was there already (a redelivery)."""

    seq: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The folded state after `seq` records; a cache that may be deleted at any time."""

    seq: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """One thread, leased to one worker: all it needs for a turn.

    `records` are the log entries after the snapshot (all of them, when there is none), up to and including `seq`.
    `rebuilt`: the thread was found by its log alone, so its timers and effects must be made again from there.
    """

    thread_id: str
    token: str
    now: int
    seq: int
    snapshot: Snapshot | None
    records: tuple[bytes, ...]
    rebuilt: bool = False


@dataclass(frozen=True, slots=True)
class NewEffect:
    """Something that shall leave the house, born with the event that caused it.

    `offset` is the index of that event among the commit's records, or, for an effect made again after its key was
    lost, `seq` is its place in the log and `recover` is set (and `stopped`, if a stop was logged after it); `queue` is
    who performs it (`tool`, `preview` or a channel's name); effects of one `lane` happen in order; `body` says to whom.
    Tools that need approval carry `approval` and `digest`.
    """

    id: str
    queue: str
    lane: str
    offset: int
    body: bytes
    approval: str = ""
    digest: str = ""
    seq: int = 0
    recover: bool = False
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class OpenApproval:
    """A gate is created shut: the tool with this digest may not start."""

    id: str
    digest: str
    expires: int


@dataclass(frozen=True, slots=True)
class CloseApproval:
    """The gate's one decision. An approved tool must start before `start_by`.

    `digest` is that of the call as the approver changed it; empty when it may run as asked.
    """

    id: str
    state: ApprovalState
    start_by: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Timer:
    """At `due` the store logs `{"event":{"type":"timer_fired","id":"timer:<name>:<due>","name":"<name>"}}`, wakes.

    `name` is `[a-zA-Z0-9:._-]+`; `due` 0 removes the timer.
    """

    name: str
    due: int


@dataclass(frozen=True, slots=True)
class Commit:
    """All that a turn changes, written in one transition or not at all.

    `op` makes a re-sent commit answer as the first did. `seq` is the log length the turn was decided on.
    """

    op: str
    seq: int
    records: tuple[bytes, ...] = ()
    effects: tuple[NewEffect, ...] = ()
    approvals: tuple[OpenApproval | CloseApproval, ...] = ()
    timers: tuple[Timer, ...] = ()
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """Written; the lease is given up and the log is `seq` long."""

    seq: int


@dataclass(frozen=True, slots=True)
class Stale:
    """Nothing written, lease kept: these records came in meanwhile. Decide again."""

    now: int
    records: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Fenced:
    """Nothing written: the lease is somebody else's. Stop at once."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One effect, leased to one sender or runner.

    `start`: perform it, a tool once `fx_begin` says so. `recover`: a predecessor may have performed it; find out.
    `refused`: the gate said no (`why`); settle it, do not perform it. `record` is the log entry that caused it, as
    stored; `attempt` counts from 1.
    """

    id: str
    thread_id: str
    queue: str
    lane: str
    mode: GrantMode
    token: str
    now: int
    attempt: int
    body: bytes
    record: bytes
    approval: str = ""
    digest: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """How an effect ended, and the record that says so in its thread's log.

    `wakes`: the record is something the agent must hear (a tool's result, a failed message), not mere bookkeeping.
    """

    state: EffectState
    record: bytes
    wakes: bool


@dataclass(frozen=True, slots=True)
class EffectView:
    """An effect as an operator sees it."""

    id: str
    thread_id: str
    queue: str
    lane: str
    state: EffectState
    attempt: int
    seq: int
    body: bytes


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread in a list: when it last changed, how long its log is, whether it is held by a pause."""

    id: str
    changed: int
    seq: int
    held: bool


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The audit chain of all partitions, checked: entries seen, and the first broken link of each bad partition."""

    entries: int
    broken: Mapping[str, str] = field(default_factory=dict)


class ThreadStore(Protocol):
    """Logs, order, leases, effects and the gate. Each method is one atomic, idempotent transition or one read."""

    async def ingest(self, thread_id: str, dedupe: str, record: bytes) -> Ingested:
        """Append a record and make the thread ready, once per `dedupe` key. Raises StoreFull, StoreBusy (try later)."""

    async def control(self, thread_id: str, dedupe: str, record: bytes, verb: Verb) -> Ingested:
        """Append a control record; at once hold (pause), free (resume) or refuse (stop) tools that have not started."""

    async def claim(self, *, most: int = 1) -> list[Claim]:
        """Lease up to `most` threads that need work, oldest first. Expired leases are taken over."""

    async def renew(self, claim: Claim) -> bool:
        """Keep the lease. False: it is lost; stop at once."""

    async def release(self, claim: Claim, *, delay: int = 0) -> bool:
        """Give the lease back undone, to be claimed again `delay` ms from now."""

    async def commit(self, claim: Claim, commit: Commit) -> Committed | Stale | Fenced:
        """Write a turn. Raises CommitRefused when the turn itself is malformed (an approval opened twice, say)."""

    async def fire(self) -> int:
        """Log and wake what is due; returns how many timers fired."""

    async def fx_claim(self, queue: str, *, most: int = 1) -> list[Grant]:
        """Lease up to `most` due effects of a queue, oldest first; for tools, through the gate."""

    async def fx_begin(self, grant: Grant) -> Begun:
        """Say that a tool is about to be run; until then, whoever is lost has started nothing, and it is claimed anew.

        `stopped`: a stop came first, settle it. `lost`: the lease, or the thread is paused; do not run it, leave it.
        """

    async def fx_renew(self, grant: Grant) -> bool:
        """Keep the lease of an effect that takes long. False: it is lost."""

    async def fx_done(self, grant: Grant, settled: Settled) -> bool:
        """End an effect and log its end. False: the lease was lost and nothing was written."""

    async def fx_retry(self, grant: Grant, *, delay: int, settled: Settled, most: int = ATTEMPTS) -> bool:
        """Try again `delay` ms from now; after `most` attempts settle it as `settled` instead."""

    async def fx_hold(self, grant: Grant, *, delay: int) -> bool:
        """Put it back as it was, to be claimed again `delay` ms from now: nothing was tried. False: it is lost."""

    async def read(self, thread_id: str, *, after: int = 0, most: int = 1000) -> list[bytes]:
        """Log entries after a seq, oldest first."""

    async def snapshot(self, thread_id: str) -> Snapshot | None:
        """The cached fold, if there is one."""

    async def exists(self, thread_id: str) -> bool:
        """Whether the thread has a log."""

    async def timed(self) -> list[str]:
        """Threads that a timer is set for: all with an open request are among them."""

    async def threads(self, *, most: int = 100, before: int | None = None) -> list[ThreadView]:
        """Threads, latest changed first, changed before a time."""

    async def effects(self, thread_id: str) -> list[EffectView]:
        """All effects of a thread that have not been archived, oldest first."""

    async def dead(self, *, most: int = 100) -> list[EffectView]:
        """Effects of all threads that ended failed, unknown, refused or dead."""

    async def wait_for_work(self, queue: str, *, timeout: float) -> None:
        """Return when there may be work (`threads`, or an effect queue), or after `timeout` seconds."""

    async def audit(self) -> AuditReport:
        """Recompute the audit chain of every partition."""

    async def rebuild(self, received: Callable[[bytes], str | None], verb: Callable[[bytes], Verb | None] = ...) -> int:
        """Recreate what only the logs still know: heads, indexes, dedupe keys, readiness. Returns how many threads.

        `received` names the dedupe key of an inbound record, None for the agent's own; `verb` what a control record
        says: the tools of a thread whose last one says pause are held.
        """
