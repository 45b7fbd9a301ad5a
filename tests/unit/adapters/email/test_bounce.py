"""Bounce: what a report says became of a mail, of whom, for how long and why. EM-28"""

from __future__ import annotations

from base64 import encodebytes
from email import message_from_bytes

import pytest

from adapters.email.found import Bounce
from adapters.email.robots.reports import status_in
from tests.unit.adapters.email.parts import multipart, part
from tests.unit.adapters.email.reported import BO, CY, TEXT, UNKNOWN, back, block, bounced, dsn, read

WHY = "no such mailbox: 550 5.1.1 User unknown"


def test_a_report_of_a_mail_of_ours() -> None:
    assert bounced(dsn(block())) == Bounce(
        action="failed",
        permanent=True,
        status="5.1.1",
        recipient="bo@example.test",
        why=WHY,
        message_id=BO.message_id,
        effect_id=BO.effect_id,
    )


ACTIONS = {
    "failed": ("failed", "5.1.1", "failed", True),
    "failed, in capitals": ("FAILED", "5.1.1", "failed", True),
    "failed, with a comment": ("failed (gave up)", "5.1.1", "failed", True),
    "failed, in other words": ("error", "5.1.1", "failed", True),
    "failed after five days": ("failed", "4.4.7", "failed", False),
    "failed, nobody says how": ("failed", "", "failed", True),
    "delayed": ("delayed", "4.4.1", "delayed", False),
    "delayed, whatever the status": ("delayed", "5.1.1", "delayed", False),
    "delivered": ("delivered", "2.0.0", "delivered", False),
    "relayed": ("relayed", "2.0.0", "delivered", False),
    "expanded": ("expanded (to list)", "2.0.0", "delivered", False),
    "no action, but a status": ("", "5.1.1", "failed", True),
    "no action, and a passing status": ("", "4.2.0", "delayed", False),
    "an action nobody knows": ("eaten", "5.2.0", "failed", True),
}


@pytest.mark.parametrize(("action", "status", "expected", "permanent"), ACTIONS.values(), ids=ACTIONS)
def test_failed_delayed_and_delivered_are_told_apart(action: str, status: str, expected: str, permanent: bool) -> None:
    found = bounced(dsn(block("bo@example.test", f"Action: {action}", f"Status: {status}")))
    assert (found.action, found.permanent, found.status) == (expected, permanent, status)
    assert found.effect_id == BO.effect_id


STATUSES = {
    "exact": ("5.2.2", "smtp; 550 5.1.1 no", "5.2.2"),
    "exact, with words": ("5.2.2 (mailbox full)", "", "5.2.2"),
    "general, exact in the answer": ("5.0.0", "smtp; 550 5.7.1 no", "5.7.1"),
    "general, passing in the answer": ("5.0.0", "smtp; 452 4.2.2 full", "4.2.2"),
    "general, only a code": ("5.0.0", "smtp; 450 try later", "4.0.0"),
    "general, the same code": ("5.0.0", "smtp; 550 no", "5.0.0"),
    "missing, exact in the answer": ("", "smtp; 550-5.1.1 The account", "5.1.1"),
    "missing, only a code": ("", "smtp; 550 no such user", "5.0.0"),
    "missing, no type": ("", "452 4.3.1 disk full", "4.3.1"),
    "missing, an address of a host": ("", "smtp; from 5.1.1.9 and 10.4.2.2: 421 busy", "4.0.0"),
    "three digits": ("5.7.133", "", "5.7.133"),
    "nonsense": ("9.9.9", "", ""),
}


@pytest.mark.parametrize(("status", "said", "expected"), STATUSES.values(), ids=STATUSES)
def test_the_more_exact_status_counts(status: str, said: str, expected: str) -> None:
    found = bounced(dsn(block("bo@example.test", "Action: failed", f"Status: {status}", f"Diagnostic-Code: {said}")))
    assert (found.status, found.permanent) == (expected, not expected.startswith("4"))


def test_a_number_that_is_no_answer_is_no_status() -> None:
    assert status_in("message 550123 of size 4521 took 4.4.2.1 seconds, ticket #550 x") == ""


REASONS = {
    "full": ("5.2.2", "552 5.2.2 over quota", "the mailbox is full: 552 5.2.2 over quota"),
    "full for now": ("4.2.2", "452 4.2.2 over quota", "the mailbox is full: 452 4.2.2 over quota"),
    "policy": ("5.7.1", "554 5.7.1 blocked", "refused by policy: 554 5.7.1 blocked"),
    "policy, exactly": ("5.7.133", "550 5.7.133 group", "refused by policy: 550 5.7.133 group"),
    "gone": ("5.1.1", "550 5.1.1 x", "no such mailbox: 550 5.1.1 x"),
    "silent": ("4.4.1", "timed out", "the host does not answer: timed out"),
    "something else": ("5.6.0", "550 5.6.0 x", "550 5.6.0 x"),
    "signs that do harm": ("5.6.0", "550 \x1b[31m\u202ex", "550 [31m x"),
}


