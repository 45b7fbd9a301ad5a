"""The mail sandbox's servers, asked by the standard library's clients: they enforce, and misbehave when told."""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import smtplib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

import pytest

from sandbox.mail import Fault, MailSandbox

ANA, BO = "ana@example.test", "bo@example.test"
T = TypeVar("T")


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


def submit(mail: MailSandbox, to: str = BO, password: str = "sandbox") -> None:
    with smtplib.SMTP(mail.host, mail.smtp_port, timeout=10) as client:
        client.login(mail.bot, password)
        client.sendmail(mail.bot, [to], f"From: {mail.bot}\r\nTo: {to}\r\nMessage-ID: <m1@x>\r\n\r\nHello\r\n")


def without_login(mail: MailSandbox) -> None:
    with smtplib.SMTP(mail.host, mail.smtp_port, timeout=10) as client:
        client.sendmail(mail.bot, [BO], "Subject: x\r\n\r\nHello\r\n")


async def aside(call: Callable[[], T]) -> T:
    """The result of a blocking client, called from a thread of its own."""
    return await asyncio.to_thread(call)


# --- SMTP


async def test_a_mail_is_taken_delivered_and_written_down(mail: MailSandbox) -> None:
    await aside(lambda: submit(mail))
    assert mail.letters(BO)[0].text.strip() == "Hello"
    assert [(t.sender, t.recipients, t.message_id) for t in mail.journal] == [(mail.bot, (BO,), "<m1@x>")]


async def test_nobody_submits_without_the_password(mail: MailSandbox) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError):
        await aside(lambda: submit(mail, password="wrong"))
    with pytest.raises(smtplib.SMTPSenderRefused):
        await aside(lambda: without_login(mail))
    assert mail.journal == ()


async def test_a_recipient_without_a_mailbox_is_refused(mail: MailSandbox) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await aside(lambda: submit(mail, to="nobody@example.test"))
    assert refused.value.recipients["nobody@example.test"][0] == 550


@pytest.mark.parametrize(("kind", "code"), [("temporary", 451), ("permanent", 554)])
async def test_a_refusal_is_one_of_the_data_and_delivers_nothing(mail: MailSandbox, kind: str, code: int) -> None:
    mail.order(Fault("temporary" if kind == "temporary" else "permanent"))
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await aside(lambda: submit(mail))
    assert refused.value.smtp_code == code
    assert mail.journal == ()
    await aside(lambda: submit(mail))
    assert len(mail.journal) == 1


async def test_a_connection_can_break_before_or_behind_the_delivery(mail: MailSandbox) -> None:
    mail.order(Fault("drop_before"))
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        await aside(lambda: submit(mail))
    assert mail.journal == ()
    mail.order(Fault("lost_reply"))
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        await aside(lambda: submit(mail))
    assert len(mail.journal) == len(mail.letters(BO)) == 1


# --- IMAP


@contextlib.contextmanager
def reader(mail: MailSandbox, password: str = "sandbox") -> Iterator[imaplib.IMAP4]:
    """An ordinary client, with the bot's mailbox open."""
    client = imaplib.IMAP4(mail.host, mail.imap_port, timeout=10)
    try:
        client.login(mail.bot, password)
        client.select("INBOX")
        yield client
    finally:
        client.shutdown()


def subjects(mail: MailSandbox, password: str = "sandbox") -> list[bytes]:
    """What an ordinary client reads in the bot's mailbox."""
    with reader(mail, password) as client:
        _, found = client.search(None, "ALL")
        numbers = [number.decode() for number in found[0].split()]
        fetched = [client.fetch(number, "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1] for number in numbers]
    return [one[0][1].strip() for one in fetched if isinstance(one[0], tuple)]


def validity(mail: MailSandbox) -> str:
    with reader(mail) as client:
        return str(client.response("UIDVALIDITY")[1][0])


async def test_an_ordinary_client_reads_what_came(mail: MailSandbox) -> None:
    await mail.send_as(ANA, mail.bot, "one", "Hello")
    await mail.send_as(ANA, mail.bot, "two", "Hello")
    assert await aside(lambda: subjects(mail)) == [b"Subject: one", b"Subject: two"]


async def test_nobody_reads_without_the_password(mail: MailSandbox) -> None:
    with pytest.raises(imaplib.IMAP4.error, match=r"(?i)invalid"):
        await aside(lambda: subjects(mail, password="wrong"))


async def test_a_mailbox_is_numbered_anew_at_each_start(mail: MailSandbox) -> None:
    async with MailSandbox() as other:
        assert await aside(lambda: validity(mail)) != await aside(lambda: validity(other))


async def test_a_drop_breaks_the_open_connections_and_the_next_command(mail: MailSandbox) -> None:
    def broken() -> None:
        with reader(mail) as client:
            asyncio.run_coroutine_threadsafe(_order(mail), loop).result(10)
            client.noop()

    loop = asyncio.get_running_loop()
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        await aside(broken)
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        await aside(lambda: subjects(mail))
    assert await aside(lambda: subjects(mail)) == []


async def _order(mail: MailSandbox) -> None:
    mail.order(Fault("imap_drop"))


async def test_a_silent_server_takes_the_call_and_says_nothing(mail: MailSandbox) -> None:
    mail.order(Fault("imap_silent"))
    with pytest.raises(TimeoutError):
        await aside(lambda: imaplib.IMAP4(mail.host, mail.imap_port, timeout=0.2))
    assert await aside(lambda: subjects(mail)) == []


async def test_a_server_can_say_goodbye_instead_of_idling(mail: MailSandbox) -> None:
    mail.order(Fault("imap_bye_on_idle"))
    reader, writer = await asyncio.open_connection(mail.host, mail.imap_port)
    writer.write(f"a LOGIN {mail.bot} sandbox\r\nb SELECT INBOX\r\n".encode())
    await asyncio.wait_for(reader.readuntil(b"b OK"), 10)
    writer.write(b"c IDLE\r\n")
    said = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    assert said.endswith(b"* BYE going down\r\n")
    assert mail.faults == ()
