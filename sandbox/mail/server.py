"""The server: mailboxes on free loopback ports, and the verbs of the people behind them.

async with MailSandbox() as mail:
    await mail.send_as("ana@example.test", mail.bot, "Deploy", "1.4.2 to production, please")
    ...
    await mail.reply_as("bo@example.test", mail.letters("bo@example.test")[-1], "APPROVE 482913")
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from sandbox.mail.imap import Imap
from sandbox.mail.letter import Letter, quoted, write
from sandbox.mail.post import MX, Auth, Fault, FaultKind, Post, Transaction
from sandbox.mail.smtp import Smtp

BOT = "holdpoint@bot.example.test"
PASSWORD = "sandbox"
PEOPLE = ("ana@example.test", "bo@example.test", "cy@example.test", "mallory@evil.test")


class MailSandbox:
    """All mailboxes have the password `sandbox`. Ports 0 are free ones, known once it has started."""

    bot = BOT
    password = PASSWORD
    authserv_id = MX

    def __init__(self, host: str = "127.0.0.1", *, smtp_port: int = 0, imap_port: int = 0) -> None:
        self.host = host
        self.smtp_port = smtp_port
        self.imap_port = imap_port
        self._post = Post(bot=BOT, people=dict.fromkeys((BOT, *PEOPLE), PASSWORD))
        self._smtp, self._imap = Smtp(self._post), Imap(self._post)

    async def __aenter__(self) -> Self:
        self.imap_port = await self._imap.start(self.host, self.imap_port, self._post.people)
        self.smtp_port = await self._smtp.start(self.host, self.smtp_port)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._smtp.stop()
        await self._imap.stop()

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody with a mailbox."""
        return tuple(self._post.people)

    def letters(self, address: str) -> tuple[Letter, ...]:
        """What is in a mailbox, oldest first."""
        return self._post.letters(address)

    @property
    def journal(self) -> tuple[Transaction, ...]:
        """Every mail that was taken, oldest first."""
        return tuple(self._post.journal)

    async def send_as(
        self,
        sender: str,
        to: str,
        subject: str,
        text: str,
        *,
        html: str | None = None,
        in_reply_to: str = "",
        references: Sequence[str] = (),
        headers: Sequence[tuple[str, str]] = (),
        auth: Auth = "pass",
    ) -> str:
        """Write a mail as a person; returns its Message-ID. `auth` is what our exchanger finds out about it."""
        message_id, raw = write(
            sender, to, subject, text, html=html, in_reply_to=in_reply_to, references=references, headers=headers
        )
        await self.deliver_raw(sender, to, raw, auth=auth)
        return message_id

    async def reply_as(self, person: str, letter: Letter, text: str, *, quote: bool = True, auth: Auth = "pass") -> str:
        """Answer a letter as a mail program does: to its Reply-To, in its thread, the original quoted below."""
        return await self.send_as(
            person,
            letter.answer_to,
            letter.subject if letter.subject.lower().startswith("re:") else f"Re: {letter.subject}",
            quoted(letter, text) if quote else text,
            in_reply_to=letter.message_id,
            references=letter.references,
            auth=auth,
        )

    async def deliver_raw(self, sender: str, to: str, raw: bytes, *, auth: Auth = "pass") -> None:
        """Deliver bytes of any kind."""
        await self._post.deliver(raw, sender, (to,), auth)

    def order(self, fault: Fault) -> None:
        """Something goes wrong the next `count` times."""
        if fault.kind == "imap_drop":
            self._imap.drop()
        self._post.faults.extend([fault.kind] * fault.count)

    @property
    def faults(self) -> tuple[FaultKind, ...]:
        """What is still to go wrong, in order."""
        return tuple(self._post.faults)

    def lift(self) -> None:
        """Nothing goes wrong any more."""
        self._post.faults.clear()
