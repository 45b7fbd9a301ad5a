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
from adapters.layout import Answer, Block, Facts, Prose, Quoted, Words, layout
from adapters.sms.flat import flat
from adapters.sms.fold import fold
from adapters.sms.parts import Line, Room, split
from adapters.text import mixed_scripts, one_line
from agent_core.events import AgentMessage, ApprovalRequest, InputRequest, Notice

QUOTE = "> "
# These words go into no template: carriers take them as orders. Approving and denying have words of their own.
KEYWORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT", "START", "UNSTOP", "YES", "HELP"}
    | {"INFO"}
)
LISTED = {"code_needed", "unclear", "unknown_request"}
TOO_LONG = "It is too long to decide by text."
TOO_RISKY = "It cannot be decided by text."
# The channel is not named: whoever reads this phone may not be whom it is for.
WHERE_CODE_IS = "The page asks for a code. It went to you on another channel."
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
    """The event as lines, whole; see `instead` for what does not fit."""
    event = parcel.event
    if isinstance(event, ApprovalRequest) and parcel.role == "decide":
        ticket = parcel.ticket or Ticket()
        return approval(event, ticket, view) if ticket.code else instead(parcel, view)
    if isinstance(event, ApprovalRequest):
        return tuple(_watched(event, view))
    if isinstance(event, AgentMessage):
        first, *rest = flat(event.text)
        return (Line(f"Agent: {first}"), *map(Line, rest))
    lines = _drawn(layout(event, role=parcel.role, ticket=parcel.ticket, request=parcel.request))
    listed = _listed(parcel.others, view) if isinstance(event, Notice) and event.kind in LISTED else ()
    return (*lines, *listed)


def decidable(parcel: Parcel, view: View) -> bool:
    """Whether the recipient can decide the request by text: it has a code, and can be shown whole."""
    event, ticket = parcel.event, parcel.ticket
    if not isinstance(event, ApprovalRequest) or parcel.role != "decide" or ticket is None:
        return False
    return bool(ticket.code) and split(approval(event, ticket, view), view.room) is not None


def approval(event: ApprovalRequest, ticket: Ticket, view: View) -> tuple[Line, ...]:
    """A request to decide, whole: first what matters, at the end what the agent says of it."""
    return (
        Line("May this run? Exactly as shown, once, and only if you approve.", whole=True),
        Line(_call(event), whole=True),
        *_odd(event),
        Line(f"Risk {event.risk}. Asked by {_who(event)}.", whole=True),
        Line(f"Answer A {ticket.code} to approve, or R {ticket.code} and why to deny.", whole=True),
        Line(_until(event, view), whole=True),
        *((Line(f"Or look and decide: {ticket.url}", whole=True),) if ticket.url else ()),
        *_said("The agent says, not checked:", event.reason),
    )


def instead(parcel: Parcel, view: View) -> tuple[Line, ...]:
    """What is sent for an event that cannot be said in a text message: what it is, and where it can be read."""
    event = parcel.event
    if not isinstance(event, ApprovalRequest):
        return (Line(f"The rest is too long for a text message. Read it whole: {parcel.page}", whole=True),)
    ticket = parcel.ticket or Ticket()
    risky = parcel.role == "decide" and not ticket.code
    url = ticket.url or parcel.page
    return (
        Line("May this run?", whole=True),
        Line(f"{one_line(event.call.tool)} (version {one_line(event.call.version)})"),
        Line(f"Risk {event.risk}. Asked by {_who(event)}."),
        Line(TOO_RISKY if risky else TOO_LONG, whole=True),
        Line(f"Look and decide: {url}", whole=True),
        *((Line(WHERE_CODE_IS, whole=True),) if risky else ()),
        Line(_until(event, view), whole=True),
    )


def _watched(event: ApprovalRequest, view: View) -> Iterator[Line]:
    approvers = one_line(", ".join(event.approvers))
    yield Line(f"This needs the approval of {approvers}. You will hear what comes of it.")
    yield Line(_call(event))
    yield Line(_until(event, view))


def _call(event: ApprovalRequest) -> str:
    """The whole call. Never folded: this is what runs. On one line, so that no line of it can pass for ours."""
    call = event.call
    return f"{one_line(call.tool)} (version {one_line(call.version)}) {one_line(call.arguments)}"


def _odd(event: ApprovalRequest) -> Iterator[Line]:
    if odd := mixed_scripts(event.call.arguments):
        words = one_line(", ".join(odd))
        yield Line(f"Look twice: letters of different alphabets are mixed in {words}.", whole=True)


def _who(event: ApprovalRequest) -> str:
    asker = event.requester
    named = f"{one_line(asker.person)} " if asker.person else ""
    return f"{named}({one_line(asker.identity)}, {asker.assurance})"


def _until(event: ApprovalRequest, view: View) -> str:
    return f"Until {view.moment(event.expires_at)}. Digest {event.digest[:12]}."


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
        return f"{code}the agent asks: {one_line(' '.join(flat(request.question)))}"
    call = _call(request)
    shown = call if len(call) <= _LISTED_CALL else f"{one_line(request.call.tool)}, digest {request.digest[:12]}"
    if ticket.code and split(approval(request, ticket, view), view.room) is not None:
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
