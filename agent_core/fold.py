"""The fold: what a log adds up to, one event at a time.

`append` is the one fold: everything the agent acts on is derived here, from the log alone, and no field of a thread is
ever set from anywhere else. A `Thread` is therefore also its own snapshot: folding on from a saved one gives the same
value as folding the whole log (`tests/unit/core/test_thread.py` holds that). Its size is bounded, whatever the log's
length.
"""

from __future__ import annotations

from agent_core.asked import put_to, without
from agent_core.debts import Debt, marked, owing, settled
from agent_core.deliveries import Delivery, Redirect
from agent_core.denied import remembered
from agent_core.events import (
    AgentMessage,
    ApprovalHeld,
    ApprovalRequest,
    ApprovalResponse,
    Control,
    Escalation,
    Event,
    Failure,
    FieldRequest,
    Handoff,
    IdentityUnlinked,
    Inbound,
    InputRequest,
    InputResponse,
    MessageRevised,
    ModelCall,
    Notice,
    Preview,
    Previewed,
    Relayed,
    Request,
    RequestClosed,
    RequestKept,
    RequestRaised,
    Summary,
    TimerFired,
    ToolCall,
    ToolResult,
    UserMessage,
    Vote,
)
from agent_core.raised import raised
from agent_core.thread import RETRY, Thread

WINDOW = 64
MEMORY_OF_CLOSED = 32
MEMORY_OF_REDIRECTS = 64
MEMORY_OF_PREVIEWED = 8
# More than the steps of all plans that may be open at a time.
MEMORY_OF_RAISES = 128
# More than the store lets pile up before a turn: what falls out has been through a turn and was plain talk.
MEMORY_OF_UNHEARD = 1024


def append(thread: Thread, *events: Event) -> Thread:
    """The thread with these events at its end."""
    for event in events:
        thread = _append_one(thread, event)
    return thread


def matters(event: Event) -> bool:
    """Whether a decision made without having seen this event must be made again."""
    return not (isinstance(event, Delivery) and event.outcome in ("sent", "delivered"))


def ends_a_streak(event: Event) -> bool:
    """Whether errors before this event no longer count: something went right, or a person is at it again."""
    match event:
        case AgentMessage() | UserMessage() | Escalation(about="") | ToolResult(outcome="ok"):
            return True
    return False


def _append_one(thread: Thread, event: Event) -> Thread:
    if isinstance(event, MessageRevised):
        return _revised(thread, event)
    changes = _facts(thread, event)
    changes["seq"] = thread.seq + 1
    changes["denied"] = remembered(thread.denied, event, thread.open)
    if matters(event):
        changes["anchor"] = event.id
        changes["unheard"] = (*thread.unheard, event)[-MEMORY_OF_UNHEARD:] if isinstance(event, Inbound) else ()
        changes |= _window(thread, event)
    return thread.model_copy(update=changes)


def _revised(thread: Thread, event: MessageRevised) -> Thread:
    """What was not heard yet is as if it had been said so from the start, or not at all. No code was typed anew."""
    changes: dict[str, object] = {"seq": thread.seq + 1, "anchor": event.id}
    said = next((e for e in thread.unheard if e.id == event.revises), None)
    if isinstance(said, UserMessage) and said.author == event.author:
        now = (said.model_copy(update={"text": event.text, "answers": None}),) if event.text else ()
        for name in ("unheard", "recent"):
            changes[name] = tuple(new for e in getattr(thread, name) for new in (now if e.id == said.id else (e,)))
        if not now:
            changes["debts"] = tuple(debt for debt in thread.debts if debt.event != said.id)
            changes["denied"] = remembered(thread.denied, event, thread.open)
    return thread.model_copy(update=changes)


def _window(thread: Thread, event: Event) -> dict[str, object]:
    if isinstance(event, Summary):
        return {"recent": (event,), "omitted": thread.omitted + len(thread.recent)}
    recent = (*thread.recent, event)
    cut = max(0, len(recent) - WINDOW)
    return {"recent": recent[cut:], "omitted": thread.omitted + cut}


def _facts(thread: Thread, event: Event) -> dict[str, object]:
    """What one event changes, apart from being the latest."""
    match event:
        case UserMessage():
            return _heard_person(thread, event)
        case ToolCall():
            return {"running": (*thread.running, event)}
        case ToolResult():
            return _ran(thread, event)
        case ModelCall():
            return _thought(thread, event)
        case AgentMessage():
            kept = tuple(d for d in thread.debts if d.author.identity not in event.to)
            return {"debts": kept, "failures": 0}
        case Notice():
            return {"debts": settled(thread.debts, event.cause), **_noticed(thread, event)}
        case ApprovalResponse() | InputResponse() | Relayed() | IdentityUnlinked():
            return {"debts": settled(thread.debts, event.cause)}
        case Preview():
            return {"previewing": (*thread.previewing, event)}
        case Previewed():
            return _foreseen(thread, event)
        case Redirect():
            return _redirected(thread, event)
        case Failure():
            return {"failures": thread.failures + 1, "debts": _to_be_told(thread, event)}
        case Escalation(about=""):
            return {"debts": (), "failures": 0, "steps": 0, "retrying": False}
        case Control():
            return _controlled(event)
        case Handoff():
            return _handed(thread, event)
        case TimerFired():
            return {"retrying": False} if event.name.startswith(RETRY) else {}
    return _of_requests(thread, event)


