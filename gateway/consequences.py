"""Consequences: what a turn's events mean for the world, worked out from the events alone.

Pure: events in, one `Commit` out. Messages go to whoever is meant, tools to the runner, open requests get their gate
and their timer. Ids are derived from the event and the recipient, so that the same event never has a twin effect.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from agent_core.approvals import digest
from agent_core.deliveries import Delivery, Redirect
from agent_core.events import (
    Allowed,
    ApprovalHeld,
    ApprovalRequest,
    Control,
    Event,
    IdentityLinked,
    IdentityUnlinked,
    InputRequest,
    ModelCall,
    Outbound,
    Preview,
    Previewed,
    Request,
    RequestClosed,
    RequestKept,
    RequestRaised,
    RosterChanged,
    TimerFired,
    ToolCall,
    ToolResult,
)
from agent_core.raising import plan_timer
from agent_core.thread import RETRY
from agent_core.values import Call
from gateway.entry import Conversation, Entry, encode, load
from gateway.ports import (
    PEOPLE_LANE,
    PREVIEW_LANE,
    TOOL_LANE,
    ApprovalState,
    CloseApproval,
    Commit,
    NewEffect,
    OpenApproval,
    Timer,
)
from gateway.routing import Envelope, Routing

START_WITHIN = timedelta(minutes=15)
FIRST_RETRY = timedelta(seconds=5)
UNDO = "undo:"
AGAIN = "again:"


def commit_of(before: Conversation, events: Sequence[Event], routing: Routing, op: str, now: datetime) -> Commit:
    """Everything a turn changes: `before` is the conversation the turn was decided on."""
    steps = tuple(_steps(before, [Entry(event=event) for event in events]))
    return Commit(
        op=op,
        seq=before.thread.seq,
        records=tuple(encode(event) for event in events),
        effects=tuple(
            replace(effect, offset=offset)
            for offset, (conversation, event) in enumerate(steps)
            for effect in effects_of(event, conversation, routing)
        ),
        approvals=tuple(change for conversation, event in steps for change in _gate(event, conversation, now)),
        timers=tuple(timer for conversation, event in steps for timer in _timers(event, conversation, now)),
    )


def recovery_of(thread_id: str, tenant: str, entries: Sequence[Entry], routing: Routing, now: datetime) -> Commit:
    """What a thread known by its log alone still owes the world: effects without an end, timers of what is open."""
    owed: dict[str, NewEffect] = {}
    ended: set[str] = set()
    timers: dict[str, Timer] = {}
    for seq, (before, event) in enumerate(_steps(load(thread_id, tenant, None, ()), entries), start=1):
        for effect in effects_of(event, before, routing):
            # As in the store, an effect is made once: what ended stays ended, whatever is said of it later.
            if effect.id not in ended:
                owed.setdefault(effect.id, replace(effect, seq=seq, recover=True))
        timers |= {timer.name: timer for timer in _timers(event, before, now)}
        for over in _ends(thread_id, event):
            ended.add(over)
            owed.pop(over, None)
        _stop(event, owed)
    alive = tuple(timer for timer in timers.values() if timer.due)
    return Commit(op="", seq=len(entries), effects=tuple(owed.values()), timers=alive)


def _steps(before: Conversation, entries: Iterable[Entry]) -> Iterator[tuple[Conversation, Event]]:
    """Each event with the conversation before it: a turn and a log then mean the same, event by event."""
    for entry in entries:
        yield before, entry.event
        before = before.heard([entry])


def _ends(thread_id: str, event: Event) -> Iterator[str]:
    """The effect that this event says has ended."""
    if isinstance(event, Delivery) and event.outcome != "waiting":
        yield event.effect_id
    elif isinstance(event, ToolResult):
        yield effect_id(thread_id, event.call_id)
    elif isinstance(event, Previewed):
        yield effect_id(thread_id, event.preview_id)
    elif isinstance(event, RosterChanged):
        yield effect_id(thread_id, event.cause)


def _stop(event: Event, owed: dict[str, NewEffect]) -> None:
    """A stop keeps the tools before it from starting, also when they are made again."""
    if isinstance(event, Control) and event.verb == "stop":
        owed |= {e.id: replace(e, stopped=True) for e in owed.values() if e.queue == TOOL_LANE}


def effects_of(event: Event, before: Conversation, routing: Routing) -> Iterator[NewEffect]:
    """What one event sets in motion outside the house."""
    thread_id = before.thread.id
    if isinstance(event, ToolCall):
        yield NewEffect(
            id=effect_id(thread_id, event.id),
            queue=TOOL_LANE,
            lane=TOOL_LANE,
            offset=0,
            body=b"",
            approval=event.approval,
            digest=event.digest,
        )
    elif isinstance(event, Preview):
        yield NewEffect(id=effect_id(thread_id, event.id), queue=PREVIEW_LANE, lane=PREVIEW_LANE, offset=0, body=b"")
    elif isinstance(event, IdentityLinked | IdentityUnlinked):
        # One after the other, for each person: they may take back what they said a moment ago.
        lane = effect_id(PEOPLE_LANE, event.person)[:8]
        yield NewEffect(id=effect_id(thread_id, event.id), queue=PEOPLE_LANE, lane=lane, offset=0, body=b"")
    elif isinstance(event, Outbound):
        for envelope in routing.envelopes(event, before):
            copy = (envelope.copy_of,) if envelope.copy_of else ()
            yield _message(effect_id(thread_id, event.id, envelope.identity, *copy), envelope)
    elif isinstance(event, RequestRaised) and event.due is None:
        for envelope in routing.raised(event, before):
            yield _message(effect_id(thread_id, event.request_id, envelope.identity, event.id), envelope)
    elif isinstance(event, Redirect) and event.due is None:
        # The same one once more has had its effect; to anybody else it may only ever go once.
        once_more = (event.id,) if event.to == event.instead_of else ()
        for envelope in routing.redirected(event, before):
            yield _message(effect_id(thread_id, event.cause, envelope.identity, *once_more), envelope)


def _message(id: str, envelope: Envelope) -> NewEffect:
    return NewEffect(
        id=id,
        queue=envelope.address.channel,
        lane=effect_id(envelope.identity)[:8],
        offset=0,
        body=envelope.model_dump_json().encode(),
    )


def effect_id(*parts: str) -> str:
    """20 characters of base32, the same for the same event and recipient."""
    hashed = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return base64.b32encode(hashed).decode().lower()[:20]


def _gate(event: Event, before: Conversation, now: datetime) -> Iterator[OpenApproval | CloseApproval]:
    match event:
        case ApprovalRequest():
            yield OpenApproval(id=event.id, digest=event.digest, expires=millis(event.expires_at))
        case Allowed():
            yield OpenApproval(id=event.id, digest=event.digest, expires=millis(now + START_WITHIN))
            yield CloseApproval(id=event.id, state="approved", start_by=millis(now + START_WITHIN))
        case RequestClosed(outcome=outcome):
            state: ApprovalState = "denied" if outcome == "answered" else outcome
            request = before.thread.open_request(event.request_id)
            if isinstance(request, ApprovalRequest):
                start_by = millis(now + START_WITHIN) if state == "approved" else 0
                changed = _digest(before, event.call, request) if event.call else ""
                yield CloseApproval(id=event.request_id, state=state, start_by=start_by, digest=changed)


def _digest(before: Conversation, call: Call, request: ApprovalRequest) -> str:
    tenant, thread_id = before.thread.tenant, before.thread.id
    return digest(tenant=tenant, thread_id=thread_id, call=call, policy=request.policy, state=request.state)


def _timers(event: Event, before: Conversation, now: datetime) -> Iterator[Timer]:
    match event:
        case ApprovalRequest() | InputRequest():
            yield Timer(name=event.id, due=millis(event.expires_at))
            yield from _planned(event)
        case RequestRaised(due=datetime() as due, step=int() as step):
            yield Timer(name=plan_timer(event.request_id, step), due=millis(due))
        case RequestKept():
            yield Timer(name=event.request_id, due=millis(event.until))
        case ApprovalHeld():
            yield Timer(name=f"{UNDO}{event.request_id}", due=millis(event.until) if event.until else 0)
        case RequestClosed():
            yield Timer(name=event.request_id, due=0)
            request = before.thread.open_request(event.request_id)
            yield from (Timer(name=timer.name, due=0) for timer in _planned(request))
            yield Timer(name=f"{UNDO}{event.request_id}", due=0)
        case Redirect(due=datetime() as due):
            yield Timer(name=f"{AGAIN}{event.id}", due=millis(due))
        case ModelCall(outcome="unavailable"):
            yield Timer(name=f"{RETRY}{event.id}", due=millis(now + FIRST_RETRY * 2**before.thread.failures))
        case TimerFired():
            yield Timer(name=event.name, due=0)


def _planned(request: Request | None) -> Iterator[Timer]:
    if isinstance(request, ApprovalRequest):
        steps = enumerate(request.terms.plan)
        yield from (Timer(name=plan_timer(request.id, n), due=millis(step.due)) for n, step in steps)


def millis(moment: datetime) -> int:
    """Milliseconds since the epoch, the store's unit of time."""
    return int(moment.timestamp() * 1000)
