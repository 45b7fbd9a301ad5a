"""Automatic: mail that no person wrote is known by what it says of itself, and people's mail is not taken for it.

EM-25, and of EM-30 and EM-31 that what must not be answered is known.
"""

from __future__ import annotations

import pytest

from adapters.email.account import Site
from adapters.email.found import Auto
from adapters.email.robots.automatic import LOOP_HEADER, automatic
from tests.unit.adapters.email.letters import BOT, REPLY_TO, mail
from tests.unit.adapters.email.parts import mail as of_parts, multipart, part

SITE = Site(BOT, ("mx.bot.example.test",), aliases=("ops@example.test",))
PLAIN = part("text/plain", "APPROVE 482913")


def found(*headers: str, sender: str = "Bo <bo@example.test>") -> Auto | None:
    return automatic(mail(f"From: {sender}", f"To: {REPLY_TO}", *headers, body="APPROVE 482913"), SITE)


def kind(*headers: str, sender: str = "Bo <bo@example.test>") -> str:
    """The kind, which must be sure."""
    auto = found(*headers, sender=sender)
    assert auto is None or not auto.weak, auto
    return auto.kind if auto else "a person's"


BY_HEADER = {
    "an answering machine": ("Auto-Submitted: auto-replied", "auto-reply"),
    "with a comment": ("Auto-Submitted: auto-replied (vacation)", "auto-reply"),
    "with a comment before": ("Auto-Submitted: (rfc3834 (yes)) auto-replied", "auto-reply"),
    "a machine's own mail": ("Auto-Submitted: auto-generated", "auto-generated"),
    "a notification with its owner": ("Auto-Submitted: auto-notified; owner-email=x@example.test", "auto-generated"),
    "a parameter without a space": ("Auto-Submitted: auto-generated;x=y", "auto-generated"),
    "in capitals": ("AUTO-SUBMITTED: Auto-Replied", "auto-reply"),
    "in quotes": ('Auto-Submitted: "auto-replied"', "auto-reply"),
    "folded": ("Auto-Submitted:\r\n auto-replied", "auto-reply"),
    "a word nobody knows": ("Auto-Submitted: yes", "auto-generated"),
    "a comment that does not end": ("Auto-Submitted: auto-replied (x", "auto-reply"),
    "Exchange asks for silence": ("X-Auto-Response-Suppress: All", "auto-generated"),
    "in part": ("X-Auto-Response-Suppress: DR, RN", "auto-generated"),
    "an old answering machine": ("X-Autoreply: yes", "auto-reply"),
    "another": ("X-Autorespond: Re: May this run?", "auto-reply"),
    "a list": ("List-Id: <list.example.test>", "list"),
    "a list one can write to": ("List-Post: <mailto:list@example.test>", "list"),
    "a list of old": ("Precedence: List", "list"),
    "bulk mail": ("Precedence: bulk", "bulk"),
    "junk": ("Precedence: junk (sorry)", "bulk"),
    "an answer of old": ("Precedence: auto_reply", "auto-reply"),
    "nobody to answer to": ("Return-Path: <>", "bounce"),
    "nobody, with spaces": ("Return-Path:  < > ", "bounce"),
    "nobody by name": ("Return-Path: <MAILER-DAEMON>", "bounce"),
    "nobody at all": ("Return-Path:", "bounce"),
    "Exim's": ("X-Failed-Recipients: bo@example.test", "bounce"),
    "our loop header": (f"{LOOP_HEADER}: e1", "own"),
}


@pytest.mark.parametrize(("header", "expected"), BY_HEADER.values(), ids=BY_HEADER)
def test_a_header_that_only_programs_write_makes_a_mail_nobodys_word(header: str, expected: str) -> None:
    assert kind(header) == expected


def test_of_a_header_that_is_there_twice_each_counts() -> None:
    assert kind("Auto-Submitted: no", "Auto-Submitted: auto-replied") == "auto-reply"
    assert kind("Precedence: first-class", "Precedence: bulk") == "bulk"
    assert kind("Return-Path: <bo@example.test>", "Return-Path: <>") == "bounce"


PERSONS = [
    "Auto-Submitted: no",
    "Auto-Submitted: No (a person)",
    "Auto-Submitted:",
    "Precedence: first-class",
    "Precedence: normal",
    "X-Auto-Response-Suppress: None",
    "X-Autoreply: no",
    "List-Unsubscribe: <https://crm.example.test/u>",
    "X-Mailer: Bulk Mailer",
    "Return-Path: <bo@example.test>",
    "X-MS-Exchange-Organization-AuthAs: Internal",
    "X-MS-Exchange-CrossTenant-id: 1",
    "X-MS-Exchange-Inbox-Rules-Loop: bo@example.test",
    "X-MS-Has-Attach: yes",
    "Disposition-Notification-To: bo@example.test",
    "Subject: Re: automatic deployment of 1.4.2",
    "Subject: Automatically approved?",
    "Subject: Re: Automatic reply: May this run?",
    "Subject: Officers' list",
    "Content-Type: multipart/mixed; boundary=x",
    "Content-Type: text/plain; report-type=delivery-status",
]


@pytest.mark.parametrize("header", PERSONS)
def test_a_header_that_people_have_too_does_not(header: str) -> None:
    assert found(header) is None


