"""Message: an event as the text messages it is sent in, and how they are known again among those Twilio has.

What surrounds a message may differ from one attempt to the next: the greeting goes to whom it was not sent yet, the
last line counts what waits by now. So the parts between are made first, always the same, and looked for by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from adapters.base import Parcel
from adapters.sms.account import Line as Ours
from adapters.sms.api import Outgoing
from adapters.sms.parts import SEGMENTS, Room, fill, split
from adapters.sms.segments import size
from adapters.sms.text import View, cut_off, greeting, say, waiting
from agent_core.events import ApprovalRequest

_MOST_WAITING = "9 others wait: reply LIST"


@dataclass(frozen=True, slots=True)
class Part:
    """One message: `body` is sent, `core` is what it is known by."""

    core: str
    body: str

    @property
    def segments(self) -> int:
        """What it costs."""
        return size(self.body).segments

    def within(self, body: str) -> bool:
        """Whether a message Twilio has is this one."""
        return f"\n{self.core}\n" in f"\n{body}\n"

    def into(self, message: Outgoing) -> Outgoing:
        """The message, saying this."""
        return replace(message, body=self.body)


def view_of(line: Ours, zone: str) -> View:
    """How somebody is written to on a line."""
    around = f"{greeting(line.name)}\n{_MOST_WAITING}\n"
    return View(Room(SEGMENTS if line.channel == "sms" else None, around=around), zone)


def parts_of(parcel: Parcel, line: Ours, zone: str, *, greeted: bool) -> tuple[Part, ...]:
    """The messages, in order."""
    view = view_of(line, zone)
    cores = split(say(parcel, view), view.room) or _shortened(parcel, view)
    before = "" if greeted else f"{greeting(line.name)}\n"
    more = waiting(parcel.others) if isinstance(parcel.event, ApprovalRequest) else ""
    after = f"\n{more}" if more else ""
    last = len(cores) - 1
    return tuple(
        Part(core, f"{'' if number else before}{core}{after if number == last else ''}")
        for number, core in enumerate(cores)
    )


def _shortened(parcel: Parcel, view: View) -> tuple[str, ...]:
    """As much as one message holds, and where the rest is."""
    rest = cut_off(parcel).shown
    begin = next(fill(say(parcel, view), lambda text: view.room.holds(f"{text}\n{rest}")), None)
    return (f"{begin}\n{rest}" if begin else rest,)
