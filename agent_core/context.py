"""The context: a thread rendered, token by token, into what the model reads.

Pure, and the only renderer: what the model knows is what `render` says. People's words, tool results and everything
else from outside stand inside tags, escaped, so that no text can pretend to be another event. Errors that have been
overcome are left out; open requests and a running call are always in, however old.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from agent_core.events import (
    AgentMessage,
    ApprovalRequest,
    ApprovalResponse,
    Author,
    Escalation,
    Event,
    Failure,
    Handoff,
    InputRequest,
    InputResponse,
    RequestClosed,
    Summary,
    ToolCall,
    ToolResult,
    UserMessage,
)
from agent_core.thread import Thread, ends_a_streak

BUDGET = 24_000


def render(thread: Thread, *, budget: int = BUDGET) -> str:
    """The thread as text of at most about `budget` characters, oldest first; what is left out is counted."""
    waiting = (*thread.open, *thread.running)
    recent = {event.id for event in thread.recent}
    old = [_line(event) for event in waiting if event.id not in recent]
    pinned = {event.id for event in waiting}
    lines: list[str] = []
    omitted, room = thread.omitted - len(old), budget - sum(map(len, old))
    for event in reversed(_readable(thread)):
        line = _line(event)
        room -= len(line)
        if room >= 0 or event.id in pinned or not lines:
            lines.append(line)
            pinned |= _other_half(event)
        else:
            omitted += 1
    head = [f"<omitted events={quoteattr(str(omitted))}/>"] if omitted > 0 else []
    return "\n".join([*head, *old, *reversed(lines)])


def _other_half(event: Event) -> set[str]:
    """What must stand before this event for it to make sense."""
    match event:
        case ToolResult():
            return {event.call_id}
        case InputResponse() | RequestClosed():
            return {event.request_id}
    return set()


def _readable(thread: Thread) -> list[Event]:
    """What the model may read: the errors since anything last went right, and nothing that is mere bookkeeping."""
    overcome = max((i for i, event in enumerate(thread.recent) if ends_a_streak(event)), default=-1)
    current = [e for i, e in enumerate(thread.recent) if i > overcome or not isinstance(e, Failure)]
    return [event for event in current if _line(event)]


def _line(event: Event) -> str:
    match event:
        case UserMessage():
            return _tag("user_message", event.text, **_who(event.author))
        case AgentMessage():
            return _tag("agent_message", event.text, to=", ".join(event.to))
        case ToolCall():
            return _tag("tool_call", event.call.arguments, name=event.call.tool)
        case ToolResult():
            return _tag("tool_result", event.content, outcome=event.outcome)
        case ApprovalRequest():
            ask = {"name": event.call.tool, "approvers": ", ".join(event.approvers)}
            return _tag("approval_request", event.call.arguments, id=event.id, **ask)
        case ApprovalResponse():
            return ""
        case InputRequest():
            return _tag("input_request", event.question, id=event.id, choices=", ".join(event.choices))
        case InputResponse():
            return _tag("input_response", event.text, request=event.request_id, **_who(event.author))
        case RequestClosed():
            by = _who(event.by) if event.by else {}
            if event.call:
                by["arguments_as_changed"] = event.call.arguments
            return _tag("request_closed", event.reason, request=event.request_id, outcome=event.outcome, **by)
        case Escalation():
            return _tag("escalation", event.reason, to=", ".join(event.to))
        case Handoff():
            return _tag("handoff", event.note, to=event.to, **_who(event.author))
        case Failure():
            return _tag("failure", event.summary, kind=event.kind)
        case Summary():
            return _tag("summary", event.text)
    return ""


def _who(author: Author) -> dict[str, str]:
    return {"from": author.person or author.identity, "assurance": author.assurance}


def _tag(element: str, text: str, **attributes: str) -> str:
    shown = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items() if value)
    return f"<{element}{shown}>{escape(text)}</{element}>"
