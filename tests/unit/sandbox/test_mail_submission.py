"""The mail sandbox's SMTP server at every stage of a submission: what it enforces, and how it can fail there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email import message_from_bytes

import aiosmtplib
import pytest

from sandbox.mail import Fault, MailSandbox
from sandbox.mail.faults import FaultKind
from sandbox.mail.stamps import Rewrites

ANA, BO, CY = "ana@example.test", "bo@example.test", "cy@example.test"
LETTER = "From: holdpoint@bot.example.test\r\nMessage-ID: <ours@bot.example.test>\r\nSubject: one\r\n\r\nHello\r\n"


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


def client(mail: MailSandbox) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=mail.host,
        port=mail.smtp_port,
        start_tls=False,
        timeout=10,
        username=mail.bot,
        password=mail.password,
    )


# --- stages

STAGES: dict[FaultKind, tuple[str, int]] = {
    "smtp_greeting": ("connect", 421),
    "smtp_auth": ("connect", 454),
    "smtp_mail_later": ("mail", 451),
    "smtp_mail_refused": ("mail", 550),
    "smtp_rcpt_later": ("rcpt", 450),
    "smtp_rcpt_refused": ("rcpt", 550),
    "temporary": ("data", 451),
    "permanent": ("data", 554),
}


async def stage_of_failure(mail: MailSandbox) -> tuple[str, int]:
    """Where a submission fails, and with which code."""
    ready, stage = client(mail), "connect"
    try:
        await ready.connect()
        stage = "mail"
        await ready.mail(mail.bot)
        stage = "rcpt"
        await ready.rcpt(BO)
        stage = "data"
        await ready.data(LETTER)
    except aiosmtplib.SMTPResponseException as error:
        return stage, error.code
    finally:
        ready.close()
    return "", 0


@pytest.mark.parametrize(("fault", "where"), STAGES.items())
async def test_each_stage_can_fail_once_and_nothing_is_delivered(
    mail: MailSandbox, fault: FaultKind, where: tuple[str, int]
) -> None:
    mail.order(Fault(fault))
    assert await stage_of_failure(mail) == where
    assert mail.letters(BO) == ()
    assert await stage_of_failure(mail) == ("", 0)
    assert len(mail.letters(BO)) == 1


async def test_a_fault_can_have_its_own_words(mail: MailSandbox) -> None:
    mail.order(Fault("permanent", reply="550 5.7.30 Basic authentication is not supported"))
    assert await stage_of_failure(mail) == ("data", 550)


async def test_one_recipient_of_several_is_refused(mail: MailSandbox) -> None:
    mail.refuse(CY, "552 5.2.2 mailbox full")
    async with client(mail) as ready:
        refused, _ = await ready.sendmail(mail.bot, [BO, CY, ANA], LETTER)
    assert {address: reply.code for address, reply in refused.items()} == {CY: 552}
    assert mail.journal[0].recipients == (BO, ANA)


async def test_a_fault_waits_for_its_recipient(mail: MailSandbox) -> None:
    mail.order(Fault("smtp_rcpt_later", to=CY))
    async with client(mail) as ready:
        await ready.sendmail(mail.bot, [BO], LETTER)
        assert mail.faults == ("smtp_rcpt_later",)
        refused, _ = await ready.sendmail(mail.bot, [ANA, CY], LETTER)
    assert list(refused) == [CY]
    assert not mail.faults


# --- the envelope


async def test_the_envelope_names_the_return_path(mail: MailSandbox) -> None:
    path = "holdpoint+b.e1.k3@bot.example.test"
    async with client(mail) as ready:
        await ready.sendmail(path, [BO], LETTER)
    assert mail.journal[0].sender == path
    assert mail.letters(BO)[0].headers["Return-Path"] == f"<{path}>"


@pytest.mark.parametrize("sender", [ANA, "other@bot.example.test"])
async def test_nobody_sends_from_an_address_that_is_not_their_own(mail: MailSandbox, sender: str) -> None:
    async with client(mail) as ready:
        with pytest.raises(aiosmtplib.SMTPSenderRefused) as refused:
            await ready.sendmail(sender, [BO], LETTER)
    assert refused.value.code == 553
    assert mail.journal == ()


# --- size


async def test_a_mail_that_is_too_large_is_refused_before_it_goes_over_and_behind() -> None:
    async with MailSandbox(size=2000) as mail, client(mail) as ready:
        await ready.ehlo()
        assert ready.esmtp_extensions["size"] == "2000"
        with pytest.raises(aiosmtplib.SMTPSenderRefused) as refused:
            await ready.sendmail(mail.bot, [BO], LETTER + "x\r\n" * 1000)
        assert refused.value.code == 552
        await ready.mail(mail.bot)  # A client that does not say how large it is.
        await ready.rcpt(BO)
        with pytest.raises(aiosmtplib.SMTPDataError) as late:
            await ready.data(LETTER + "x\r\n" * 1000)
        assert late.value.code == 552
        await ready.sendmail(mail.bot, [BO], LETTER)
        assert len(mail.letters(BO)) == 1


async def test_the_limit_can_change_while_it_runs(mail: MailSandbox) -> None:
    mail.terms.size = 50
    async with client(mail) as ready:
        with pytest.raises(aiosmtplib.SMTPSenderRefused):
            await ready.sendmail(mail.bot, [BO], LETTER)


# --- addresses beyond ASCII

GREEK = "δοκιμή@example.test"


async def test_a_server_without_smtputf8_does_not_know_such_addresses(mail: MailSandbox) -> None:
    async with client(mail) as ready:
        await ready.ehlo()
        assert not ready.supports_extension("smtputf8")
        await ready.mail(mail.bot)
        with pytest.raises(aiosmtplib.SMTPRecipientRefused):
            await ready.rcpt(GREEK, encoding="utf-8")


async def test_a_server_with_smtputf8_takes_them_if_the_mail_says_so() -> None:
    async with MailSandbox(smtputf8=True) as mail, client(mail) as ready:
        mail.bounce(GREEK)
        await ready.ehlo()
        assert ready.supports_extension("smtputf8")
        await ready.mail(mail.bot)
        with pytest.raises(aiosmtplib.SMTPRecipientRefused) as refused:
            await ready.rcpt(GREEK, encoding="utf-8")
        assert (refused.value.code, refused.value.message[:5]) == (553, "5.6.7")
        await ready.rset()
        await ready.sendmail(mail.bot, [GREEK], LETTER, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
        assert mail.journal[0].recipients == (GREEK,)


# --- a provider's own Message-ID

ANSWERS: dict[Rewrites, str] = {"ses": "Ok ", "m365": "2.0.0 OK <"}


@pytest.mark.parametrize(("rewrites", "answer"), ANSWERS.items())
async def test_a_provider_replaces_the_message_id_and_says_so(rewrites: Rewrites, answer: str) -> None:
    async with MailSandbox(rewrites=rewrites) as mail:
        async with client(mail) as ready:
            _, said = await ready.sendmail(mail.bot, [BO], LETTER)
        letter = mail.letters(BO)[0]
        (new_id,) = message_from_bytes(letter.raw).get_all("Message-ID", [])
        assert said.startswith(answer)
        assert said.split()[1 if rewrites == "ses" else 2].strip("<>") in new_id
        assert (new_id, letter.subject, letter.text.strip()) == (mail.journal[0].message_id, "one", "Hello")
        assert b"ours@" not in letter.raw


async def test_a_provider_that_replaces_nothing_leaves_every_byte(mail: MailSandbox) -> None:
    async with client(mail) as ready:
        await ready.sendmail(mail.bot, [BO], LETTER)
    assert mail.letters(BO)[0].raw.endswith(LETTER.encode())
