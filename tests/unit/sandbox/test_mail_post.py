"""The mail sandbox's post office: it stamps as an exchanger does, delivers where it should, and keeps a journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email import message_from_bytes

import pytest

from sandbox.mail import Fault, MailSandbox, Transaction
from sandbox.mail.stamps import Auth, Stamp, stamped

ANA, BO, MALLORY = "ana@example.test", "bo@example.test", "mallory@evil.test"


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


# --- stamps

VERDICTS: dict[Auth, str] = {
    "pass": "mx.bot.example.test; dmarc=pass header.from=example.test; "
    "spf=pass smtp.mailfrom=example.test; dkim=pass header.d=example.test",
    "fail": "mx.bot.example.test; dmarc=fail header.from=example.test; "
    "spf=fail smtp.mailfrom=example.test; dkim=none header.d=example.test",
    "none": "mx.bot.example.test; dmarc=none header.from=example.test; "
    "spf=none smtp.mailfrom=example.test; dkim=none header.d=example.test",
}


@pytest.mark.parametrize(("auth", "verdict"), VERDICTS.items())
async def test_a_mail_carries_the_exchangers_verdict_on_top(mail: MailSandbox, auth: Auth, verdict: str) -> None:
    await mail.send_as(ANA, mail.bot, "Hello", "Hello", auth=auth)
    letter = mail.letters(mail.bot)[-1]
    assert letter.headers["Authentication-Results"] == verdict
    assert list(letter.headers)[:4] == ["Return-Path", "Delivered-To", "Authentication-Results", "Received"]
    assert (letter.headers["Return-Path"], letter.headers["Delivered-To"]) == (f"<{ANA}>", mail.bot)


async def test_a_mail_can_come_without_a_verdict(mail: MailSandbox) -> None:
    await mail.send_as(ANA, mail.bot, "Hello", "Hello", auth="unstamped")
    assert list(mail.letters(mail.bot)[-1].headers)[:3] == ["Return-Path", "Delivered-To", "Received"]


PRETENDING = [
    b"Authentication-Results: mx.bot.example.test; dmarc=pass header.from=example.test\r\n",
    b"authentication-results:   MX.BOT.example.test;\r\n\tdmarc=pass\r\n",
    b"Authentication-Results:\r\n mx.bot.example.test; dmarc=pass\r\n",
]


@pytest.mark.parametrize("header", PRETENDING)
def test_a_header_that_pretends_to_be_the_exchangers_is_removed_and_nothing_else(header: bytes) -> None:
    others = b"Authentication-Results: mx.evil.test; dmarc=pass\r\nSubject: x\r\n"
    body = b"\r\nAuthentication-Results: mx.bot.example.test; in the words\r\n"
    raw = stamped(b"From: a@b.test\r\n" + header + others + body, ANA, BO, Stamp("fail"))
    assert raw.endswith(b"From: a@b.test\r\n" + others + body)
    assert message_from_bytes(raw).get_all("Authentication-Results", [])[1:] == ["mx.evil.test; dmarc=pass"]


# --- delivery


async def test_the_bot_has_plus_addresses_and_people_have_none(mail: MailSandbox) -> None:
    await mail.send_as(ANA, "holdpoint+k3@bot.example.test", "Hello", "Hello")
    await mail.send_as(ANA, "bo+x@example.test", "Hello", "Hello")
    assert [letter.to for letter in mail.letters(mail.bot)] == ["holdpoint+k3@bot.example.test"]
    assert mail.letters(BO) == ()


async def test_letters_are_numbered_in_the_order_they_came(mail: MailSandbox) -> None:
    for text in ("one", "two", "three"):
        await mail.send_as(ANA, BO, "Hello", text)
    letters = mail.letters("BO@example.test")
    assert [letter.text.strip() for letter in letters] == ["one", "two", "three"]
    assert [letter.uid for letter in letters] == sorted({letter.uid for letter in letters})


async def test_everything_that_was_taken_is_in_the_journal_delivered_or_not(mail: MailSandbox) -> None:
    one = await mail.send_as(ANA, BO, "Hello", "one")
    other = await mail.send_as(MALLORY, "nobody@elsewhere.test", "Hello", "two")
    assert mail.journal == (Transaction(ANA, (BO,), one), Transaction(MALLORY, ("nobody@elsewhere.test",), other))


async def test_bytes_of_any_kind_are_delivered(mail: MailSandbox) -> None:
    await mail.deliver_raw(MALLORY, mail.bot, b"\xff\x00 no mail at all")
    (letter,) = mail.letters(mail.bot)
    assert letter.raw.endswith(b"\xff\x00 no mail at all")
    assert (letter.sender, letter.message_id) == ("", "")


# --- people


async def test_a_person_writes_what_a_mail_program_writes(mail: MailSandbox) -> None:
    given = [("Auto-Submitted", "auto-replied")]
    sent = await mail.send_as(ANA, BO, "Grüße", "Größe 5", html="<p>Größe 5</p>", headers=given)
    (letter,) = mail.letters(BO)
    assert (letter.sender, letter.to, letter.subject, letter.message_id) == (ANA, BO, "Grüße", sent)
    assert (letter.text.strip(), letter.html.strip()) == ("Größe 5", "<p>Größe 5</p>")
    assert (letter.in_reply_to, letter.references) == ("", ())
    assert letter.headers["Auto-Submitted"] == "auto-replied"
    assert sent.endswith("@example.test>")


async def test_an_answer_goes_to_the_reply_address_in_the_thread_with_the_original_quoted(mail: MailSandbox) -> None:
    reply_to = [("Reply-To", "Holdpoint <holdpoint+k3@bot.example.test>")]
    first = await mail.send_as(mail.bot, BO, "Approval", "May this run?\nAPPROVE 1", headers=reply_to)
    card = mail.letters(BO)[-1]
    answer_id = await mail.reply_as(BO, card, "Yes.")
    (answer,) = mail.letters(mail.bot)
    assert (answer.sender, answer.to, answer.subject) == (BO, "holdpoint+k3@bot.example.test", "Re: Approval")
    assert (answer.in_reply_to, answer.references, answer.message_id) == (first, (first,), answer_id)
    lines = answer.text.splitlines()
    assert (lines[0], lines[-2:]) == ("Yes.", ["> May this run?", "> APPROVE 1"])
    assert lines[2].endswith(f"{mail.bot} wrote:")


async def test_an_answer_to_an_answer_grows_the_thread_and_not_the_subject(mail: MailSandbox) -> None:
    first = await mail.send_as(ANA, BO, "Hello", "one")
    second = await mail.reply_as(BO, mail.letters(BO)[-1], "two", quote=False, auth="none")
    await mail.reply_as(ANA, mail.letters(ANA)[-1], "three", quote=False)
    last = mail.letters(BO)[-1]
    assert (last.subject, last.references, last.text.strip()) == ("Re: Hello", (first, second), "three")
    assert "dmarc=none" in mail.letters(ANA)[-1].headers["Authentication-Results"]


# --- faults


async def test_faults_are_ordered_used_up_and_lifted(mail: MailSandbox) -> None:
    mail.order(Fault("temporary", 2))
    mail.order(Fault("imap_silent"))
    assert list(mail.faults) == ["temporary", "temporary", "imap_silent"]
    mail.lift()
    assert not mail.faults