@pytest.mark.parametrize(("status", "said", "why"), REASONS.values(), ids=REASONS)
def test_why_is_said_in_words(status: str, said: str, why: str) -> None:
    fields = ("Action: failed", f"Status: {status}", f"Diagnostic-Code: smtp; {said}")
    assert bounced(dsn(block("bo@example.test", *fields))).why == why


def test_a_long_reason_is_cut() -> None:
    assert len(bounced(dsn(block("bo@example.test", *UNKNOWN[:2], f"Diagnostic-Code: smtp; {'x' * 9000}"))).why) == 200


RECIPIENTS = {
    "rfc822": "rfc822; bo@example.test",
    "in capitals": "RFC822;BO@EXAMPLE.TEST",
    "in brackets": "rfc822; <bo@example.test>",
    "without a type": "bo@example.test",
    "without a type, in brackets": "<bo@example.test>",
    "with a comment": "rfc822; bo@example.test (expanded)",
    "utf-8": "utf-8; bo@example.test",
    "utf-8, escaped": r"utf-8; \x{62}o@example.test",
}


@pytest.mark.parametrize("recipient", RECIPIENTS.values(), ids=RECIPIENTS)
def test_the_recipient_is_read_in_all_its_forms(recipient: str) -> None:
    found = bounced(dsn("\r\n".join((f"Final-Recipient: {recipient}", *UNKNOWN))))
    assert (found.recipient, found.effect_id) == ("bo@example.test", BO.effect_id)


def test_of_several_recipients_the_one_of_our_mail_counts_and_the_worst_of_what_is_said() -> None:
    failed, passed = block("cy@example.test"), block("bo@example.test", "Action: delivered", "Status: 2.0.0")
    assert bounced(dsn(failed, passed)).action == "delivered"
    assert bounced(dsn(failed, passed, to=CY)).action == "failed"
    assert bounced(dsn(block("bo@example.test", "Action: delayed", "Status: 4.0.0"), block())).action == "failed"


ORIGINALS = {
    "the mail": back(),
    "its headers": part("text/rfc822-headers", f"Subject: x\r\nMessage-ID: {BO.message_id}\r\n"),
    "its headers, encoded": part(
        "text/rfc822-headers",
        encodebytes(f"Message-ID: {BO.message_id}\r\n".encode()),
        "Content-Transfer-Encoding: base64",
    ),
    "its headers in full Unicode": part("message/global-headers", f"Message-ID: {BO.message_id}\r\n\r\n"),
    "the mail in full Unicode": part("message/global", f"Message-ID: {BO.message_id}\r\n\r\nGrüße"),
    "the mail with a folded id": part("message/rfc822", f"Message-ID:\r\n {BO.message_id}\r\n\r\nx"),
    "as text": part("text/plain", f"Your message was:\r\n\r\n> Message-Id: {BO.message_id}\r\n> x"),
}


@pytest.mark.parametrize("original", ORIGINALS.values(), ids=ORIGINALS)
def test_the_id_of_the_mail_is_found_in_what_came_back(original: bytes) -> None:
    found = bounced(dsn(block(), to=None, original=original))
    assert (found.message_id, found.effect_id) == (BO.message_id, BO.effect_id)


def test_the_id_is_found_in_what_the_report_answers_when_nothing_came_back() -> None:
    mail = dsn(block(), to=None, original=b"", headers=(f"In-Reply-To: {BO.message_id}",))
    assert bounced(mail).effect_id == BO.effect_id


REPORT = f"Reporting-MTA: dns; mx.example.test\r\n\r\n{block()}\r\n"
ODD = {
    "a report in full Unicode": part("message/global-delivery-status", REPORT),
    "a report in base64": part(
        "message/delivery-status", encodebytes(REPORT.encode()), "Content-Transfer-Encoding: base64"
    ),
    "a report in base64 and Unicode": part(
        "message/global-delivery-status", encodebytes(REPORT.encode()), "Content-Transfer-Encoding: base64"
    ),
    "all in one block": part("message/delivery-status", f"Reporting-MTA: dns; x\r\n{block()}\r\n"),
    "only the recipient's block": part("message/delivery-status", f"{block()}\r\n"),
    "empty blocks between": part("message/delivery-status", f"Reporting-MTA: dns; x\r\n\r\n\r\n\r\n{block()}\r\n"),
    "a block without a name": part("message/delivery-status", f"X: y\r\n\r\nnonsense\r\n\r\n{block()}\r\n"),
    "fields in capitals": part("message/delivery-status", f"X: y\r\n\r\n{block().upper()}\r\n"),
    "bare line feeds": part("message/delivery-status", REPORT.replace("\r\n", "\n")),
}


@pytest.mark.parametrize("report", ODD.values(), ids=ODD)
def test_a_report_is_read_though_it_is_oddly_made(report: bytes) -> None:
    entity = multipart("report; report-type=delivery-status", TEXT, report, back())
    found = bounced(message_from_bytes(b"From: x@example.test\r\n" + entity))
    assert (found.action, found.status, found.effect_id) == ("failed", "5.1.1", BO.effect_id)


def test_a_receipt_is_no_bounce() -> None:
    entity = multipart(
        "report; report-type=disposition-notification", TEXT, part("message/disposition-notification", "X: y")
    )
    assert read(message_from_bytes(b"From: bo@example.test\r\n" + entity)) is None
