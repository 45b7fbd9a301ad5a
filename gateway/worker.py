"""The worker: takes one thread at a time, runs its turn, writes it down. Holds nothing between turns.

Any number of workers may run. A worker that stalls past its lease changes nothing: its commit is refused. A worker
that decided without having seen the latest events decides again.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from agent_core.agent import Agent, Model
from agent_core.events import ApprovalRequest, Event
from agent_core.fold import matters
from agent_core.policy.rules import Policy
from agent_core.setting import Setting
from agent_core.turn import run_turn
from gateway.consequences import commit_of, recovery_of
from gateway.entry import Conversation, decode, load
from gateway.errors import LeaseLost
from gateway.lease import keeping, take_turns
from gateway.people.changes import Overlaid
from gateway.people.roster import Roster
from gateway.ports import Claim, Commit, Fenced, Snapshot, Stale, ThreadStore
from gateway.routing import Routing
from gateway.store.errors import StoreError

log = structlog.get_logger(__name__)

THREADS = "threads"
SNAPSHOT_EVERY = 64
RETHINK_MOST = 8
STUCK_DELAY = 30_000


@dataclass(frozen=True)
class Worker:
    """Works on `concurrency` threads at a time; `renew_every` seconds must be well below the store's lease.

    Who is who, and what was granted, is looked up for every turn: of `routing` only the channels count. `identify`
    reads an identity as somebody writes it.
    """

    store: ThreadStore
    agent: Agent
    policy: Policy
    model: Model
    routing: Routing
    roster: Roster
    identify: Callable[[str], str | None] = str
    tenant: str = "default"
    concurrency: int = 16
    renew_every: float = 10.0
    poll: float = 1.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping`; the turns under way are finished."""
        await take_turns(
            lambda most: self.store.claim(most=most),
            self.work,
            lambda: self.store.wait_for_work(THREADS, timeout=self.poll),
            concurrency=self.concurrency,
            stopping=stopping,
        )

    async def work(self, claim: Claim) -> None:
        """One turn of one thread. A turn that fails leaves the thread as it was, to be tried again later."""
        try:
            async with keeping(lambda: self.store.renew(claim), every=self.renew_every):
                await self._turn(claim)
        except (LeaseLost, StoreError) as error:
            log.warning("turn abandoned", thread=claim.thread_id, error=type(error).__name__)
        except Exception as error:
            log.exception("turn failed", thread=claim.thread_id, error=type(error).__name__)
            with contextlib.suppress(StoreError):
                await self.store.release(claim, delay=STUCK_DELAY)

    async def _turn(self, claim: Claim) -> None:
        """Decide and write; when something that matters came in meanwhile, decide again."""
        before, now = _conversation(claim, self.tenant), claim.now
        for _ in range(RETHINK_MOST):
            known = await self.roster.fresh()
            setting, routing = self._setting(now, known), replace(self.routing, people=known.people)
            events = await run_turn(before.thread, setting, self.model)
            if any(isinstance(one, ApprovalRequest) for one in events) and await self._changed_since(known):
                continue  # Nobody would look again at what is put to people who left while the model was thinking.
            stale = await self._write(claim, before, events, setting.now, routing)
            if stale is None:
                log.info("turn done", thread=claim.thread_id, events=[event.type for event in events])
                return
            before, now = stale
        await self.store.release(claim)

    async def _changed_since(self, known: Overlaid) -> bool:
        return (await self.roster.fresh()).seen != known.seen

    def _setting(self, now: int, known: Overlaid) -> Setting:
        return Setting(
            agent=self.agent,
            policy=self.policy,
            now=_moment(now),
            people=known.people,
            reach=self.routing.reach,
            paced=self.routing.paced,
            grants=known.in_force(_moment(now)),
            identify=self.identify,
        )

    async def _write(
        self, claim: Claim, before: Conversation, events: Sequence[Event], now: datetime, routing: Routing
    ) -> tuple[Conversation, int] | None:
        """None when written; otherwise the conversation, and the time, to decide again on."""
        while True:
            commit = self._commit(claim, before, events, now, routing)
            match await self.store.commit(claim, commit):
                case Fenced():
                    raise LeaseLost
                case Stale(records=records, now=later):
                    news = [decode(record) for record in records]
                    before = before.heard(news)
                    if any(matters(entry.event) for entry in news):
                        return before, later
                case _:
                    return None

    def _commit(
        self, claim: Claim, before: Conversation, events: Sequence[Event], now: datetime, routing: Routing
    ) -> Commit:
        commit = commit_of(before, events, routing, secrets.token_hex(8), now)
        if claim.rebuilt:
            entries = [decode(record) for record in claim.records]
            owed = recovery_of(claim.thread_id, self.tenant, entries, routing, now)
            # The turn's own timers come last: they may end one that the log alone still shows.
            commit = replace(commit, effects=owed.effects + commit.effects, timers=owed.timers + commit.timers)
        return replace(commit, snapshot=_snapshot(claim, self.tenant))


def _conversation(claim: Claim, tenant: str) -> Conversation:
    return load(claim.thread_id, tenant, claim.snapshot.body if claim.snapshot else None, claim.records)


def _snapshot(claim: Claim, tenant: str) -> Snapshot | None:
    """A new cached fold of the log as claimed, when the old one has fallen behind."""
    if len(claim.records) < SNAPSHOT_EVERY:
        return None
    return Snapshot(seq=claim.seq, body=_conversation(claim, tenant).model_dump_json().encode())


def _moment(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)
