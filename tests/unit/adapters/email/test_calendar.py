"""Calendar: invitations and the answers to them, as data, whatever programs made of them. EM-46 (in), EM-31"""

from __future__ import annotations

from base64 import encodebytes

import pytest

from adapters.email.found import Invitation
from adapters.email.robots.calendar import MOST_BYTES, invitation
from tests.unit.adapters.email.parts import mail, multipart, part

PLAIN = part("text/plain", "Bo has accepted this invitation.")
ATTENDEE = 'ATTENDEE;CN="Lindqvist, Bo";PARTSTAT=ACCEPTED:mailto:Bo@example.test'
FIELDS = ("UID:u1@example.test", "SEQUENCE:2", "SUMMARY:Deploy\\, then rest", ATTENDEE)


def ics(*fields: str, method: str = "METHOD:REPLY", kind: str = "VEVENT") -> str:
    """A calendar with one meeting."""
    lines = (
        "BEGIN:VCALENDAR",
        "PRODID:x",
        method,
        f"BEGIN:{kind}",
        *(fields or FIELDS),
        f"END:{kind}",
        "END:VCALENDAR",
    )
    return "".join(f"{line}\r\n" for line in lines if line)


def read(
    text: str | bytes, kind: str = "text/calendar; method=REPLY; charset=utf-8", *headers: str
) -> Invitation | None:
    return invitation(mail(multipart("alternative", PLAIN, part(kind, text, *headers))))


REPLY = Invitation(
    method="REPLY",
    uid="u1@example.test",
    summary="Deploy, then rest",
    attendee="bo@example.test",
    partstat="ACCEPTED",
    sequence=2,
)
BASE64 = "Content-Transfer-Encoding: base64"
PLACES = {
    "beside the text": multipart("alternative", PLAIN, part("text/calendar; method=REPLY", ics())),
    "a file": multipart("mixed", PLAIN, part("application/octet-stream; name=invite.ICS", ics())),
    "a file of its own type": multipart("mixed", PLAIN, part("application/ics", encodebytes(ics().encode()), BASE64)),
    "deep within": multipart("mixed", multipart("alternative", PLAIN, part("text/calendar", ics()), boundary="b2")),
    "all of the mail": part("text/calendar; method=REPLY", ics()),
    "with a mark of its byte order": part("text/calendar", b"\xef\xbb\xbf" + ics().encode()),
    "bare line feeds": part("text/calendar", ics().replace("\r\n", "\n")),
    "behind a broken one": multipart("mixed", part("text/calendar", "nonsense"), part("text/calendar", ics())),
}


@pytest.mark.parametrize("entity", PLACES.values(), ids=PLACES)
def test_it_is_found_wherever_it_stands(entity: bytes) -> None:
    assert invitation(mail(entity)) == REPLY


NOT_THERE = {
    "a mail without one": PLAIN,
    "one in an enclosed mail": multipart("mixed", PLAIN, part("message/rfc822", part("text/calendar", ics()))),
    "a text that speaks of one": part("text/plain", ics()),
    "nonsense": part("text/calendar", "nonsense"),
    "nothing": part("text/calendar", ""),
    "half of one": part("text/calendar", ics()[:90]),
    "two": part("text/calendar", ics() + ics()),
    "one too large": part("text/calendar", ics("UID:u1", f"COMMENT:{'x' * MOST_BYTES}")),
    "an encoding that is broken": part("text/calendar", ics(), BASE64),
}


@pytest.mark.parametrize("entity", NOT_THERE.values(), ids=NOT_THERE)
def test_what_cannot_be_read_is_none(entity: bytes) -> None:
    assert invitation(mail(entity)) is None


def test_of_one_that_cannot_be_read_what_its_type_says_remains() -> None:
    assert read("nonsense") == Invitation(method="REPLY", uid="")
    assert read("BEGIN:VCALENDAR\r\nMETHOD:COUNTER\r\nEND:VCALENDAR\r\n") == Invitation(method="COUNTER", uid="")


def test_what_the_calendar_says_goes_before_what_its_type_says() -> None:
    assert read(ics(method="METHOD:request")) == REPLY.model_copy(update={"method": "REQUEST"})
    assert read(ics(method="")) == REPLY
    assert read(ics(method=""), "text/calendar") == REPLY.model_copy(update={"method": ""})


ODD = {
    "a number that is none": (("UID:u", "SEQUENCE:x"), Invitation(method="REPLY", uid="u")),
    "a number below nothing": (("UID:u", "SEQUENCE:-1"), Invitation(method="REPLY", uid="u")),
    "a number too large": (("UID:u", f"SEQUENCE:{'9' * 5000}"), Invitation(method="REPLY", uid="u")),
    "no name": (("SUMMARY:x",), Invitation(method="REPLY", uid="", summary="x")),
    "two names": (("UID:u", "UID:v"), Invitation(method="REPLY", uid="u")),
    "a time that is none": (("UID:u", "DTSTART:soon"), Invitation(method="REPLY", uid="u")),
    "a zone nobody knows": (("UID:u", "DTSTART;TZID=Nix/Nowhere:20261121T100000"), Invitation(method="REPLY", uid="u")),
    "a line that is none": (("UID:u", "@@@"), Invitation(method="REPLY", uid="u")),
    "a rule without end": (("UID:u", "RRULE:FREQ=SECONDLY;COUNT=999999999"), Invitation(method="REPLY", uid="u")),
    "lines in a field": (("UID:u", "SUMMARY:a\\nb\\, c"), Invitation(method="REPLY", uid="u", summary="a b, c")),
    "somebody without an answer": (
        ("UID:u", "ATTENDEE:mailto:bo@example.test"),
        Invitation(method="REPLY", uid="u", attendee="bo@example.test"),
    ),
    "several who are invited": (
        ("UID:u", ATTENDEE, "ATTENDEE:mailto:cy@example.test"),
        Invitation(method="REPLY", uid="u"),
    ),
    "somebody without an address": (("UID:u", "ATTENDEE:bo"), Invitation(method="REPLY", uid="u", attendee="bo")),
}


@pytest.mark.parametrize(("fields", "expected"), ODD.values(), ids=ODD)
def test_a_field_that_makes_no_sense_is_empty(fields: tuple[str, ...], expected: Invitation) -> None:
    assert read(ics(*fields)) == expected


def test_a_field_is_not_longer_than_anybody_needs() -> None:
    found = read(ics(f"UID:{'u' * 9000}", f"SUMMARY:{'s' * 9000}"))
    assert found is not None
    assert (len(found.uid), len(found.summary)) == (500, 500)


@pytest.mark.parametrize("kind", ["VTODO", "VJOURNAL", "VFREEBUSY"])
def test_tasks_and_the_like_are_read_as_meetings_are(kind: str) -> None:
    found = read(ics("UID:u1", kind=kind))
    assert found is not None
    assert found.uid == "u1"
