"""Twilio's error codes, as data: what each says of a message that was refused, or that never arrived.

Each is explained at https://www.twilio.com/docs/api/errors/<code>; `page` makes that address. Codes come two ways: as
the answer to a request, and later, by a status callback, for a message that was taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# What it says of the number: they opted out, or it cannot be written to; or that it is our sender that cannot write.
Mark = Literal["", "out", "bar", "sender"]


@dataclass(frozen=True)
class Judged:
    """What follows from a code.

    `kind`: to a request, `later` means not taken now, `rejected` not taken at all. `again`: a message that did not
    arrive may arrive another time, the same way. `alarm`: an operator must look. `contact` is what is to be noted.
    """

    why: str
    kind: Literal["later", "rejected"] = "rejected"
    again: bool = False
    alarm: bool = False
    contact: Mark = ""


def _later(why: str) -> Judged:
    return Judged(why, kind="later", again=True)


def _ours(why: str, contact: Mark = "") -> Judged:
    return Judged(why, alarm=True, contact=contact)


CODES: Mapping[int, Judged] = {
    # The account and the request.
    14107: _later("too many messages a second"),
    20003: _ours("Twilio does not accept our credentials"),
    20404: _ours("Twilio knows nothing under this name"),
    20429: _later("too many requests"),
    30002: _ours("our account at Twilio is suspended"),
    # The number they have.
    21211: Judged("not a valid number", contact="bar"),
    21610: Judged("opted out", contact="out"),
    21612: Judged("this number cannot be reached from ours", contact="bar"),
    21614: Judged("not a mobile number", contact="bar"),
    21635: Judged("a landline", contact="bar"),
    # What we may not, or our sender cannot do.
    21408: _ours("sending to this country is switched off at Twilio"),
    21606: _ours("our number cannot send text messages", contact="sender"),
    21608: _ours("a trial account writes to verified numbers only"),
    21617: _ours("the message is too long"),
    21659: _ours("our sender is no number of this account", contact="sender"),
    21660: _ours("our sender is no number of this account", contact="sender"),
    21703: _ours("the messaging service has no sender", contact="sender"),
    # The way to the handset: mostly heard by a status callback.
    21611: _later("the queue of our number is full"),
    30001: _later("the queue is full"),
    30003: Judged("the phone cannot be reached", again=True),
    30004: Judged("blocked, by its owner or the carrier"),
    30005: Judged("nobody is known under this number", contact="bar"),
    30006: Judged("a landline, or a carrier that cannot be reached", contact="bar"),
    # The same text would be filtered again, and each time harms our sender's name.
    30007: _ours("filtered by the carrier"),
    30008: Judged("the carrier does not say why", again=True),
    30022: _later("our campaign sends too fast for this carrier"),
    30023: _ours("our brand has sent as much as this carrier takes in a day"),
    30032: _ours("our toll-free number is not verified", contact="sender"),
    30034: _ours("our number is not registered for application traffic", contact="sender"),
    30036: Judged("it waited longer than it was worth sending"),
    30410: Judged("the carrier did not answer in time", again=True),
    30453: _ours("blocked as likely fraud"),
    # WhatsApp.
    63003: Judged("no such recipient on WhatsApp", contact="bar"),
    63007: _ours("our sender is not on WhatsApp", contact="sender"),
    63014: Judged("they blocked us", contact="out"),
    63016: Judged("they have not written within 24 hours, and this was no template"),
    63018: _later("too many messages for WhatsApp"),
    63024: Judged("not a recipient on WhatsApp", contact="bar"),
}


def judged(code: int, status: int = 0) -> Judged:
    """What a code means; for one we do not know, what the HTTP status of the answer says, if there was one."""
    if known := CODES.get(code):
        return known
    if status == 429 or status >= 500:
        return _later(f"error {code}, status {status}")
    return Judged(f"error {code}")


def page(code: int) -> str:
    """Where Twilio explains it."""
    return f"https://www.twilio.com/docs/api/errors/{code}"