def _of_requests(thread: Thread, event: Event) -> dict[str, object]:
    """What one event changes in what is open."""
    match event:
        case ApprovalRequest() | InputRequest():
            return {"open": (*thread.open, event)}
        case RequestClosed():
            return _closed(thread, event)
        case ApprovalHeld():
            others = without(thread.held, event.request_id)
            return {"held": (*others, event) if event.until else others}
        case Vote():
            return {"votes": (*_of_others(thread, event), event)}
        case RequestRaised():
            return _raised(thread, event)
        case RequestKept():
            return {"open": _changed(thread, event)}
        case FieldRequest():
            return _asked_field(thread, event)
    return {}


def _heard_person(thread: Thread, event: UserMessage) -> dict[str, object]:
    return {
        "requester": thread.requester or event.author,
        "debts": owing(thread.debts, event.id, (event.author,)),
        "failures": 0,
        "steps": 0,
        "stopped": False,
        "retrying": False,
    }


def _closed(thread: Thread, event: RequestClosed) -> dict[str, object]:
    changes: dict[str, object] = {
        "open": tuple(r for r in thread.open if r.id != event.request_id),
        "closed": (*thread.closed, event)[-MEMORY_OF_CLOSED:],
        "held": without(thread.held, event.request_id),
        "votes": without(thread.votes, event.request_id),
        "raises": without(thread.raises, event.request_id),
        "unseen": tuple(one for one in thread.unseen if one != event.request_id),
        "stranded": tuple(one for one in thread.stranded if one != event.request_id),
        "fields": without(thread.fields, event.request_id),
    }
    if event.outcome in ("denied", "answered", "expired") and not _is_about_somebody(thread, event):
        changes["debts"] = owing(thread.debts, event.id, thread.askers)
    return changes


def _is_about_somebody(thread: Thread, event: RequestClosed) -> bool:
    """Whether it was asked who somebody is: that is between them and the house, and nothing for the agent."""
    request = thread.open_request(event.request_id)
    return isinstance(request, InputRequest) and request.links is not None


def _foreseen(thread: Thread, event: Previewed) -> dict[str, object]:
    """It is remembered until it is heard, which is in the next turn."""
    told = tuple(one for one in thread.previewing if one.id == event.preview_id)
    rest = tuple(one for one in thread.previewing if one.id != event.preview_id)
    return {"previewing": rest, "previewed": (*thread.previewed, *told)[-MEMORY_OF_PREVIEWED:]}


def _to_be_told(thread: Thread, event: Failure) -> tuple[Debt, ...]:
    """What went wrong is seen by the model, even if until then nobody was owed anything."""
    return marked(thread.debts or owing((), event.id, thread.askers), thought=False)


def _noticed(thread: Thread, event: Notice) -> dict[str, object]:
    """What people were told of an open request: that it did not come to everybody in time, or that it is stranded."""
    field = {"undelivered": "unseen", "waits": "unseen", "too_few": "stranded"}.get(event.kind)
    if field is None or thread.open_request(event.about) is None:
        return {}
    return {field: tuple(dict.fromkeys((*getattr(thread, field), event.about)))}


def _of_others(thread: Thread, vote: Vote) -> tuple[Vote, ...]:
    """What others said; a person may change their mind."""
    same = (vote.request_id, vote.by.person)
    return tuple(one for one in thread.votes if (one.request_id, one.by.person) != same)


def _handed(thread: Thread, event: Handoff) -> dict[str, object]:
    """Given back, the agent owes everybody an answer again."""
    if event.to == "human":
        return {"taken_by": event.author}
    return {"taken_by": None, "debts": owing(thread.debts, event.id, thread.askers), "failures": 0, "steps": 0}


def _raised(thread: Thread, event: RequestRaised) -> dict[str, object]:
    if event.due:
        return {}
    return {"raises": (*thread.raises, event)[-MEMORY_OF_RAISES:], "open": _changed(thread, event)}


def _changed(thread: Thread, event: RequestRaised | RequestKept) -> tuple[Request, ...]:
    return tuple(raised(r, event) if isinstance(r, ApprovalRequest) else r for r in thread.open)


def _asked_field(thread: Thread, event: FieldRequest) -> dict[str, object]:
    """The form is answered from where it is asked now."""
    return {
        "fields": (*without(thread.fields, event.request_id), event),
        "open": put_to(thread.open, event.request_id, event.to),
        "debts": settled(thread.debts, event.cause),
    }


def _redirected(thread: Thread, event: Redirect) -> dict[str, object]:
    changes: dict[str, object] = {"redirects": (*thread.redirects, event)[-MEMORY_OF_REDIRECTS:]}
    if event.due is None:
        asked = next((f.request_id for f in thread.fields if f.id == event.cause), event.cause)
        changes["open"] = put_to(thread.open, asked, event.to)
    return changes


def _ran(thread: Thread, event: ToolResult) -> dict[str, object]:
    failures = 0 if event.outcome == "ok" else thread.failures + 1
    running = tuple(call for call in thread.running if call.id != event.call_id)
    return {"running": running, "failures": failures, "debts": owing(thread.debts, event.id, thread.askers)}


def _thought(thread: Thread, event: ModelCall) -> dict[str, object]:
    changes: dict[str, object] = {"steps": thread.steps + 1, "retrying": event.outcome == "unavailable"}
    if event.outcome == "step":
        changes["debts"] = marked(thread.debts, thought=True)
    return changes


def _controlled(event: Control) -> dict[str, object]:
    match event.verb:
        case "pause":
            return {"paused": True}
        case "resume":
            return {"paused": False}
        case "stop":
            return {
                "stopped": True,
                "paused": False,
                "debts": (),
                "retrying": False,
                "previewing": (),
            }
