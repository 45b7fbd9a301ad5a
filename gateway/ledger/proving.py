"""Proving: whether the bytes that ran are the bytes that were put to people, by every hash there is; and ran once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agent_core.approvals import digest
from agent_core.events import Allowed, Event, ToolCall, ToolResult
from agent_core.tools import Tool
from agent_core.values import Call
from gateway.consequences import effect_id, millis
from gateway.ledger.cases import Case
from gateway.ledger.evidence import Deviation, Gate, Kept
from gateway.ledger.trail import Step


def unproven(case: Case, gate: Gate | None, steps: Sequence[Step]) -> Iterator[Deviation]:
    """What of a case does not fit together: its hashes, the store's gate, and how often it was started."""
    found = (*_request(case), *_call(case), *_gate(case, gate or Gate(state="")), *_starts(case, steps))
    yield from (Deviation(case.thread_id, event_id, why) for event_id, why in found)


def unopened(kept: Kept, cases: Sequence[Case]) -> Iterator[Deviation]:
    """The gates that nothing in the log opened."""
    for name in sorted(set(kept.gates) - {case.id for case in cases}):
        yield Deviation(kept.thread_id, name, "it has a gate, and nothing in the log opened it")


def runs_without_leave(
    thread_id: str, log: Sequence[Event], cases: Sequence[Case], tools: Mapping[str, Tool]
) -> Iterator[Deviation]:
    """Calls that no case of the thread stands behind, though one must."""
    known = {case.id for case in cases}
    for event in log:
        if not isinstance(event, ToolCall):
            continue
        tool = tools.get(event.call.tool)
        if event.approval and event.approval not in known:
            yield Deviation(thread_id, event.id, f"it names the approval {event.approval}, which is not in the log")
        elif not event.approval and tool and tool.approval and tool.version == event.call.version:
            yield Deviation(thread_id, event.id, f"{event.call.tool} needs leave, and was called without")


def hashed(case: Case, call: Call, policy: str, state: str) -> str:
    """The hash of a call, worked out anew."""
    return digest(tenant=case.tenant, thread_id=case.thread_id, call=call, policy=policy, state=state)


def _request(case: Case) -> Iterator[tuple[str, str]]:
    opening = case.opening
    state = (case.call.state if case.call else "") if isinstance(opening, Allowed) else opening.state
    if hashed(case, opening.call, opening.policy, state) != opening.digest:
        yield case.id, "its call is not the one of its hash"


def _call(case: Case) -> Iterator[tuple[str, str]]:
    """What ran, against what was approved."""
    call, closed = case.call, case.closed
    if call is None:
        if isinstance(case.opening, Allowed) or (closed and closed.outcome == "approved"):
            yield case.id, "it was approved, and its call is not in the log"
        return
    if not (isinstance(case.opening, Allowed) or (closed and closed.outcome == "approved")):
        yield call.id, "it was called, and not approved"
    if call.call != ((closed and closed.call) or case.opening.call):
        yield call.id, "what was called is not what was approved"
    if call.policy != case.opening.policy:
        yield call.id, "it was called under other rules than it was approved by"
    if hashed(case, call.call, call.policy, call.state) != call.digest:
        yield call.id, "its call is not the one of its hash"
    if not (closed and closed.call) and call.digest != case.opening.digest:
        yield call.id, "its hash is not that of its request"
    for again in [event for event in case.all(ToolCall) if event.id != call.id]:
        yield again.id, "its approval was used already"


def _gate(case: Case, gate: Gate) -> Iterator[tuple[str, str]]:
    """What the store's gate has of it."""
    if not gate.state:
        yield case.id, "the gate has no record of it"
        return
    if gate.state != _state(case):
        yield case.id, f"the gate has it as {gate.state}, and the log as {_state(case)}"
    if case.call is None:
        if gate.used:
            yield case.id, "the gate let something start that is not in the log"
        return
    if gate.digest != case.call.digest:
        yield case.call.id, "the gate has another hash for it"
    if gate.used not in ("", effect_id(case.thread_id, case.call.id)):
        yield case.call.id, "the gate let something else start in its place"
    if case.result and case.result.outcome in ("ok", "failed") and not gate.used:
        yield case.result.id, "it ran, and the gate did not let it start"


def _state(case: Case) -> str:
    """What the gate must have it as."""
    if isinstance(case.opening, Allowed):
        return "approved"
    if case.closed is None:
        return "pending"
    return "denied" if case.closed.outcome == "answered" else case.closed.outcome


def _starts(case: Case, steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    if case.call is None:
        return
    effect = effect_id(case.thread_id, case.call.id)
    starts = [step for step in steps if step.starts and step.id == effect]
    if len(starts) > 1:
        yield case.call.id, f"it was started {len(starts)} times"
    if any(step.at < millis(case.call.at) for step in starts):
        yield case.call.id, "it was started before it was approved"
    if len(case.all(ToolResult)) > 1:
        yield case.call.id, "it has more than one result"
