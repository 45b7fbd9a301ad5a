"""The mail sandbox with TLS: a certificate that is checked, and no password said in the clear."""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import smtplib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiosmtplib
import pytest
from aioimaplib import IMAP4_SSL

from sandbox.mail import Fault, MailSandbox

BO = "bo@example.test"
LETTER = "Subject: one\r\n\r\nHello\r\n"


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox(tls=True) as running:
        yield running


def trusting(mail: MailSandbox) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=mail.trust)


# --- SMTP


def by_starttls(mail: MailSandbox) -> None:
    with smtplib.SMTP(mail.host, mail.smtp_port, timeout=10) as client:
        client.starttls(context=trusting(mail))
        client.login(mail.bot, mail.password)
        client.sendmail(mail.bot, [BO], LETTER)


def within_tls(mail: MailSandbox) -> None:
    with smtplib.SMTP_SSL(mail.host, mail.smtps_port, timeout=10, context=trusting(mail)) as client:
        client.login(mail.bot, mail.password)
        client.sendmail(mail.bot, [BO], LETTER)


@pytest.mark.parametrize("way", [by_starttls, within_tls])
async def test_a_mail_goes_over_within_tls(mail: MailSandbox, way: Callable[[MailSandbox], None]) -> None:
    await asyncio.to_thread(way, mail)
    assert [letter.subject for letter in mail.letters(BO)] == ["one"]


@pytest.mark.parametrize("implicit", [True, False])
async def test_an_asyncio_client_does_the_same_by_name(mail: MailSandbox, implicit: bool) -> None:
    port = mail.smtps_port if implicit else mail.smtp_port
    client = aiosmtplib.SMTP(
        hostname="localhost",
        port=port,
        use_tls=implicit,
        start_tls=not implicit,
        tls_context=trusting(mail),
        username=mail.bot,
        password=mail.password,
    )
    async with client:
        await client.sendmail(mail.bot, [BO], LETTER)
    assert len(mail.letters(BO)) == 1


async def test_nothing_is_said_before_tls(mail: MailSandbox) -> None:
    def in_the_clear() -> list[tuple[int, bytes]]:
        with smtplib.SMTP(mail.host, mail.smtp_port, timeout=10) as client:
            client.ehlo()
            assert not client.has_extn("AUTH")
            return [client.docmd("AUTH PLAIN"), client.docmd(f"MAIL FROM:<{mail.bot}>")]

    assert [code for code, _ in await asyncio.to_thread(in_the_clear)] == [530, 530]
    assert mail.journal == ()


@pytest.mark.parametrize("way", ["smtp", "smtps", "imap"])
async def test_a_stranger_does_not_trust_the_certificate(mail: MailSandbox, way: str) -> None:
    def connect() -> None:
        strange = ssl.create_default_context()
        if way == "imap":
            imaplib.IMAP4_SSL(mail.host, mail.imap_port, timeout=10, ssl_context=strange)
        elif way == "smtps":
            smtplib.SMTP_SSL(mail.host, mail.smtps_port, timeout=10, context=strange)
        else:
            with smtplib.SMTP(mail.host, mail.smtp_port, timeout=10) as client:
                client.starttls(context=strange)

    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(connect)


# --- IMAP


async def test_a_mailbox_is_read_within_tls(mail: MailSandbox) -> None:
    await mail.send_as(BO, mail.bot, "one", "Hello")
    client = IMAP4_SSL(mail.host, mail.imap_port, timeout=10, ssl_context=trusting(mail))
    await client.wait_hello_from_server()
    assert (await client.login(mail.bot, mail.password)).result == "OK"
    await client.select("INBOX")
    fetched = await client.fetch("1", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    await client.logout()
    assert any(b"Subject: one" in bytes(line) for line in fetched.lines)


async def test_a_drop_breaks_tls_too(mail: MailSandbox) -> None:
    reader, writer = await asyncio.open_connection(mail.host, mail.imap_port, ssl=trusting(mail))
    await reader.readline()
    mail.order(Fault("imap_drop"))
    said = b""
    with contextlib.suppress(ConnectionError):
        said = await asyncio.wait_for(reader.read(), 10)
    assert (said, writer.transport.is_closing()) == (b"", True)
    writer.transport.abort()


async def test_what_is_to_be_trusted_is_gone_with_the_server() -> None:
    async with MailSandbox(tls=True) as mail:
        trust = Path(mail.trust)
        assert trust.read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")
    assert not trust.exists()


async def test_without_tls_there_is_nothing_to_trust() -> None:
    async with MailSandbox() as mail:
        assert (mail.trust, mail.smtps_port) == ("", 0)
