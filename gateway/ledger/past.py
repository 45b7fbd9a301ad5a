"""The past: every call that came to the policy, as the log has it, with whom it was for and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from agent_core.errors import BadArguments
from agent_core.events import (
    Allowed,
    ApprovalRequest,
    Event,
    Failure,
    ModelCall,
    Preview,
    Previewed,
    ToolCall,
)
from agent_core.fold import append
from agent_core.steps import Use
from agent_core.thread import Thread
from agent_core.tools import Tool, call_of
from agent_core.values import EPOCH, Author, Call
from gateway.ledger.cases import Case, cases_of

Was = Literal["asked", "allowed", "ran", "forbidden"]


@dataclass(frozen=True, slots=True)
class Past:
    """A call of the past, and how the policy of then took it. `ran`: it needed nobody's leave.

    `askers` are those it was for; `case` is there where it was asked about or allowed.
    """

    thread_id: str
    event_id: str
    at: datetime
    call: Call
    askers: tuple[Author, ...]
    was: Was
    case: Case | None = None

    @property
    def drawn(self) -> datetime:
        """When the policy was asked, as far as that is known."""
        opening = self.case.opening if self.case else None
        drawn = opening.terms.drawn if isinstance(opening, ApprovalRequest) else EPOCH
        return drawn if drawn > EPOCH else self.at


def past_calls(tenant: str, thread_id: str, log: Sequence[Event], tools: Mapping[str, Tool]) -> Iterator[Past]:
    """Every call of a thread, the oldest first."""
    cases = {case.id: case for case in cases_of(tenant, thread_id, log)}
    thread = Thread(id=thread_id, tenant=tenant)
    for place, event in enumerate(log):
        if (found := _call(event, log[:place], tools)) is not None:
            call, was = found
            askers = _askers(event, thread, call)
            yield Past(thread_id, event.id, event.at, call, askers, was, cases.get(event.id))
        thread = append(thread, event)


def _call(event: Event, before: Sequence[Event], tools: Mapping[str, Tool]) -> tuple[Call, Was] | None:
    match event:
        case ApprovalRequest():
            return event.call, "asked"
        case Allowed():
            return event.call, "allowed"
        case ToolCall(approval=""):
            return event.call, "ran"
        case Failure(kind="forbidden"):
            call = _wished(before, tools)
            return (call, "forbidden") if call else None
    return None


def _wished(before: Sequence[Event], tools: Mapping[str, Tool]) -> Call | None:
    """The call that the model, or a preview, came to the policy with last."""
    for event in reversed(before):
        if isinstance(event, Previewed):
            looked = (one for one in before if isinstance(one, Preview) and one.id == event.preview_id)
            return next((one.call for one in looked), None)
        if isinstance(event, ModelCall):
            return _as_call(event, tools)
    return None


def _as_call(thought: ModelCall, tools: Mapping[str, Tool]) -> Call | None:
    step = thought.step
    if not isinstance(step, Use) or step.tool not in tools:
        return None
    try:
        return call_of(tools[step.tool], step.arguments)
    except BadArguments:  # The tool takes other arguments now.
        return None


def _askers(event: Event, thread: Thread, call: Call) -> tuple[Author, ...]:
    if not isinstance(event, ApprovalRequest):
        return thread.askers_for(call.tool)
    known = (Author(identity=f"person:{name}", person=name, assurance="verified") for name in event.askers)
    return tuple(known) or (event.requester,)
