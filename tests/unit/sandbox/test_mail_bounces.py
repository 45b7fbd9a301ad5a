"""Bounces of the mail sandbox: reports as RFC 3464 wants them, read by others than us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

import aiosmtplib
import pytest
from flufl.bounce import all_failures

from sandbox.mail import MailSandbox
from sandbox.mail.bounces import Style

BO, NOBODY = "bo@example.test", "nobody@example.test"
PATH = "holdpoint+b.e1.k3@bot.example.test"
OURS = "<ours@bot.example.test>"
LETTER = (
    f"From: holdpoint@bot.example.test\r\nTo: {NOBODY}\r\nMessage-ID: {OURS}\r\nSubject: one\r\n\r\nHello there\r\n"
)
STYLES: list[Style] = ["postfix", "exchange"]


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


async def submit(mail: MailSandbox, to: str = NOBODY, sender: str = PATH) -> None:
    client = aiosmtplib.SMTP(hostname=mail.host, port=mail.smtp_port, start_tls=False, timeout=10)
    async with client:
        await client.login(mail.bot, mail.password)
        await client.sendmail(sender, [to], LETTER)


async def report(mail: MailSandbox) -> Message:
    """The only letter that came back."""
    await mail.settled()
    (letter,) = mail.letters(mail.bot)
    return message_from_bytes(letter.raw, policy=compat32)


def fields(report: Message) -> dict[str, str]:
    """What the machine-readable part says, of the mail and its recipient."""
    (status,) = [part for part in report.walk() if part.get_content_type() == "message/delivery-status"]
    blocks = status.get_payload()
    assert isinstance(blocks, list)
    assert len(blocks) == 2
    return {name.lower(): str(value) for block in blocks if isinstance(block, Message) for name, value in block.items()}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("whole", [True, False])
async def test_a_mail_is_taken_and_comes_back_to_its_return_path(mail: MailSandbox, style: Style, whole: bool) -> None:
    mail.bounce(NOBODY, style=style, whole=whole)
    await submit(mail)
    back = await report(mail)
    assert (back["Return-Path"], back["Delivered-To"]) == ("<>", PATH)
    assert (back.get_content_type(), back.get_param("report-type")) == ("multipart/report", "delivery-status")
    said = fields(back)
    assert said["final-recipient"].replace(" ", "") == f"rfc822;{NOBODY}"
    assert (said["action"], said["status"]) == ("failed", "5.1.1")
    assert said["diagnostic-code"].startswith("smtp;")
    assert not back.defects
    parts = back.get_payload()
    assert isinstance(parts, list)
    last = parts[-1]
    assert isinstance(last, Message)
    assert last.get_content_type() == ("message/rfc822" if whole else "text/rfc822-headers")
    assert OURS in last.as_string()
    assert ("Hello there" in last.as_string()) is whole


@pytest.mark.parametrize("style", STYLES)
async def test_another_program_understands_the_report(mail: MailSandbox, style: Style) -> None:
    mail.bounce(NOBODY, style=style)
    await submit(mail)
    temporary, permanent = all_failures(await report(mail))
    assert (set(temporary), set(permanent)) == (set(), {NOBODY.encode()})


@pytest.mark.parametrize("style", STYLES)
async def test_a_mail_that_is_late_is_told_of_as_late(mail: MailSandbox, style: Style) -> None:
    mail.bounce(NOBODY, "4.4.1", style=style, text="Connection timed out")
    await submit(mail)
    back = await report(mail)
    assert (fields(back)["action"], fields(back)["status"]) == ("delayed", "4.4.1")
    temporary, permanent = all_failures(back)
    assert not permanent
    assert style == "exchange" or temporary == {NOBODY.encode()}


async def test_the_mail_is_not_in_the_mailbox_that_returned_it(mail: MailSandbox) -> None:
    mail.bounce(BO)
    await submit(mail, BO)
    await report(mail)
    assert mail.letters(BO) == ()
    assert [(entry.sender, entry.recipients) for entry in mail.journal] == [(PATH, (BO,)), ("", (PATH,))]
    mail.usual(BO)
    await submit(mail, BO)
    await mail.settled()
    assert (len(mail.letters(BO)), len(mail.letters(mail.bot))) == (1, 1)


async def test_a_bounce_does_not_bounce(mail: MailSandbox) -> None:
    mail.bounce(NOBODY)
    await mail.deliver_raw("", NOBODY, LETTER.encode())
    await mail.settled()
    assert len(mail.journal) == 1


async def test_an_address_nobody_has_is_refused_until_it_bounces(mail: MailSandbox) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await submit(mail)
    mail.bounce(NOBODY)
    await submit(mail)


async def test_a_report_that_takes_its_time_is_not_there_before(mail: MailSandbox) -> None:
    mail.bounce(NOBODY, after=3600)
    mail.bounce(BO)
    await submit(mail)
    await submit(mail, BO)
    async with asyncio.timeout(10):
        while not mail.letters(mail.bot):
            await asyncio.sleep(0)
    assert [fields(message_from_bytes(letter.raw))["final-recipient"] for letter in mail.letters(mail.bot)] == [
        f"rfc822; {BO}"
    ]
