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
    InputRequest,
    InputResponse,
    RequestClosed,
    Summary,
    ToolCall,
    ToolResult,
    UserMessage,
)
from agent_core.thread import Thread

BUDGET = 24_000


def render(thread: Thread, *, budget: int = BUDGET) -> str:
    """The thread as text of at most about `budget` characters, oldest first; what is left out is counted."""
    pinned = {event.id for event in (*thread.open, *thread.running)}
    lines: list[str] = []
    omitted, room = thread.omitted, budget
    for event in reversed(_readable(thread)):
        line = _line(event)
        room -= len(line)
        if room >= 0 or event.id in pinned or not lines:
            lines.append(line)
        else:
            omitted += 1
    lost = [_line(e) for e in thread.open if e.id not in {r.id for r in thread.recent}]
    head = [f"<omitted events={quoteattr(str(omitted))}/>"] if omitted else []
    return "\n".join([*head, *lost, *reversed(lines)])


def _readable(thread: Thread) -> list[Event]:
    """What the model may read: the errors of the current streak only, and nothing that is mere bookkeeping."""
    failures = [e for e in thread.recent if isinstance(e, Failure)]
    overcome = {e.id for e in failures[: len(failures) - thread.failures]}
    return [e for e in thread.recent if e.id not in overcome and _line(e)]


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
            return _tag("request_closed", event.reason, request=event.request_id, outcome=event.outcome)
        case Escalation():
            return _tag("escalation", event.reason, to=", ".join(event.to))
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
