"""The mail sandbox's IMAP server, which idles as it should, and in every way in which servers fail to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import pytest
from aioimaplib import IMAP4

from sandbox.mail import Fault, MailSandbox
from sandbox.mail.faults import FaultKind

ANA = "ana@example.test"
PATIENCE = 10.0


class Talk:
    """A connection to the server, line by line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.heard: list[bytes] = []

    async def say(self, line: str) -> None:
        self._writer.write(f"{line}\r\n".encode())
        await self._writer.drain()

    async def hear(self, start: bytes) -> bytes:
        """The next line that starts so; b"" when the connection ends before."""
        while line := await asyncio.wait_for(self._reader.readline(), PATIENCE):
            self.heard.append(line)
            if line.startswith(start):
                return line
        return b""

    async def logged_in(self, mail: MailSandbox) -> Self:
        await self.say(f"a LOGIN {mail.bot} {mail.password}")
        await self.hear(b"a OK")
        await self.say("b SELECT INBOX")
        await self.hear(b"b OK")
        return self


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


@asynccontextmanager
async def talking(mail: MailSandbox) -> AsyncIterator[Talk]:
    reader, writer = await asyncio.open_connection(mail.host, mail.imap_port)
    try:
        yield await Talk(reader, writer).logged_in(mail)
    finally:
        writer.close()


async def test_a_server_that_idles_tells_of_mail_and_ends_at_done(mail: MailSandbox) -> None:
    async with talking(mail) as talk:
        await talk.say("c IDLE")
        assert await talk.hear(b"+ ")
        await mail.send_as(ANA, mail.bot, "one", "Hello")
        assert await talk.hear(b"* 1 EXISTS")
        await talk.say("DONE")
        assert await talk.hear(b"c OK")


async def test_a_server_tells_of_mail_that_came_just_before_it_idled(mail: MailSandbox) -> None:
    async with talking(mail) as talk:
        await mail.send_as(ANA, mail.bot, "one", "Hello")
        await talk.say("c IDLE")
        assert await talk.hear(b"* 1 EXISTS")


async def test_a_server_closes_once_it_has_agreed_to_idle(mail: MailSandbox) -> None:
    mail.order(Fault("imap_close_idling"))
    async with talking(mail) as talk:
        await talk.say("c IDLE")
        assert await talk.hear(b"+ ")
        assert await talk.hear(b"c ") == b""


async def test_a_server_says_no_to_idle_and_lives_on(mail: MailSandbox) -> None:
    mail.order(Fault("imap_no_idle"))
    async with talking(mail) as talk:
        await talk.say("c IDLE")
        assert (await talk.hear(b"c ")).startswith(b"c NO")
        await talk.say("d NOOP")
        assert await talk.hear(b"d OK")


async def test_a_server_never_answers_idle(mail: MailSandbox) -> None:
    mail.order(Fault("imap_silent_idle"))
    async with talking(mail) as talk:
        before = len(talk.heard)
        for line in ("c IDLE", "DONE", "d NOOP", "e LOGOUT"):
            await talk.say(line)
        await _order_drop_when_taken(mail)
        assert await talk.hear(b"+") == b""
        assert talk.heard[before:] == []


async def test_a_server_idles_and_never_answers_done(mail: MailSandbox) -> None:
    mail.order(Fault("imap_done_unanswered"))
    async with talking(mail) as talk:
        await talk.say("c IDLE")
        assert await talk.hear(b"+ ")
        await mail.send_as(ANA, mail.bot, "one", "Hello")
        assert await talk.hear(b"* 1 EXISTS")
        before = len(talk.heard)
        for line in ("DONE", "d NOOP"):
            await talk.say(line)
        await _taken(mail)
        await mail.send_as(ANA, mail.bot, "two", "Hello")
        await _order_drop_when_taken(mail)
        assert await talk.hear(b"c ") == b""
        assert not any(line.startswith((b"* 2 EXISTS", b"c ", b"d ")) for line in talk.heard[before:])


async def _order_drop_when_taken(mail: MailSandbox) -> None:
    """Break the connection as soon as another has been answered: what is unanswered by then was not to be."""
    await _taken(mail)
    mail.order(Fault("imap_drop"))


async def _taken(mail: MailSandbox) -> None:
    """Return once another connection has been answered, and so has everything before, if it was to be."""
    async with talking(mail) as other:
        await other.say("c NOOP")
        assert await other.hear(b"c OK")


async def test_a_slow_server_says_everything_byte_by_byte(mail: MailSandbox) -> None:
    mail.order(Fault("imap_slow"))
    reader, writer = await asyncio.open_connection(mail.host, mail.imap_port)
    pieces = []
    while b"\n" not in (piece := await asyncio.wait_for(reader.read(65536), PATIENCE)):
        pieces.append(piece)
    writer.close()
    assert b"".join(pieces).startswith(b"* OK")
    assert len(pieces) > 20
    assert mail.faults == ()


async def test_a_slow_server_is_understood(mail: MailSandbox) -> None:
    mail.order(Fault("imap_slow"))
    async with talking(mail) as talk:
        await talk.say("c NOOP")
        assert await talk.hear(b"c OK")


async def test_a_server_without_idle_says_so_and_means_it() -> None:
    async with MailSandbox(idle=False) as mail, talking(mail) as talk:
        await talk.say("c CAPABILITY")
        assert b"IDLE" not in await talk.hear(b"* CAPABILITY")
        await talk.say("d IDLE")
        assert not (await talk.hear(b"d ")).startswith(b"d OK")
        client = IMAP4(mail.host, mail.imap_port, timeout=PATIENCE)
        await client.wait_hello_from_server()
        await client.login(mail.bot, mail.password)
        assert not client.has_capability("IDLE")
        await client.logout()


FAULTS: list[FaultKind] = ["imap_close_idling", "imap_no_idle", "imap_silent_idle", "imap_done_unanswered"]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_strikes_once(mail: MailSandbox, fault: FaultKind) -> None:
    mail.order(Fault(fault))
    async with talking(mail) as talk:
        await talk.say("c IDLE")
        async with asyncio.timeout(PATIENCE):
            while mail.faults:
                await asyncio.sleep(0)
    async with talking(mail) as talk:
        await talk.say("c IDLE")
        assert await talk.hear(b"+ ")
        await talk.say("DONE")
        assert await talk.hear(b"c OK")
    assert mail.faults == ()
