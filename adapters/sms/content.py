"""Content: what may be written on WhatsApp, and when. https://www.twilio.com/docs/content/twilio-quick-reply

Within 24 hours of a person's last message anything goes; later only templates WhatsApp has approved (error 63016).
An operator makes them, and names them in `Line.templates`. We fill in their variables:

`approval`, of the type twilio/quick-reply, for a request that can be decided by text. Also used within the 24 hours,
where it is there, since only a template has buttons:
    May this run? Exactly as shown, once, and only if you approve.
    {{1}} what runs   {{2}} risk, who asks, what the tool says of it
    Answer A {{3}} to approve, or R {{3}} and why to deny.   {{4}} until when, digest
    Or look and decide: {{5}}   The agent says, not checked: {{6}}
    Buttons: Approve with the id {{7}}, Deny with the id {{8}}.
`question`, for what the agent asks: {{1}} the question, {{2}} the page that shows it.
`notice`, for all else: {{1}} the words, {{2}} the page.

Twilio says: 1,024 characters for the body above quick replies, 1,600 for a variable; no variable may be empty, or hold
a line break, a tab or more than four spaces in a row (error 21656). What is shown exactly or not at all is not bent to
fit: then the request is announced by `notice`, to be decided on the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.base import Parcel, Ticket
from adapters.conditions import unusual, why_asked
from adapters.layout import CONSEQUENCES, subject
from adapters.sms.account import Line
from adapters.sms.api import Outgoing
from adapters.sms.buttons import Button, carried
from adapters.sms.contacts import Contact
from adapters.sms.flat import flat
from adapters.sms.text import View, by_text, look_twice, risk, say, until, whole_call
from adapters.text import one_line
from agent_core.events import ApprovalRequest, InputRequest

WINDOW = timedelta(hours=24)
# 1,024 characters, without the words of the template itself and of whatever else an operator put there.
ROOM = 700
_AWRY = re.compile(r"[\n\r\t]| {5}")
_GAPS = re.compile(r"\s+")
_QUOTES = re.compile('["\u201c-\u201f\u00ab\u00bb]')
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Template:
    """A template by its SID, with its variables; `core` is the one it is known by."""

    sid: str
    variables: Mapping[str, str]

    @property
    def core(self) -> str:
        """What tells one message of this template from another."""
        return self.variables["1"]

    @property
    def segments(self) -> int:
        """What it counts as."""
        return 1

    def within(self, body: str) -> bool:
        """Whether a message Twilio has is this one: its words are the operator's, around ours."""
        return self.core in body

    def into(self, message: Outgoing) -> Outgoing:
        """The message, saying this."""
        return replace(message, content=self.sid, variables=json.dumps(self.variables, ensure_ascii=False))


def is_open(contact: Contact, now: datetime) -> bool:
    """Whether the recipient may be written to freely."""
    return contact.heard_at is not None and now - contact.heard_at < WINDOW


def with_buttons(line: Line, parcel: Parcel, view: View) -> Template | None:
    """A request with buttons to decide it; None if there is no template for it, or it does not fit into one."""
    event, ticket, sid = parcel.event, parcel.ticket or Ticket(), line.templates.get("approval")
    if not sid or not isinstance(event, ApprovalRequest) or parcel.role != "decide" or not ticket.button:
        return None
    if event.denied_before or (parcel.raised and parcel.raised.note):
        return None  # There is no place for words of people in it.
    approve = carried(Button("approve", ticket.button, event.digest))
    deny = carried(Button("deny", ticket.button, event.digest))
    if not approve or not deny or not by_text(event, ticket, view):
        return None
    why = (why_asked(parcel.raised),) if parcel.raised else ()
    asked = (f"{name}: {one_line(value)}." for name, value in unusual(event))
    told = " ".join((*why, *look_twice(event), risk(event), *asked, *_foreseen(event)))
    shown = {
        "1": whole_call(event),
        "2": told,
        "3": ticket.code,
        "4": until(event, view),
        "5": ticket.url or NOTHING,
        "6": _flat("\n".join(flat(event.reason))) if event.reason else NOTHING,
    }
    if any(_AWRY.search(value) for value in shown.values()) or sum(map(len, shown.values())) > ROOM:
        return None
    return Template(sid, {**shown, "7": approve, "8": deny})


def announced(line: Line, parcel: Parcel, view: View) -> Template | None:
    """The event in a template that may be sent at any time; None if there is none for it."""
    if whole := with_buttons(line, parcel, view):
        return whole
    asks = isinstance(parcel.event, InputRequest) and "question" in line.templates
    sid = line.templates.get("question" if asks else "notice")
    if not sid:
        return None
    # No code: what is cut or joined here must not be approved by what is seen of it.
    decide = isinstance(parcel.event, ApprovalRequest) and parcel.role == "decide"
    words = (
        subject(parcel.event, parcel.request) if decide else _flat("\n".join(line.shown for line in say(parcel, view)))
    )
    url = parcel.ticket.url if decide and parcel.ticket else parcel.page
    short = words if len(words) <= ROOM else subject(parcel.event, parcel.request)
    return Template(sid, {"1": _flat(short), "2": url or NOTHING})


def _foreseen(event: ApprovalRequest) -> tuple[str, ...]:
    """What the tool says it would do, between marks that are not in it, so that it cannot pass for words of ours."""
    said = _QUOTES.sub("'", _flat("\n".join(flat(event.consequences)))) if event.consequences else ""
    return (f"{CONSEQUENCES} \u201c{said}\u201d",) if said else ()


def _flat(text: str) -> str:
    return _GAPS.sub(" ", text).strip() or NOTHING
