"""Calendar: the invitation, or the answer to one, that came with a mail (RFC 5545, 5546, 6047): data, no decision."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message
from itertools import islice

from icalendar import Calendar
from icalendar.cal.component import Component

from adapters.email.filename import filename, parameter
from adapters.email.found import Invitation

MOST_BYTES = 256 * 1024
MOST_PARTS = 20
LONGEST = 500  # Characters of a field.

# What calendars write on their own, when somebody presses a button there.
ANSWERS = frozenset({"REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH", "CANCEL"})

_TYPES = ("text/calendar", "application/ics")
_MEETINGS = ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY")


def invitation(mail: Message) -> Invitation | None:
    """What a mail says of a meeting; None if it says nothing that can be read. Fields that make no sense are empty."""
    read = (_read(part) for part in _parts(mail))
    return next((found for found in read if found), None)


def answers(mail: Message) -> bool:
    """Whether a calendar wrote the mail for its owner: somebody who passes on such a file does not count."""
    shown = (
        part for part in _parts(mail) if part.get_content_disposition() != "attachment" or parameter(part, "method")
    )
    return any(found.method in ANSWERS for part in shown if (found := _read(part)))


def _parts(part: Message) -> Iterator[Message]:
    """The parts that hold a calendar; none within enclosed mails."""
    kind = part.get_content_type()
    if kind in _TYPES or (not part.is_multipart() and filename(part).lower().endswith(".ics")):
        yield part
    elif kind.startswith("multipart/") and part.is_multipart():
        for inner in islice(part.get_payload(), MOST_PARTS):
            if isinstance(inner, Message):
                yield from _parts(inner)


def _read(part: Message) -> Invitation | None:
    method = parameter(part, "method").upper()[:LONGEST]
    try:
        calendar = Calendar.from_ical(_text(part))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Invitation(method=method, uid="") if method else None
    meeting = next((one for one in calendar.walk() if one.name in _MEETINGS), None)
    method = _field(calendar, "METHOD").upper() or method
    return Invitation(method=method, uid="") if meeting is None else _invitation(method, meeting)


def _text(part: Message) -> str:
    """The calendar as text, UTF-8 as it has to be. Raises ValueError for one too large."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or len(data) > MOST_BYTES:
        raise ValueError("no calendar of a size that is worth reading")
    return data.decode("utf-8-sig", errors="replace").strip()


def _invitation(method: str, meeting: Component) -> Invitation:
    attendee, partstat = _attendee(meeting)
    sequence = _field(meeting, "SEQUENCE")
    return Invitation(
        method=method,
        uid=_field(meeting, "UID"),
        summary=_field(meeting, "SUMMARY"),
        attendee=attendee,
        partstat=partstat,
        sequence=int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 10 else 0,
    )


def _attendee(meeting: Component) -> tuple[str, str]:
    """The address of the one who is invited, or answers, and what they say; nobody where there are several."""
    found = meeting.get("ATTENDEE")
    several = found if isinstance(found, list) else [found]
    if found is None or len(several) != 1:
        return "", ""
    address = str(several[0])[:LONGEST].strip()
    if address.lower().startswith("mailto:"):
        address = address[len("mailto:") :]
    says = getattr(several[0], "params", {}).get("PARTSTAT", "")
    return address.lower(), str(says).upper()[:LONGEST]


def _field(component: Component, name: str) -> str:
    """A field as text; the first, where it is given twice."""
    found = component.get(name)
    if isinstance(found, list):
        found = found[0] if found else None
    return "" if found is None else " ".join(str(found).split())[:LONGEST]
