"""Automatic mail: what no person wrote is nobody's word, is never answered, and says so of itself when it is ours."""

from __future__ import annotations

import pytest

from adapters.base import Parcel
from adapters.email.parse import LOOP_HEADER
from adapters.email.render import render
from adapters.email.where import Where
from adapters.heard import Ignored, Received
from tests.unit.adapters.cards import CARD, TICKET
from tests.unit.adapters.email.letters import BOT, PASSED, RECEIVED, REPLY_TO, SITE, raw, read

APPROVE = "APPROVE 482913"


def automatic(*headers: str, sender: str = "bo@example.test", stamps: tuple[str, ...] = (PASSED, RECEIVED)) -> Ignored:
    result = read(raw(*headers, sender=sender, to=REPLY_TO, stamps=stamps, body=APPROVE))
    assert isinstance(result, Ignored), result
    return result


BY_HEADER = {
    "an answering machine": ("Auto-Submitted: auto-replied", "Auto-Submitted"),
    "a machine's own mail": ("Auto-Submitted: auto-generated", "Auto-Submitted"),
    "a notification": ("Auto-Submitted: auto-notified; owner-email=x", "Auto-Submitted"),
    "capitals": ("AUTO-SUBMITTED: Auto-Replied", "Auto-Submitted"),
    "Exchange's out of office": ("X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress"),
    "an old out of office": ("X-Autoreply: yes", "X-Autoreply"),
    "another old one": ("X-Autorespond: yes", "X-Autorespond"),
    "a mailing list": ("List-Id: <list.example.test>", "List-Id"),
    "a list one can write to": ("List-Post: <mailto:list@example.test>", "List-Post"),
    "bulk mail": ("Precedence: bulk", "Precedence"),
    "a list of old": ("Precedence: List", "Precedence"),
    "junk": ("Precedence: junk", "Precedence"),
    "an answer of old": ("Precedence: auto_reply", "Precedence"),
}


@pytest.mark.parametrize(("header", "detail"), BY_HEADER.values(), ids=BY_HEADER)
def test_a_header_that_only_machines_write_makes_a_mail_nobodys_word(header: str, detail: str) -> None:
    assert automatic(header) == Ignored(kind="automatic", detail=detail)


PERSONS = [
    "Auto-Submitted: no",
    "Auto-Submitted: No",
    "Precedence: first-class",
    "List-Unsubscribe: <https://crm.example.test/u>",
    "X-Mailer: Bulk Mailer",
    "Return-Path: <bo@example.test>",
    "Content-Type: multipart/mixed; boundary=x",
]


@pytest.mark.parametrize("header", PERSONS)
def test_a_header_that_people_have_too_does_not(header: str) -> None:
    assert isinstance(read(raw(header, to=REPLY_TO, sender="bo@example.test", body=APPROVE)), Received)


BOUNCES = {
    "the empty return path": ("Return-Path: <>",),
    "a report of delivery": ("Content-Type: multipart/report; report-type=delivery-status; boundary=b",),
    "a receipt": ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b",),
}


@pytest.mark.parametrize("headers", BOUNCES.values(), ids=BOUNCES)
def test_a_bounce_is_nobodys_word_and_says_of_what(headers: tuple[str, ...]) -> None:
    assert automatic("Subject: Undelivered Mail", *headers) == Ignored(kind="bounce", detail="Undelivered Mail")


ROBOTS = [
    "MAILER-DAEMON@example.test",
    "Mail Delivery System <Mailer-Daemon@mx.example.test>",
    "postmaster@example.test",
    "no-reply@example.test",
    "noreply+x@example.test",
    "Service <donotreply@example.test>",
    "do-not-reply@example.test",
    "bounces+123=bo@lists.example.test",
]


@pytest.mark.parametrize("sender", ROBOTS)
def test_an_address_that_nobody_reads_is_not_a_person(sender: str) -> None:
    assert automatic(sender=sender) == Ignored(kind="automatic", detail="a robot's address")


OWN = {
    "our address": BOT,
    "our address with a name": f"Holdpoint <{BOT}>",
    "our address in capitals": f"Holdpoint <{BOT.upper()}>",
    "an address of ours that takes answers": REPLY_TO,
}


@pytest.mark.parametrize("sender", OWN.values(), ids=OWN)
def test_we_do_not_talk_to_ourselves(sender: str) -> None:
    assert automatic(sender=sender) == Ignored(kind="own", detail="from our own address")


def test_an_address_of_ours_in_a_persons_name_does_not_silence_them() -> None:
    assert isinstance(read(raw(sender=f'"<{BOT}>" <bo@example.test>')), Received)


def test_whatever_we_send_is_known_as_ours_when_it_comes_back() -> None:
    parcel = Parcel(
        effect_id="e1",
        thread_id="t1",
        reply_token="k3",
        identity="email:bo@example.test",
        address=Where(to="bo@example.test").address(),
        event=CARD,
        role="decide",
        ticket=TICKET,
    )
    mail = render(parcel, SITE)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail[LOOP_HEADER] == "e1"
    assert read(mail.as_bytes()) == Ignored(kind="own", detail="our own mail came back")
    for header in (LOOP_HEADER, "Auto-Submitted", "X-Auto-Response-Suppress"):
        del mail[header]
        assert isinstance(read(mail.as_bytes()), Ignored)
