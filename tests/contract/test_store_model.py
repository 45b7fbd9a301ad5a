"""Order, leases and the gate against a small model of them, through histories nobody thought of."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.ports import Claim, CloseApproval, Commit, Committed, Fenced, Grant, NewEffect, OpenApproval, Stale, Verb
from tests.contract.bench import DONE, LEASE, MINUTE, RESULT, Bench, bench_at, record, stamped
from tests.contract.model import Gate, Known, Work, due_tools
from tests.servers import Server

T = TypeVar("T")
THREADS = st.sampled_from(["t1", "t2"])
APPROVALS = st.sampled_from(["a1", "a2", "a3", "a4"])
DIGESTS = st.sampled_from(["d1", "d1", "d1", "d2"])
DEEDS = st.sampled_from(["open", "approve", "deny", "call", "call freely"])
STORIES = st.sampled_from(
    [
        ("open", "approve", "call"),
        ("open", "approve", "call", "call"),
        ("open", "deny", "call"),
        ("call",),
        ("call freely",),
    ]
)
RUNS = st.sampled_from(
    [
        (0, "begin", "finish", 0),
        (0, "begin", LEASE, "finish"),
        (0, LEASE, "begin", LEASE),
        (0, "stop", "begin", "finish", 0),
        (15 * MINUTE,),
    ]
)
LATELY = st.sampled_from([-1, -1, -1, -2, -3, 0])
HISTORIES = settings(stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
WHAT_MUST_HAVE_HAPPENED = {
    *("Committed", "Fenced", "Stale", "start of a gated tool", "start of a free tool", "recover of a gated tool"),
    *("start again of a gated tool", "begun", "stopped", "lost"),
    *(f"refused ({why}) of a gated tool" for why in ("not_approved", "changed", "used", "lapsed", "stopped")),
}


class Histories(RuleBasedStateMachine):
    """People, workers and runners of two threads, in any order, some of them late."""

    url: str
    loop: asyncio.Runner
    happened: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Known] = defaultdict(Known)
        self.claims: list[Claim] = []
        self.grants: list[tuple[Grant, Known, Work]] = []
        self.count = 0

    def do(self, what: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(what)

    @initialize()
    def begin(self) -> None:
        self.stack = AsyncExitStack()
        self.bench: Bench = self.do(self.stack.enter_async_context(bench_at(self.url)))

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.do(self.stack.aclose())

    @property
    def now(self) -> int:
        return self.bench.clock.now

    def name(self) -> str:
        self.count += 1
        return f"x{self.count}"

    # --- people

    @rule(thread=THREADS, id=st.sampled_from("abcdef"))
    def say(self, thread: str, id: str) -> None:
        """Perhaps for the second time."""
        known, text = self.known[thread], record(self.name())
        told = self.do(self.bench.store.ingest(thread, id, text))
        assert told.fresh == (id not in known.seen)
        if told.fresh:
            known.told(text, self.now)
            known.seen[id] = len(known.log)
        assert told.seq == known.seen[id]

    @rule(thread=THREADS, verb=st.sampled_from(["pause", "resume", "stop"]))
    def control(self, thread: str, verb: Verb) -> None:
        known, text = self.known[thread], record(verb)
        self.do(self.bench.store.control(thread, self.name(), text, verb))
        known.told(text, self.now)
        known.held = verb == "pause"
        if verb == "stop":
            known.stop()

    @rule(ms=st.sampled_from([1, 1, LEASE // 2, LEASE, 15 * MINUTE]))
    def time_passes(self, ms: int) -> None:
        self.bench.clock.forward(ms)

    # --- workers

    @rule()
    def claim(self) -> None:
        """Every thread that needs a worker is given out, and no other."""
        due = {id for id, known in self.known.items() if known.needs_a_worker(self.now)}
        claims = self.do(self.bench.store.claim(most=9))
        assert {claim.thread_id for claim in claims} == due
        for claim in claims:
            known = self.known[claim.thread_id]
            assert claim.records == tuple(known.log)
            known.token, known.until = claim.token, self.now + LEASE
        self.claims += claims

    @precondition(lambda self: self.claims)
    @rule(which=LATELY)
    def renew(self, which: int) -> None:
        claim = self.claims[which % len(self.claims)]
        known = self.known[claim.thread_id]
        assert self.do(self.bench.store.renew(claim)) == (known.token == claim.token)
        if known.token == claim.token:
            known.until = self.now + LEASE

    @rule(thread=THREADS, story=STORIES, approval=APPROVALS, digest=DIGESTS, runs=RUNS)
    def work(self, thread: str, story: tuple[str, ...], approval: str, digest: str, runs: tuple[int | str]) -> None:
        """Things are said, also while the thread's worker works, and runners come, sooner or later."""
        for deed in story:
            self.say(thread, self.name())
            self.claim()
            latest = [claim for claim in self.claims if claim.thread_id == thread][-1]
            self.say(thread, self.name())
            self.perform(latest, deed, approval, digest)
            self.perform(replace(latest, seq=len(self.known[thread].log)), deed, approval, digest)
        self.perform(self.claims[0], "call freely", approval, digest)
        for wait in runs:
            if isinstance(wait, int):
                self.time_passes(wait)
                self.start()
            elif wait == "stop":
                self.control(thread, "stop")
            elif self.grants:
                self.begin_late(-1) if wait == "begin" else self.finish(-1)

    @precondition(lambda self: self.claims)
    @rule(which=LATELY, deed=DEEDS, approval=APPROVALS, digest=DIGESTS)
    def work_late(self, which: int, deed: str, approval: str, digest: str) -> None:
        """A worker goes on with what it was given, whatever has happened since."""
        self.perform(self.claims[which % len(self.claims)], deed, approval, digest)

    def perform(self, claim: Claim, deed: str, approval: str, digest: str) -> None:
        """One turn, if it makes sense to a worker."""
        known = self.known[claim.thread_id]
        gate, start_by = known.gates.get(approval), self.now + 15 * MINUTE
        match deed:
            case "open" if gate is None:
                if self.commit(claim, approvals=(OpenApproval(approval, "d1", 0),)):
                    known.gates[approval] = Gate("d1")
            case "approve" | "deny" if gate and gate.state == "pending":
                state = CloseApproval(approval, "approved" if deed == "approve" else "denied", start_by)
                if self.commit(claim, approvals=(state,)):
                    gate.state, gate.start_by = state.state, start_by
            case "call" | "call freely":
                named = (approval, digest) if deed == "call" else ("", "")
                tool = NewEffect(self.name(), "tool", "tool", 0, b"", *named)
                if self.commit(claim, effects=(tool,)):
                    known.work.append(Work(tool))

    def commit(
        self,
        claim: Claim,
        *,
        approvals: tuple[OpenApproval | CloseApproval, ...] = (),
        effects: tuple[NewEffect, ...] = (),
    ) -> bool:
        """Whether the turn was written: only by the one worker, and only if it has seen everything."""
        known, text = self.known[claim.thread_id], record(self.name())
        done = self.do(self.bench.store.commit(claim, Commit(self.name(), claim.seq, (text,), effects, approvals)))
        self.happened.add(type(done).__name__)
        if known.token != claim.token:
            assert isinstance(done, Fenced)
        elif len(known.log) != claim.seq:
            assert isinstance(done, Stale)
            assert done.records == tuple(known.log[claim.seq :])
        else:
            known.log.append(stamped(text, self.now))
            assert done == Committed(len(known.log))
            known.token, known.until, known.unread = "", 0, False
        return isinstance(done, Committed)

    # --- runners

    @rule()
    def run(self) -> None:
        """A good runner: takes what is due, and ends it."""
        self.start()
        if self.grants:
            self.finish(-1)

    @rule()
    def start(self) -> None:
        """If a tool may be given out, one is; how, is what the gate says."""
        due = due_tools(self.known.values(), self.now)
        granted = self.do(self.bench.store.fx_claim("tool"))
        self.put_back()
        assert len(granted) == min(1, len(due))
        if not granted:
            return
        [grant] = granted
        known, work = due[grant.id]
        assert (grant.mode, grant.why) == known.verdict(work, self.now)
        work.attempts, work.token, work.until, work.why = work.attempts + 1, grant.token, self.now + LEASE, grant.why
        assert grant.attempt == work.attempts
        if grant.mode == "start" and work.effect.approval:
            known.gates[work.effect.approval].used = work.effect.id
        self.grants.append((grant, known, work))
        why = f" ({grant.why})" if grant.why else " again" if grant.mode == "start" and grant.attempt > 1 else ""
        self.happened.add(f"{grant.mode}{why} of a {'gated' if grant.approval else 'free'} tool")

    def put_back(self) -> None:
        """Whoever let the lease of a tool run out that was not begun loses it when the next runner comes, or later."""
        for thread, known in self.known.items():
            for view in self.do(self.bench.store.effects(thread)):
                work = next(work for work in known.work if work.effect.id == view.id)
                if view.state == "pending" and work.token:
                    assert (work.until <= self.now, work.may_wait) == (True, True)
                    work.token = ""

    @precondition(lambda self: self.grants)
    @rule(which=LATELY)
    def begin_late(self, which: int) -> None:
        """Whoever holds the tool, and nobody else, may begin it, and say so twice; not once it is paused or stopped."""
        grant, known, work = self.grants[which % len(self.grants)]
        begun = self.do(self.bench.store.fx_begin(grant))
        self.happened.add(begun)
        assert begun == known.word(work, grant.token)
        work.begun = work.begun or (begun == "begun" and not work.why)

    @precondition(lambda self: self.grants)
    @rule(which=LATELY)
    def finish(self, which: int) -> None:
        """Whoever holds the tool may end it, and may say so twice; nobody else may."""
        grant, known, work = self.grants[which % len(self.grants)]
        holds = work.token == grant.token
        assert self.do(self.bench.store.fx_done(grant, DONE)) == holds
        if holds and not work.ended:
            work.ended = True
            known.told(RESULT, self.now)

    @invariant()
    def logs_are_what_was_told(self) -> None:
        for thread, known in self.known.items():
            assert self.do(self.bench.store.read(thread)) == known.log


def histories(url: str, how: settings) -> set[str]:
    """Play them; what happened in any."""
    happened: set[str] = set()
    with asyncio.Runner() as loop:
        Histories.url, Histories.loop, Histories.happened = url, loop, happened
        run_state_machine_as_test(Histories, settings=how)
    return happened


def test_no_history_breaks_order_leases_or_the_gate(valkey_server: Server) -> None:
    """Always the same histories, so that it is certain that they reach what they are for."""
    happened = histories(valkey_server.url, settings(HISTORIES, max_examples=60, derandomize=True))
    assert happened >= WHAT_MUST_HAVE_HAPPENED


@pytest.mark.slow
def test_no_new_history_does_either(valkey_server: Server) -> None:
    """New ones each time."""
    assert histories(valkey_server.url, settings(HISTORIES, max_examples=300)) >= WHAT_MUST_HAVE_HAPPENED
