"""Text: an outbound event as lines of a text message. Pure: the same parcel gives the same lines.

Our own words are short, and of the GSM alphabet. What others said is made visible and marked, so that no line of it
can pass for ours; the arguments of a call stand there exactly as they will be passed, or not at all, and then the call
cannot be approved by text. Sentences that every channel has are those of `layout`; here are those that must be short.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.base import Open, Parcel, Ticket
from adapters.conditions import named, unusual, why_asked
from adapters.layout import CONSEQUENCES, Answer, Block, Facts, Prose, Quoted, Words, layout
from adapters.sms.flat import flat
from adapters.sms.fold import fold
from adapters.sms.parts import Line, Room, split
from adapters.text import mixed_scripts, one_line
from agent_core.events import AgentMessage, ApprovalRequest, InputRequest, Notice, RequestRaised

QUOTE, AGENT = "> ", "Agent: "
LISTED = {"code_needed", "unclear", "several", "unknown_request"}
TOO_LONG = "It is too long to decide by text."
TOO_RISKY = "It cannot be decided by text."
# The channel is not named: whoever reads this phone may not be whom it is for.
WHERE_CODE_IS = "The page asks for a code. It went to you on another channel."
NEXT = "Another one, decided for itself:"
_LISTED_CALL = 120


@dataclass(frozen=True, slots=True)
class View:
    """By whose clock moments are told (an IANA zone, or empty for UTC), and how much a message holds."""

    room: Room
    zone: str = ""

    def moment(self, moment: datetime) -> str:
        """`2026-11-21 17:30 Europe/London`."""
        if self.zone:
            return f"{moment.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M} {self.zone}"
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def greeting(name: str) -> str:
    """What comes before the first message to somebody."""
    return f"This is {fold(name)}. Reply STOP to opt out."


def waiting(others: Sequence[Open]) -> str:
    """What comes after a request when more wait; empty if none does."""
    if not others:
        return ""
    return f"{len(others)} other{'s wait' if len(others) > 1 else ' waits'}: reply LIST"


def say(parcel: Parcel, view: View) -> tuple[Line, ...]:
    """The event as lines, whole; a request that cannot be decided by text in outline."""
    event = parcel.event
    if isinstance(event, ApprovalRequest) and parcel.together:
        return _several(event, parcel, view)
    if isinstance(event, ApprovalRequest) and parcel.role == "decide":
        ticket = parcel.ticket or Ticket()
        why = tuple(_why(parcel.raised)) if parcel.raised else ()
        whole = (*why, *approval(event, ticket, view))
        return (
            whole if ticket.code and split(whole, view.room) is not None else (*why[:1], *instead(event, ticket, view))
        )
    if isinstance(event, ApprovalRequest):
        return tuple(_watched(event, view))
    if isinstance(event, AgentMessage):
        first, *rest = flat(event.text)
        return (Line(first, mark=AGENT), *(Line(line, mark=QUOTE) for line in rest))
    # What a button carries is of no use in words.
    spoken = parcel.ticket and parcel.ticket.model_copy(update={"button": ""})
    lines = _drawn(layout(event, role=parcel.role, ticket=spoken, request=parcel.request))
    listed = _listed(parcel.others, view) if isinstance(event, Notice) and event.kind in LISTED else ()
    return (*lines, *listed)


def _several(event: ApprovalRequest, parcel: Parcel, view: View) -> tuple[Line, ...]:
    """Several requests to decide, each for itself: whole, if there is room for that, or else where they can be."""
    first = say(parcel.model_copy(update={"together": ()}), view)
    more = [(one.request, one.ticket) for one in parcel.together if isinstance(one.request, ApprovalRequest)]
    whole = tuple(line for request, ticket in more for line in (Line(NEXT), *_whole_or_not(request, ticket, view)))
    linked = tuple(Line(_linked(request, ticket), whole=True) for request, ticket in more)
    tries = ((*first, *whole), (*first, *linked))
    outline = instead(event, parcel.ticket or Ticket(), view)
    return next((lines for lines in tries if split(lines, view.room) is not None), (*outline, *linked))


def _whole_or_not(request: ApprovalRequest, ticket: Ticket, view: View) -> tuple[Line, ...]:
    return approval(request, ticket, view) if by_text(request, ticket, view) else instead(request, ticket, view)


def _linked(request: ApprovalRequest, ticket: Ticket) -> str:
    return f"{NEXT} {one_line(request.call.tool)}, digest {request.digest[:12]}. Look and decide: {ticket.url}"


def by_text(event: ApprovalRequest, ticket: Ticket | None, view: View) -> bool:
    """Whether a request can be decided by text: there is a code for it, and it can be shown whole."""
    return bool(ticket and ticket.code) and split(approval(event, ticket or Ticket(), view), view.room) is not None


def approval(event: ApprovalRequest, ticket: Ticket, view: View) -> tuple[Line, ...]:
    """A request to decide, whole: first what matters, at the end what the agent says of it.

    The code stands in one message with what it is the code of, as messages may come in any order, or not at all.
    """
    answer = f"Answer A {ticket.code} to approve, or R {ticket.code} and why to deny."
    return (
        Line("May this run? Exactly as shown, once, and only if you approve."),
        *_denied(event),
        Line(risk(event)),
        Line("\n".join((whole_call(event), *look_twice(event), answer)), whole=True),
        Line(until(event, view), whole=True),
        *(Line(f"{name}: {one_line(value)}.") for name, value in unusual(event)),
        *_said(CONSEQUENCES, event.consequences),
        *((Line(f"Or look and decide: {ticket.url}", whole=True),) if ticket.url else ()),
        Line(also(event)),
        *_said("The agent says, not checked:", event.reason),
    )


def instead(event: ApprovalRequest, ticket: Ticket, view: View) -> tuple[Line, ...]:
    """A request that cannot be decided by text: what it is, and where it can be. No code, whoever has one."""
    return (
        Line("May this run?"),
        *_denied(event),
        Line(f"{one_line(event.call.tool)} (version {one_line(event.call.version)})"),
        Line(risk(event)),
        Line(TOO_LONG if ticket.code else TOO_RISKY),
        Line(f"Look and decide: {ticket.url}", whole=True),
        *(() if ticket.code else (Line(WHERE_CODE_IS),)),
        Line(until(event, view)),
    )


def cut_off(parcel: Parcel) -> Line:
    """What stands in place of the rest of what does not fit."""
    where = f" Read it whole: {parcel.page}" if parcel.page else ""
    return Line(f"The rest is too long for a text message.{where}", whole=True)


def _watched(event: ApprovalRequest, view: View) -> Iterator[Line]:
    approvers = one_line(", ".join(event.approvers))
    yield Line(f"This needs the approval of {approvers}. You will hear what comes of it.")
    yield Line(whole_call(event))
    yield Line(until(event, view))


def whole_call(event: ApprovalRequest) -> str:
    """The whole call. Never folded: this is what runs. On one line, so that no line of it can pass for ours."""
    call = event.call
    return f"{one_line(call.tool)} (version {one_line(call.version)}) {one_line(call.arguments)}"


def look_twice(event: ApprovalRequest) -> tuple[str, ...]:
    """A warning, if words in the arguments may not be what they look like."""
    odd = one_line(", ".join(mixed_scripts(event.call.arguments)))
    return (f"Look twice: letters of different alphabets are mixed in {odd}.",) if odd else ()


def risk(event: ApprovalRequest) -> str:
    """The risk, and who asks."""
    asker = event.requester
    named = f"{one_line(asker.person)} " if asker.person else ""
    return f"Risk {event.risk}. Asked by {named}({one_line(asker.identity)}, {asker.assurance})."


def until(event: ApprovalRequest, view: View) -> str:
    """When it expires, and the beginning of the digest that the page shows as well."""
    return f"Until {view.moment(event.expires_at)}. Digest {event.digest[:12]}."


def also(event: ApprovalRequest) -> str:
    """What else counts beside the code, in few letters."""
    return f"Also: ASK, ANSWER{', DELEGATE' if event.terms.delegates else ''} + code + words."


def _why(raised: RequestRaised) -> Iterator[Line]:
    """Why it comes again, or to somebody new; only the first line is ours."""
    yield Line(fold(why_asked(raised)))
    yield from (Line(line, mark=QUOTE) for line in flat(raised.note) if raised.note)


def _denied(event: ApprovalRequest) -> Iterator[Line]:
    if event.denied_before:
        yield Line(f"DENIED BEFORE: {one_line(' '.join(flat(event.denied_before)))}")


def _said(label: str, text: str) -> Iterator[Line]:
    if text:
        yield Line(label)
        yield from (Line(line, mark=QUOTE) for line in flat(text))


def _listed(others: Sequence[Open], view: View) -> Iterator[Line]:
    """What else waits, one to a line, each with the code it is answered with."""
    if others:
        yield Line("Waiting for your answer (A or R and the code):")
    for other in others:
        yield Line(_one(other, view))


def _one(other: Open, view: View) -> str:
    request, ticket = other.request, other.ticket
    if isinstance(request, InputRequest):
        code = f"{ticket.code}: " if ticket.code else ""
        who = named(request.by) if request.by else "the agent"
        return f"{code}{who} asks: {one_line(' '.join(flat(request.question)))}"
    call = whole_call(request)
    shown = call if len(call) <= _LISTED_CALL else f"{one_line(request.call.tool)}, digest {request.digest[:12]}"
    if by_text(request, ticket, view):
        return f"{ticket.code}: {shown}"
    return f"{shown}: {ticket.url}"


def _drawn(blocks: Sequence[Block]) -> tuple[Line, ...]:
    return tuple(line for block in blocks for line in _block(block))


def _block(block: Block) -> Iterator[Line]:
    match block:
        case Words():
            yield from map(Line, fold(block.text).split("\n"))
        case Prose() | Quoted():
            yield from (Line(line, mark=QUOTE) for line in flat(block.text))
        case Facts():
            # The values are exact; a line break in one would begin a line of its own.
            yield from (Line(f"{name}: {one_line(value)}") for name, value in block.rows)
        case Answer():
            yield from map(Line, (*block.lines, block.url))
