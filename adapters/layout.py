"""Layout: an outbound event as a short list of blocks, for channels that show text. The words are said here, once.

The facts of a request are rendered from the stored bytes of the event; the agent's own words stand apart and say that
they are the agent's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from adapters.base import Role, Ticket
from adapters.blocks import (
    BY_WORDS as BY_WORDS,
    CODE_ASKED as CODE_ASKED,
    ONLY_BY_LINK as ONLY_BY_LINK,
    Answer as Answer,
    Block as Block,
    Facts as Facts,
    Prose as Prose,
    Quoted as Quoted,
    Words as Words,
    labelled as labelled,
    neither as neither,
    plain as plain,
)
from adapters.conditions import named, progress, rows_of, why_asked
from adapters.notices import NOTICES
from adapters.text import mixed_scripts, one_line, visible
from agent_core.events import (
    AgentMessage,
    ApprovalRequest,
    Escalation,
    FieldRequest,
    InputRequest,
    Notice,
    Outbound,
    Relayed,
    Request,
    RequestClosed,
    RequestRaised,
    Vote,
)
from agent_core.values import Author, FormField

SUBJECTS = {
    "approval_request": "Approval needed",
    "input_request": "A question",
    "field_request": "A question",
    "request_closed": "Closed",
    "escalation": "A person is needed",
    "notice": "About your message",
    "vote": "A decision so far",
    "relayed": "A person writes",
    "agent_message": "Message",
}
CONSEQUENCES = "What it would do, as the tool says:"
_OUTCOMES = {
    "approved": "was approved",
    "denied": "was denied",
    "answered": "was answered",
    "expired": "expired: nobody answered in time, and nothing was done",
    "withdrawn": "was withdrawn",
}
_INSTEAD = "was not run but answered"


def subject(event: Outbound, request: Request | None = None) -> str:
    """A subject for a conversation that has none yet."""
    request = event if isinstance(event, ApprovalRequest) else request
    what = f": {one_line(request.call.tool)}" if isinstance(request, ApprovalRequest) else ""
    return f"{SUBJECTS[event.type]}{what}"


def layout(
    event: Outbound,
    *,
    role: Role,
    ticket: Ticket | None = None,
    request: Request | None = None,
    raised: RequestRaised | None = None,
) -> tuple[Block, ...]:
    """The event as blocks, the most important first; see `Parcel` for the others."""
    return (*_why(raised), *_blocks(event, role, ticket, request))


def _why(raised: RequestRaised | None) -> Iterator[Block]:
    if raised is None:
        return
    yield Words(why_asked(raised))
    if raised.note and raised.why != "answered":
        yield Words("They said:")
    if raised.note:
        yield Quoted(raised.note)


def _blocks(event: Outbound, role: Role, ticket: Ticket | None, request: Request | None) -> Iterator[Block]:
    match event:
        case AgentMessage():
            yield Prose(event.text)
        case ApprovalRequest() if role == "decide":
            yield from _to_decide(event, ticket)
        case ApprovalRequest():
            yield Words(f"This needs the approval of {', '.join(event.approvers)}. You will hear what comes of it.")
            yield _facts(event)
        case InputRequest():
            yield from _question(event, request, ticket)
        case FieldRequest():
            if event.problem:
                yield Words(f"That cannot be used: {one_line(event.problem)}.")
            yield from _in_turn(event.field, request if isinstance(request, InputRequest) else None)
        case RequestClosed():
            yield from _closed(event, request)
        case Notice():
            yield Words(NOTICES[event.kind].format(detail=one_line(event.detail)))
            if event.kind == "held":
                yield Words(f"To take it back before that, {_taken_back(ticket)}.")
            yield from _what(request)
        case Escalation():
            yield Words("The agent cannot go on by itself; a person is needed. It says:")
            yield Quoted(event.reason)
        case Relayed():
            yield Words(f"{named(event.author)} (a person, not the agent) writes:")
            yield Quoted(event.text)
        case Vote():
            yield Words(progress(event))
            if event.reason:
                yield Words("They said:")
                yield Quoted(event.reason)
            yield from _what(request)


def _question(event: InputRequest, request: Request | None, ticket: Ticket | None) -> Iterator[Block]:
    if event.links:
        yield from _whose(event, ticket)
        return
    if event.by:
        about = one_line(request.call.tool) if isinstance(request, ApprovalRequest) else "what you asked for"
        yield Words(f"{named(event.by)} (a person, not the agent) asks before deciding about {about}:")
        yield Quoted(event.question)
    else:
        yield Prose(event.question)
    if event.paced:
        yield from _in_turn(event.fields[0], event)
    elif event.choices:
        yield Words(f"Please answer with one of: {one_line(', '.join(event.choices))}.")
    elif event.fields:
        yield Words("Please answer with one line for each, as in `name: value`:")
        yield Facts(tuple((one_line(field.name), _asked(field)) for field in event.fields))
    yield Facts((("Answer until", _moment(event.expires_at)),))
    yield from _what(request)


def _whose(event: InputRequest, ticket: Ticket | None) -> Iterator[Block]:
    """Whether this address is somebody's: no words of the agent's, and no word counts without the code."""
    yield Words(one_line(event.question))
    if ticket and ticket.code:
        yield Words(f"To confirm, answer from here with: {event.choices[0]} {ticket.code}")
    yield Facts((("Answer until", _moment(event.expires_at)),))


def _taken_back(ticket: Ticket | None) -> str:
    if ticket and ticket.button:
        return "press the button"
    return f"answer UNDO {ticket.code}" if ticket else "answer UNDO and the code of the request"


def _to_decide(event: ApprovalRequest, ticket: Ticket | None) -> Iterator[Block]:
    yield Words("May this run? It runs exactly as shown, once, and only if you approve.")
    if event.denied_before:
        yield Words(f"DENIED BEFORE: {one_line(event.denied_before)}")
    yield _facts(event)
    if odd := mixed_scripts(event.call.arguments):
        yield Words(f"Look twice: letters of different alphabets are mixed in {one_line(', '.join(odd))}.")
    if event.consequences:
        yield Words(CONSEQUENCES)
        yield Quoted(event.consequences)
    if event.reason:
        yield Words("Text by the agent, not checked:")
        yield Quoted(event.reason)
    if ticket:
        typed = (f"APPROVE {ticket.code}", f"DENY {ticket.code} and why") if ticket.code else ()
        yield Answer(typed, ticket.url, ticket.page_code, tuple(_neither(event, ticket.code)) if typed else ())


def _neither(event: ApprovalRequest, code: str) -> Iterator[str]:
    yield f"ASK {code} and your question"
    yield f"ANSWER {code} and what to do instead"
    if event.terms.delegates:
        yield f"DELEGATE {code} and to whom"


def _facts(event: ApprovalRequest) -> Facts:
    return Facts(
        (
            ("Tool", f"{one_line(event.call.tool)} (version {one_line(event.call.version)})"),
            *_arguments(event.call.arguments),
            ("Exact bytes", visible(event.call.arguments)),
            ("Risk", event.risk),
            ("Asked by", _author(event.requester)),
            *rows_of(event),
            ("Expires", _moment(event.expires_at)),
            ("Policy", event.policy),
            ("Digest", event.digest[:12]),
        )
    )


def _arguments(text: str) -> Iterator[tuple[str, str]]:
    """One row for each argument, each value as the JSON text it will be passed as."""
    values = json.loads(text)
    if not values:
        yield "Arguments", "none"
    for name, value in values.items():
        yield one_line(name), visible(json.dumps(value, ensure_ascii=False))


def _closed(event: RequestClosed, request: Request | None) -> Iterator[Block]:
    who = f" by {event.by.person or one_line(event.by.identity)}" if event.by else ""
    changed = ", with other arguments" if event.call else ""
    instead = event.outcome == "answered" and isinstance(request, ApprovalRequest)
    ended = _INSTEAD if instead else _OUTCOMES[event.outcome]
    yield Words(f"The request {ended}{who}{changed}, {_moment(event.at)}.")
    if event.reason and event.by and event.outcome != "withdrawn":
        yield Words("They said:")
        yield Quoted(event.reason)
    elif event.reason:
        yield Words(f"Why: {one_line(event.reason)}.")
    if event.call:
        yield Facts((("Runs instead", one_line(event.call.tool)), *_arguments(event.call.arguments)))
    yield from _what(request)


def _asked(field: FormField) -> str:
    return _taken(field, _offered(field), "may be left out")


def _taken(field: FormField, offered: str, left_out: str) -> str:
    """What a field takes for an answer; `offered` are its choices, in words."""
    kinds = {"number": "a number", "date": "a date like 2026-01-31", "text": "text"}
    more = {"choices": "; as many as you like, with commas between"}.get(field.kind, "")
    last = "" if field.required else f"; {left_out}"
    return f"{one_line(field.label)} ({kinds.get(field.kind) or offered}{more}{last})"


def _offered(field: FormField) -> str:
    return one_line(", ".join(field.choices))


def _in_turn(field: FormField, form: InputRequest | None) -> Iterator[Block]:
    """One field of a form that is asked field by field, its choices by their numbers."""
    names = [one.name for one in form.fields] if form else []
    place = f"{names.index(field.name) + 1} of {len(names)}" if field.name in names else "Next"
    choices = tuple((str(n), one_line(choice)) for n, choice in enumerate(field.choices, 1)) if field.numbered else ()
    offered = "its number is enough" if choices else _offered(field)
    yield Facts(((place, _taken(field, offered, "- leaves it out")), *choices))


def _what(request: Request | None) -> Iterator[Block]:
    if isinstance(request, ApprovalRequest):
        yield Facts((("Tool", one_line(request.call.tool)), *_arguments(request.call.arguments)))


def _author(author: Author) -> str:
    named = f"{author.person} " if author.person else ""
    return f"{named}({one_line(author.identity)}, {author.assurance})"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
