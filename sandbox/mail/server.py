"""The server: mailboxes on free loopback ports, and the verbs of the people behind them.

async with MailSandbox() as mail:
    await mail.send_as("ana@example.test", mail.bot, "Deploy", "1.4.2 to production, please")
    ...
    await mail.reply_as("bo@example.test", mail.letters("bo@example.test")[-1], "APPROVE 482913")
"""

from __future__ import annotations

import contextlib
import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from sandbox.mail.faults import Fault, FaultKind
from sandbox.mail.imap import Imap
from sandbox.mail.letter import Letter, quoted, write
from sandbox.mail.oauth import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Tokens, token_routes
from sandbox.mail.post import MX, Auth, Post, Transaction
from sandbox.mail.smtp import Smtp
from sandbox.mail.tls import certified
from sandbox.mail.web import listening

BOT = "holdpoint@bot.example.test"
PASSWORD = "sandbox"
PEOPLE = ("ana@example.test", "bo@example.test", "cy@example.test", "mallory@evil.test")


class MailSandbox:
    """All mailboxes have the password `sandbox`. Ports 0 are free ones, known once it has started.

    `tls`: IMAP is within TLS, SMTP wants STARTTLS, and at `smtps_port` is within TLS; `trust` is then the file (PEM) of
    the authority that signed the certificate, which is for 127.0.0.1, ::1 and localhost. `idle=False`: the IMAP server
    does not know IDLE. `oauth`: the bot may log in by XOAUTH2 as well, with access tokens from `token_url`, for the
    client's credentials or the refresh token; `tokens` hands them out, lets them expire and revokes them.
    """

    bot = BOT
    password = PASSWORD
    authserv_id = MX

    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET
    refresh_token = REFRESH_TOKEN

    def __init__(
        self,
        host: str = "127.0.0.1",
        *,
        smtp_port: int = 0,
        imap_port: int = 0,
        tls: bool = False,
        idle: bool = True,
        oauth: bool = False,
    ) -> None:
        self.host = host
        self.smtp_port = smtp_port
        self.smtps_port = 0
        self.imap_port = imap_port
        self.trust = ""
        self.token_url = ""
        self._tls = tls
        self._oauth = oauth
        self._post = Post(bot=BOT, people=dict.fromkeys((BOT, *PEOPLE), PASSWORD))
        self.tokens = Tokens(BOT, self._post.faults)
        tokens = self.tokens if oauth else None
        self._smtp, self._imap = Smtp(self._post, tokens), Imap(self._post, tokens, idle=idle)

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as running:
            tls = self._certified(running) if self._tls else None
            self.imap_port = await self._imap.start(self.host, self.imap_port, self._post.people, tls)
            running.push_async_callback(self._imap.stop)
            self.smtp_port = await self._smtp.start(self.host, self.smtp_port, tls)
            running.push_async_callback(self._smtp.stop)
            if tls:
                self.smtps_port = await self._smtp.start_within_tls(self.host, 0, tls)
            if self._oauth:
                url = await running.enter_async_context(listening(self.host, 0, token_routes(self.tokens)))
                self.token_url = f"{url}/oauth/token"
            self._running = running.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    def _certified(self, running: contextlib.ExitStack | contextlib.AsyncExitStack) -> ssl.SSLContext:
        directory = running.enter_context(tempfile.TemporaryDirectory(prefix="mail-sandbox-"))
        trust, context = certified(Path(directory))
        self.trust = str(trust)
        return context

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
        self._post.faults.order(fault)

    @property
    def faults(self) -> tuple[FaultKind, ...]:
        """What is still to go wrong, in order."""
        return tuple(fault.kind for fault in self._post.faults.waiting)

    def lift(self) -> None:
        """Nothing goes wrong any more."""
        self._post.faults.waiting.clear()
