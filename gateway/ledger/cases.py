"""Cases: everything a log says about one call that needed leave, put together from the request to the tool's result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from agent_core.deliveries import Delivery, Redirect
from agent_core.events import (
    Allowed,
    ApprovalHeld,
    ApprovalRequest,
    ApprovalResponse,
    Event,
    InputRequest,
    InputResponse,
    RequestClosed,
    RequestKept,
    RequestRaised,
    ToolCall,
    ToolResult,
    Vote,
)
from agent_core.raised import raised
from gateway.ledger.evidence import Placed

E = TypeVar("E", bound=Event)
Opening = ApprovalRequest | Allowed


@dataclass(frozen=True, slots=True)
class Case:
    """One call that was put to people, or that the policy allowed. `events` speak of it, in the order of the log.

    `opening` is what the call was named by first; `seq` its place in the log, from 1.
    """

    tenant: str
    thread_id: str
    seq: int
    opening: Opening
    events: tuple[Placed, ...]

    @property
    def id(self) -> str:
        """The id of what opened it, which is that of its gate."""
        return self.opening.id

    def all(self, kind: type[E]) -> tuple[E, ...]:
        """Its events of one kind, the oldest first."""
        return tuple(one.event for one in self.events if isinstance(one.event, kind))

    def last(self, kind: type[E]) -> E | None:
        """The latest of a kind."""
        return next(iter(reversed(self.all(kind))), None)

    @property
    def closed(self) -> RequestClosed | None:
        """How it ended."""
        return next((one for one in self.all(RequestClosed) if one.request_id == self.id), None)

    @property
    def call(self) -> ToolCall | None:
        """The run it led to."""
        return next(iter(self.all(ToolCall)), None)

    @property
    def result(self) -> ToolResult | None:
        """What came of the run."""
        return next(iter(self.all(ToolResult)), None)

    def as_asked(self) -> ApprovalRequest | None:
        """The request as it stood at its end, with everybody who was asked since; None where the policy allowed it."""
        if not isinstance(self.opening, ApprovalRequest):
            return None
        request = self.opening
        for one in self.events:
            if isinstance(one.event, RequestRaised | RequestKept):
                request = raised(request, one.event)
        return request

    def votes(self) -> tuple[Vote, ...]:
        """What each person said last, the one who ended it included."""
        latest = {vote.by.person: vote for vote in self.all(Vote)}
        if (closed := self.closed) and closed.by and closed.outcome in ("approved", "denied"):
            latest.pop(closed.by.person, None)
            decision = "approve" if closed.outcome == "approved" else "deny"
            last = Vote(id=closed.id, at=closed.at, request_id=self.id, by=closed.by, decision=decision)
            latest[closed.by.person] = last
        return tuple(latest.values())


def cases_of(tenant: str, thread_id: str, log: Sequence[Event]) -> tuple[Case, ...]:
    """Every case of a thread's log, the oldest first."""
    openings = [(seq, event) for seq, event in enumerate(log, start=1) if isinstance(event, Opening)]
    about = _about([event.id for _, event in openings], log)
    return tuple(
        Case(tenant=tenant, thread_id=thread_id, seq=seq, opening=event, events=tuple(about[event.id]))
        for seq, event in openings
    )


def _about(ids: Iterable[str], log: Sequence[Event]) -> dict[str, list[Placed]]:
    """By case, the events that speak of it."""
    found: dict[str, list[Placed]] = {id: [] for id in ids}
    case_of = {id: id for id in found}
    for seq, event in enumerate(log, start=1):
        case = next((case_of[name] for name in _named(event) if name in case_of), None)
        if case is None or event.id == case:
            continue
        found[case].append(Placed(seq, event))
        if isinstance(event, ToolCall | InputRequest):
            case_of[event.id] = case
    return found


def _named(event: Event) -> Iterator[str]:
    """What an event says it is about."""
    match event:
        case ApprovalResponse() | Vote() | RequestRaised() | RequestKept() | ApprovalHeld() | RequestClosed():
            yield event.request_id
        case InputResponse():
            yield event.request_id
        case InputRequest():
            yield event.about
        case ToolCall():
            yield event.approval
        case ToolResult():
            yield event.call_id
        case Delivery() | Redirect():
            yield event.cause
