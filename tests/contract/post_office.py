"""Post offices: the sandbox's mail and Debian's Dovecot and Exim, seen alike by the tests that both must pass."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from adapters.base import Kept
from adapters.email.account import Account, Server, Site
from sandbox.mail import Fault, Letter, MailSandbox
from sandbox.mail.letter import quoted, write
from sandbox.mail.server import BOT, PASSWORD, PEOPLE
from sandbox.mail.tls import certified
from tests.contract import mailbox
from tests.contract.dovecot import Dovecot, dovecot
from tests.contract.exim import BUSY, GONE, NOBODY, SIZE, Exim, exim
from tests.contract.mailbox import until
from tests.contract.unprivileged import directory, unprivileged

LONG = 3600.0  # Nothing is found by asking: what comes must have been pushed.


class PostOffice(Protocol):
    """Mailboxes of the bot and of people, and what can happen to them.

    Mail to `exim.NOBODY` and `exim.BUSY` is refused, and mail to `exim.GONE` comes back; nothing takes more than
    `exim.SIZE` bytes.
    """

    @property
    def account(self) -> Account:
        """The bot's, within TLS or not."""
        ...

    def letters(self, address: str) -> tuple[Letter, ...]:
        """What is in somebody's INBOX, oldest first."""
        ...

    async def send(self, envelope: str, to: str, raw: bytes) -> None:
        """Send a mail as a person, whoever it says it is from."""
        ...

    async def drop(self, raw: bytes, folder: str = "INBOX") -> None:
        """Put bytes into a folder of the bot's, past everything that might refuse or change them."""
        ...

    async def break_off(self) -> None:
        """Every connection to the IMAP server ends in the middle of whatever it was."""
        ...


class Nowhere:
    """No mail is posted to the adapters of these tests."""

    async def post(self, source: str, kept: Kept) -> None:
        """Never."""
        raise AssertionError("nobody posts")


async def write_as(
    office: PostOffice, person: str, to: str, subject: str, text: str, *, really: str = "", in_reply_to: str = ""
) -> str:
    """Write a mail as a person, or `really` as another who pretends; its Message-ID."""
    message_id, raw = write(person, to, subject, text, in_reply_to=in_reply_to)
    await office.send(really or person, to, raw)
    return message_id


async def reply_as(office: PostOffice, person: str, letter: Letter, text: str, *, really: str = "") -> None:
    """Answer a letter as a mail program does: to its Reply-To, in its thread, the original quoted below."""
    _, raw = write(
        person,
        letter.answer_to,
        f"Re: {letter.subject}",
        quoted(letter, text),
        in_reply_to=letter.message_id,
        references=letter.references,
    )
    await office.send(really or person, letter.answer_to, raw)


async def came(office: PostOffice, address: str, count: int = 1) -> Letter:
    """The last of so many letters somebody must get."""
    await until(lambda: len(office.letters(address)) >= count)
    return office.letters(address)[-1]


@dataclass(frozen=True)
class Sandbox:
    """Ours."""

    mail: MailSandbox

    @property
    def account(self) -> Account:
        return mailbox.account(self.mail, poll_seconds=LONG)

    def letters(self, address: str) -> tuple[Letter, ...]:
        return self.mail.letters(address)

    async def send(self, envelope: str, to: str, raw: bytes) -> None:
        honest = envelope.encode() in raw.partition(b"\r\n")[0]
        await self.mail.deliver_raw(envelope, to, raw, auth="pass" if honest else "fail")

    async def drop(self, raw: bytes, folder: str = "INBOX") -> None:
        await self.mail.deliver_raw(PEOPLE[0], BOT, raw, auth="unstamped", folder=folder)

    async def break_off(self) -> None:
        self.mail.order(Fault("imap_drop"))


@dataclass(frozen=True)
class Debian:
    """Dovecot and Exim."""

    dovecot: Dovecot
    exim: Exim
    trust: str
    tls: bool

    @property
    def account(self) -> Account:
        imap = self.dovecot.imaps if self.tls else self.dovecot.imap
        return Account(Site(BOT, (MailSandbox.authserv_id,)), self._at(self.exim.port), self._at(imap), LONG)

    def letters(self, address: str) -> tuple[Letter, ...]:
        return self.dovecot.letters(address)

    async def send(self, envelope: str, to: str, raw: bytes) -> None:
        await asyncio.to_thread(self._send, envelope, to, raw)

    async def drop(self, raw: bytes, folder: str = "INBOX") -> None:
        self.dovecot.deliver(BOT, raw, folder=folder)

    async def break_off(self) -> None:
        self.dovecot.kill()
        await self.dovecot.start()

    def _at(self, port: int) -> Server:
        return Server("127.0.0.1", port, BOT, PASSWORD, tls=self.tls, trust=self.trust if self.tls else "")

    def _send(self, envelope: str, to: str, raw: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self.exim.port, timeout=mailbox.PATIENCE) as client:
            client.starttls(context=ssl.create_default_context(cafile=self.trust))
            client.login(envelope, PASSWORD)
            client.sendmail(envelope, [to], raw)


@contextlib.asynccontextmanager
async def sandbox(*, tls: bool) -> AsyncIterator[Sandbox]:
    """A new one of ours."""
    async with MailSandbox(tls=tls, size=SIZE) as mail:
        mail.refuse(NOBODY)
        mail.refuse(BUSY, "450 4.2.1 not now, please")
        mail.bounce(GONE)
        yield Sandbox(mail)


@contextlib.asynccontextmanager
async def debian() -> AsyncIterator[Debian]:
    """Dovecot and Exim, running. Skips the test where they are not installed."""
    user = unprivileged()
    with directory(user) as home:
        trust, _ = certified(home)
        user.own(trust, home / "server.pem")
        async with dovecot(home, user) as imap, exim(home, user, (BOT, *PEOPLE)) as smtp:
            yield Debian(imap, smtp, str(trust), tls=True)