ROBOTS = {
    "MAILER-DAEMON@example.test": "bounce",
    "Mail Delivery System <Mailer-Daemon@mx.example.test>": "bounce",
    "MAILER-DAEMON": "bounce",
    "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.test": "bounce",
    "postmaster@example.test": "auto-generated",
    "no-reply@example.test": "auto-generated",
    "noreply+x@example.test": "auto-generated",
    "no_reply@example.test": "auto-generated",
    "Service <donotreply@example.test>": "auto-generated",
    "do-not-reply@example.test": "auto-generated",
    "bounces+123=bo@lists.example.test": "auto-generated",
    "<noreply@example.test>, <bo@example.test>": "auto-generated",
}


@pytest.mark.parametrize(("sender", "expected"), ROBOTS.items(), ids=ROBOTS)
def test_an_address_that_nobody_reads_is_no_person(sender: str, expected: str) -> None:
    assert kind(sender=sender) == expected


@pytest.mark.parametrize(
    "sender",
    [
        '"no-reply@example.test" <bo@example.test>',
        "No Reply <bo@example.test>",
        "Postmaster General <bo@example.test>",
        "not-a-noreply-fan@example.test",
        "noreplyton@example.test",
        "bo@noreply.example.test",
        "mailerdaemonica@example.test",
        "tamer-of-mailer-daemon@example.test",
    ],
)
def test_a_person_who_is_called_like_a_robot_is_one_still(sender: str) -> None:
    assert found(sender=sender) is None


OWN = {
    "our address": BOT,
    "with a name": f"Holdpoint <{BOT}>",
    "in capitals": f"Holdpoint <{BOT.upper()}>",
    "another of ours": "ops@example.test",
    "an address of ours that takes answers": REPLY_TO,
    "one of two": f"{BOT}, bo@example.test",
}


@pytest.mark.parametrize("sender", OWN.values(), ids=OWN)
def test_we_do_not_talk_to_ourselves(sender: str) -> None:
    assert kind(sender=sender) == "own"


def test_an_address_of_ours_in_a_persons_name_does_not_silence_them() -> None:
    assert found(sender=f'"<{BOT}>" <bo@example.test>') is None


def report(kind: str, second: str = "message/delivery-status") -> Auto | None:
    entity = multipart(f"report; {kind}".rstrip("; "), PLAIN, part(second, "Reporting-MTA: dns; x\r\n\r\n"))
    return automatic(of_parts(entity, "From: bo@example.test"), SITE)


REPORTS = {
    "of delivery": ("report-type=delivery-status", "message/delivery-status", "bounce"),
    "of delivery, in capitals and quotes": ('Report-Type="Delivery-Status"', "message/delivery-status", "bounce"),
    "a receipt": ("report-type=disposition-notification", "message/disposition-notification", "read-receipt"),
    "a receipt that does not say so": ("", "message/disposition-notification", "read-receipt"),
    "of abuse": ("report-type=feedback-report", "message/feedback-report", "auto-generated"),
    "of nothing": ("", "text/plain", "bounce"),
}


@pytest.mark.parametrize(("kind", "second", "expected"), REPORTS.values(), ids=REPORTS)
def test_a_report_is_nobodys_word(kind: str, second: str, expected: str) -> None:  # EM-31
    assert report(kind, second) == Auto(kind=expected, sign="multipart/report")


FIRST = {
    "ours, though it came back from a list": ((f"{LOOP_HEADER}: e1", "List-Id: <x>"), "own"),
    "a bounce, though it calls itself an answer": (
        ("Auto-Submitted: auto-replied", "X-Failed-Recipients: bo@example.test"),
        "bounce",
    ),
    "an answer, though it came like a bounce": (("Auto-Submitted: auto-replied", "Return-Path: <>"), "auto-reply"),
    "a list that is also bulk": (("Precedence: bulk", "List-Id: <x>"), "list"),
    "Exchange's answer, which it calls generated": (
        ("Auto-Submitted: auto-generated", "Subject: Automatic reply: May this run?"),
        "auto-reply",
    ),
    "an answer that nobody may answer": (("Return-Path: <>", "Subject: Out of office"), "auto-reply"),
    "a list's mail about being away": (("List-Id: <x>", "Subject: Out of office"), "list"),
}


@pytest.mark.parametrize(("headers", "expected"), FIRST.values(), ids=FIRST)
def test_of_several_reasons_the_most_exact_is_given(headers: tuple[str, ...], expected: str) -> None:
    assert kind(*headers) == expected


def calendar(method: str, *headers: str, named: str = "") -> Auto | None:
    ics = f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:u1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    entity = multipart("alternative", PLAIN, part(f"text/calendar{named}", ics, *headers))
    return automatic(of_parts(entity, "From: bo@example.test"), SITE)


@pytest.mark.parametrize("method", ["REPLY", "reply", "COUNTER", "DECLINECOUNTER", "REFRESH", "CANCEL"])
def test_what_a_calendar_answers_is_no_word_of_its_owner(method: str) -> None:  # EM-31
    assert calendar(method) == Auto(kind="calendar", sign="the answer to an invitation")


def test_an_invitation_is_a_persons_mail_and_so_is_an_answer_passed_on() -> None:
    attached = "Content-Disposition: attachment; filename=reply.ics"
    assert calendar("REQUEST") is None
    assert calendar("REPLY", attached) is None
    assert calendar("REPLY", attached, named="; method=REPLY") is not None
