"""Large mail and much mail in the mail sandbox: it is delivered, and fetched by an ordinary client byte by byte."""

from __future__ import annotations

import asyncio
import imaplib

from sandbox.mail import MailSandbox

ANA = "ana@example.test"
LARGE = 20 * 2**20
HEAD = f"From: {ANA}\r\nSubject: large\r\nContent-Type: text/plain\r\n\r\n".encode()


def fetched(mail: MailSandbox, what: str) -> list[bytes]:
    """What an ordinary client gets of every mail in the bot's mailbox."""
    client = imaplib.IMAP4(mail.host, mail.imap_port, timeout=60)
    try:
        client.login(mail.bot, mail.password)
        client.select("INBOX")
        return [one[1] for one in client.fetch("1:*", what)[1] if isinstance(one, tuple)]
    finally:
        client.shutdown()


async def test_a_large_mail_arrives_whole() -> None:
    body = (b"QUJD" * 19 + b"\r\n") * (LARGE // 78)
    async with MailSandbox() as mail:
        await mail.deliver_raw(ANA, mail.bot, HEAD + body)
        (raw,) = await asyncio.to_thread(fetched, mail, "(BODY.PEEK[])")
        assert raw.endswith(HEAD + body)
        (start,) = await asyncio.to_thread(fetched, mail, "(BODY.PEEK[]<0.1048576>)")
        assert start == raw[: 2**20]


async def test_a_thousand_mails_arrive_each_once() -> None:
    async with MailSandbox() as mail:
        for number in range(1000):
            await mail.deliver_raw(ANA, mail.bot, f"Subject: {number}\r\n\r\nHello\r\n".encode())
        found = await asyncio.to_thread(fetched, mail, "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        assert [line.strip() for line in found] == [f"Subject: {number}".encode() for number in range(1000)]
