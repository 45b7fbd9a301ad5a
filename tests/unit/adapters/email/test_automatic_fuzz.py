"""What is found in a mail, whatever the bytes: each finder answers, none raises. EM-25, EM-28, EM-45, EM-46

The mails are the tests' own bounces, calendars and files, changed by a fixed seed: the same in every run.
"""

from __future__ import annotations

import random
from email import message_from_bytes
from email.message import Message

from hypothesis import given, settings, strategies as st

from adapters.content import MOST_TEXT
from adapters.email.attached import MOST_NAMED, attached
from adapters.email.robots.automatic import automatic
from adapters.email.robots.bounce import bounce
from adapters.email.robots.calendar import invitation
from tests.unit.adapters.email.letters import SITE
from tests.unit.adapters.email.parts import multipart, part
from tests.unit.adapters.email.reported import BO, CY, block, dsn, plain

SEED = 20261121
TOP = b"From: bo@example.test\r\nSubject: =?utf-8?q?Automatische_Antwort?=: x\r\nReturn-Path: <bo@example.test>\r\n"
MEETING = ("BEGIN:VEVENT", "UID:u1", "SEQUENCE:1", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@x", "END:VEVENT")
ICS = "\r\n".join(("BEGIN:VCALENDAR", "METHOD:REPLY", *MEETING, "END:VCALENDAR", ""))
HTML = part("text/html; charset=utf-8", '<p>Please.</p><img src="cid:logo">')
FILES = multipart(
    "mixed",
    multipart("related", HTML, part("image/png", "x", "Content-ID: <logo>"), boundary="b2"),
    part("text/plain; charset=iso-2022-jp; name*=utf-8''a%20b", "x = 1", "Content-Disposition: attachment"),
    part(
        "application/pdf", "JVBERi0xLjQK", "Content-Transfer-Encoding: base64", 'Content-Disposition: x; filename="a"'
    ),
    part("message/rfc822", "Subject: =?utf-8?q?=C3=A4?=\r\n\r\nold"),
    part("text/plain", "begin 644 a\r\n#86)C\r\n`\r\nend\r\n", "Content-Transfer-Encoding: x-uuencode; name=a"),
)
CORPUS = (
    dsn(block(), block("cy@example.test", "Action: delayed", "Status: 4.2.2")).as_bytes(),
    plain(
        "Hi. This is the qmail-send program.\n\n<bo@example.test>:\n550 5.1.1 no\n", "Subject: failure notice"
    ).as_bytes(),
    TOP + multipart("alternative", part("text/plain", "yes"), part("text/calendar; method=REPLY", ICS)),
    TOP + FILES,
    TOP + b"Auto-Submitted: auto-replied (x)\r\nPrecedence: bulk\r\nList-Id: <x>\r\n\r\nAPPROVE\r\n",
)
SPLICES = (
    b"\r\n",
    b"\r\n\r\n",
    b"\x00",
    b"\xff\xfe",
    b'"',
    b"(",
    b"<",
    b";",
    b"=?utf-8?b?a?=",
    b"=?utf-16?q?=D8?=",
    b"--b1\r\n",
    b"--b1--\r\n",
    b"\r\nContent-Transfer-Encoding: uuencode\r\n",
    b"\r\nContent-Transfer-Encoding: base64\r\n",
    b"\r\nContent-Type: message/delivery-status\r\n\r\n",
    b"\r\nContent-Type: message/global-delivery-status\r\n\r\n",
    b"\r\nContent-Type: message/rfc822\r\n\r\n",
    b"\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n",
    b"\r\nContent-Type: text/calendar; method*0*=''%FF\r\n\r\n",
    b"\r\nContent-Disposition: attachment; filename*0*=''%FF; filename*2=x; filename*=utf-16''%D8\r\n",
    b"\r\nContent-Type: text/plain; charset=utf-16\r\n",
    b"\r\nContent-Type: text/plain; charset=base64\r\n",
    b"; charset=unicode_escape",
    b"\r\nFrom: MAILER-DAEMON\r\n",
    b"\r\nFinal-Recipient: rfc822; \\x{FFFFFF}@x\r\n",
    b"\r\nX-Failed-Recipients: \xff@x, <\r\n",
)


def changed(chance: random.Random, mail: bytes) -> bytes:
    """The mail with a few changes anywhere."""
    bytes_ = bytearray(mail)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(bytes_) + 1)
        how = chance.randrange(4)
        if how == 0:
            bytes_[at : at + 1] = bytes([chance.randrange(256)])
        elif how == 1:
            bytes_[at:at] = chance.choice(SPLICES)
        elif how == 2:
            del bytes_[at : at + chance.randrange(60)]
        else:
            bytes_[at:at] = bytes_[at : at + chance.randrange(200)] * chance.randrange(3)
    return bytes(bytes_)


def all_found(mail: Message) -> set[str]:
    """What each finder makes of it, by name; whatever that is has to hold together."""
    auto, returned = automatic(mail, SITE), bounce(mail, SITE, (BO, CY))
    meeting, files = invitation(mail), attached(mail)
    assert len(files) <= MOST_NAMED + 1
    assert all(file.name and len(file.text or "") <= MOST_TEXT for file in files)
    for found in (auto, returned, meeting, *files):
        assert found is None or found.model_dump_json()  # Nothing in it that no log can hold.
    named = {"automatic": auto, "bounce": returned, "believed": returned and returned.effect_id, "calendar": meeting}
    return {name for name, found in {**named, "files": files}.items() if found}


def test_whatever_became_of_a_mail_each_finder_answers() -> None:
    chance = random.Random(SEED)
    seen: set[str] = set()
    for _ in range(2500):
        seen |= all_found(message_from_bytes(changed(chance, chance.choice(CORPUS))))
    assert seen == {"automatic", "bounce", "believed", "calendar", "files"}


HEADERS = st.sampled_from(
    (b"Auto-Submitted", b"Precedence", b"Return-Path", b"Subject", b"From", b"Content-Type", b"Content-Disposition",
     b"X-Failed-Recipients", b"Content-Transfer-Encoding", b"X-Auto-Response-Suppress", b"To")
)  # fmt: skip
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(SPLICES),
    st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace")),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(HEADERS, VALUES), max_size=8), st.binary(max_size=200))
def test_whatever_stands_in_the_headers_each_finder_answers(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    assert all_found(message_from_bytes(lines + b"\r\n" + body)) <= {"automatic", "bounce", "calendar", "files"}
