"""Bounce, believed or not: only of a mail that we sent to that recipient, whatever anybody makes up. EM-29"""

from __future__ import annotations

from dataclasses import replace
from email.message import Message

import pytest

from adapters.email.robots.bounce import bounce
from tests.unit.adapters.email.letters import BOT, SITE
from tests.unit.adapters.email.parts import part
from tests.unit.adapters.email.reported import BO, CY, back, block, bounced, dsn, plain, sent

FORGED_ID = part("message/rfc822", "Message-ID: <hp.guessed.k3v9.abc1@bot.example.test>\r\n\r\nx")
NOTHING = part("text/plain", "nothing came back")

FORGED: dict[str, Message] = {
    "names nothing": dsn(block(), to=None, original=NOTHING),
    "an id that is not ours": dsn(block(), to=None, original=FORGED_ID),
    "an id of ours cut short": dsn(
        block(), to=None, original=part("message/rfc822", f"Message-ID: {BO.message_id[:-9]}>\r\n\r\n")
    ),
    "our return path, another recipient": dsn(block("cy@example.test"), original=NOTHING),
    "our id, another recipient": dsn(block("cy@example.test"), to=None, original=back(BO)),
    "our id, a recipient we never wrote to": dsn(block("dora@example.test"), to=None, original=back(BO)),
    "a recipient who only looks the same": dsn(block("xbo@example.test"), original=back(BO)),
    "our return path, the id of another mail of ours": dsn(block(), to=BO, original=back(CY)),
    "a return path with more in it": dsn(block(), to=None, original=NOTHING, headers=(f"To: x{BO.return_path}",)),
    "in words, another recipient": plain("Hi. This is the qmail-send program.\n\n<cy@example.test>:\n550 5.1.1 no\n"),
    "in words, our id, another recipient": plain(
        f"Hi. This is the qmail-send program.\n\n<cy@example.test>:\nno\n\nMessage-ID: {BO.message_id}\n", to=None
    ),
}


@pytest.mark.parametrize("mail", FORGED.values(), ids=FORGED)
def test_a_forged_bounce_is_seen_and_not_believed(mail: Message) -> None:
    assert bounced(mail).effect_id == ""


def test_of_what_we_do_not_remember_nothing_is_believed() -> None:
    found = bounce(dsn(block()), SITE, ())
    assert found is not None
    assert (found.effect_id, found.recipient, found.message_id) == ("", "bo@example.test", BO.message_id)


TRUE = {
    "both": dsn(block()),
    "by the return path alone": dsn(block(), original=NOTHING),
    "by the id alone": dsn(block(), to=None, original=back(BO)),
    "by the return path, the id rewritten on its way": dsn(block(), original=back(None)),
    "by the return path in capitals": dsn(
        block(), to=None, original=NOTHING, headers=(f"Delivered-To: {BO.return_path.upper()}",)
    ),
    "by the return path in another header": dsn(
        block(), to=None, original=NOTHING, headers=(f"X-Original-To: <{BO.return_path}>",)
    ),
    "the recipient in capitals": dsn(block("BO@Example.Test")),
    "the recipient as we named them, who passes mail on": dsn(
        f"Original-Recipient: rfc822; bo@example.test\r\n{block('bo@elsewhere.example')}"
    ),
    "no recipient": dsn("Action: failed\r\nStatus: 5.1.1"),
}


@pytest.mark.parametrize("mail", TRUE.values(), ids=TRUE)
def test_a_bounce_that_names_our_mail_and_its_recipient_is_believed(mail: Message) -> None:
    found = bounced(mail)
    assert (found.effect_id, found.recipient) == (BO.effect_id, "bo@example.test")


def test_an_address_that_everybody_knows_proves_nothing() -> None:
    """Where a return path would have become too long it is our plain address: then only the id counts."""
    known = BO.model_copy(update={"return_path": BOT})
    assert bounced(dsn(block(), to=None, original=NOTHING), known).effect_id == ""
    assert bounced(dsn(block(), to=None, original=back(BO)), known).effect_id == BO.effect_id


def test_an_alias_of_ours_proves_nothing_either() -> None:
    known = BO.model_copy(update={"return_path": "ops@example.test"})
    mail = dsn(block(), to=known, original=NOTHING)
    assert bounced(mail, known).effect_id == BO.effect_id
    found = bounce(mail, replace(SITE, aliases=("ops@example.test",)), [known])
    assert found is not None
    assert found.effect_id == ""


def test_a_mail_remembered_without_an_id_or_an_effect_is_named_by_nothing() -> None:
    nameless = sent("3", "bo@example.test").model_copy(update={"message_id": "", "return_path": ""})
    assert bounced(dsn(block(), to=None, original=NOTHING), nameless).effect_id == ""
    assert bounced(dsn(block()), BO.model_copy(update={"effect_id": ""}), BO).effect_id == BO.effect_id


def test_a_report_that_a_person_passes_on_is_no_bounce() -> None:
    mail = dsn(block())
    mail.replace_header("From", "bo@example.test")
    mail.replace_header("Return-Path", "<bo@example.test>")
    mail.set_type("multipart/mixed")
    assert bounce(mail, SITE, [BO]) is None


def test_a_vacation_notice_to_the_return_path_is_no_bounce() -> None:
    """RFC 3834 sends such notices there: they name our mail as surely as a bounce does."""
    mail = plain(
        "I am away. Write to my other address, bo@example.test, or wait.",
        "Subject: Out of office",
        sender="bo@example.test",
    )
    assert bounce(mail, SITE, [BO]) is None


@pytest.mark.parametrize("subject", ["Undeliverable parcels", "Re: failure notice", "Delayed"])
def test_a_person_who_writes_of_bounces_sends_none(subject: str) -> None:
    mail = plain("<bo@example.test>: gone, 550 5.1.1", f"Subject: {subject}", sender="cy@example.test")
    mail.replace_header("Return-Path", "<cy@example.test>")
    assert bounce(mail, SITE, [BO]) is None
