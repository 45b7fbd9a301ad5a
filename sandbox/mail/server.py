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

from sandbox.mail.bounces import Bounces, Style
from sandbox.mail.faults import Fault, FaultKind
from sandbox.mail.forwarding import FORWARDER, LIST, Arc, forwarded, passed_on, rewritten
from sandbox.mail.habits import Away, Robot
from sandbox.mail.imap import Imap
from sandbox.mail.letter import Letter, quoted, write
from sandbox.mail.nameserver import nameserver
from sandbox.mail.oauth import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Tokens, token_routes
from sandbox.mail.post import INBOX, Post, Transaction
from sandbox.mail.signing import Dkim, Keys
from sandbox.mail.smtp import Smtp, Terms
from sandbox.mail.stamps import MX, Auth, Rewrites, Stamp
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
    client's credentials or the refresh token; `tokens` hands them out, lets them expire and revokes them. `size` is the
    largest mail that is taken, in bytes, and `rewrites` who replaces its Message-ID; `terms` are these and may be
    changed while the server runs, for connections from then on. `nameserver` ("127.0.0.1:port", UDP) knows the keys by
    which domains sign.
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
        size: int = Terms.size,
        smtputf8: bool = False,
        rewrites: Rewrites = "",
        people: Sequence[str] = PEOPLE,
    ) -> None:
        self.host = host
        self.smtp_port = smtp_port
        self.smtps_port = 0
        self.imap_port = imap_port
        self.trust = ""
        self.token_url = ""
        self.nameserver = ""
        self._keys = Keys()
        self._tls = tls
        self._oauth = oauth
        self._post = Post(bot=BOT, people=dict.fromkeys((BOT, *people), PASSWORD))
        self.tokens = Tokens(BOT, self._post.faults)
        self.terms = Terms(size, smtputf8, rewrites)
        tokens = self.tokens if oauth else None
        self._smtp, self._imap = Smtp(self._post, tokens, self.terms), Imap(self._post, tokens, idle=idle)

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as running:
            tls = self._certified(running) if self._tls else None
            running.push_async_callback(self._post.stop)
            self.nameserver = await running.enter_async_context(
                nameserver(self.host, self._keys.record, self._post.faults)
            )
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

    def letters(self, address: str, folder: str = INBOX) -> tuple[Letter, ...]:
        """What is in a folder (INBOX or Junk), oldest first."""
        return self._post.letters(address, folder)

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
        dkim: Dkim = "none",
        authserv_id: str = MX,
    ) -> str:
        """Write a mail as a person; returns its Message-ID.

        `auth` is what our exchanger finds out about it, or another one that calls itself `authserv_id`; `dkim` how the
        person's own domain signed it.
        """
        message_id, raw = write(
            sender, to, subject, text, html=html, in_reply_to=in_reply_to, references=references, headers=headers
        )
        await self.deliver_raw(sender, to, raw, auth=auth, dkim=dkim, authserv_id=authserv_id)
        return message_id

    async def reply_as(
        self,
        person: str,
        letter: Letter,
        text: str,
        *,
        quote: bool = True,
        auth: Auth = "pass",
        dkim: Dkim = "none",
    ) -> str:
        """Answer a letter as a mail program does: to its Reply-To, in its thread, the original quoted below."""
        return await self.send_as(
            person,
            letter.answer_to,
            letter.subject if letter.subject.lower().startswith("re:") else f"Re: {letter.subject}",
            quoted(letter, text) if quote else text,
            in_reply_to=letter.message_id,
            references=letter.references,
            auth=auth,
            dkim=dkim,
        )

    async def deliver_raw(
        self,
        sender: str,
        to: str,
        raw: bytes,
        *,
        auth: Auth = "pass",
        dkim: Dkim = "none",
        authserv_id: str = MX,
        folder: str = INBOX,
    ) -> None:
        """Deliver bytes of any kind, to INBOX or Junk. `sender` is the envelope's; empty, it is a bounce's."""
        raw = self._keys.signed(raw, dkim)
        await self._post.deliver(raw, sender, (to,), Stamp(auth, authserv_id), folder)

    async def forward(
        self, sender: str, to: str, raw: bytes, *, by: str = FORWARDER, found: Auth = "pass", arc: Arc = "good"
    ) -> None:
        """Deliver a mail that a forwarder of this domain passed on, and sealed together with what it had found."""
        raw = forwarded(raw, sender, by, found, arc, self._keys)
        await self._post.deliver(raw, f"srs0={sender.replace('@', '=')}@{by}", (to,), passed_on(raw, by, arc))

    async def through_list(self, sender: str, to: str, raw: bytes, *, listed: str = LIST, arc: Arc = "good") -> None:
        """Deliver a mail that a mailing list passed on, which writes its own name over the author's."""
        domain = listed.rpartition("@")[2]
        raw = self._keys.signed(rewritten(raw, listed), "good")
        raw = forwarded(raw, sender, domain, "pass", arc, self._keys)
        await self._post.deliver(raw, listed.replace("@", "-bounces@"), (to,), Stamp())

    def bounce(
        self,
        address: str,
        status: str = "5.1.1",
        *,
        after: float = 0.0,
        style: Style = "postfix",
        whole: bool = False,
        text: str = "The email account that you tried to reach does not exist",
    ) -> None:
        """From now on an address takes mail, and returns it to the envelope's sender `after` so many seconds.

        A status 4.x.x reports that the mail is delayed. The address needs no mailbox, and keeps nothing.
        """
        self._post.habits[address.lower()] = Bounces(status, text, style, after, whole)

    def away(self, address: str, text: str, *, subject: str = "Automatic reply", rude: bool = False) -> None:
        """From now on an address answers the return path that its owner is away; `rude`: machines too."""
        self._post.habits[address.lower()] = Away(text, subject, rude)

    def robot(self, address: str, text: str) -> None:
        """From now on an address answers whatever comes, and nothing says that it is a machine."""
        self._post.habits[address.lower()] = Robot(text)

    def usual(self, address: str) -> None:
        """From now on an address does nothing by itself, and is refused no more."""
        self._post.habits.pop(address.lower(), None)
        self.terms.refused.pop(address.lower(), None)

    async def settled(self) -> None:
        """Wait until no bounce or answer of a machine is on its way any more."""
        await self._post.settled()

    def refuse(self, address: str, reply: str = "550 5.1.1 no such mailbox here") -> None:
        """From now on the SMTP server refuses a recipient, in these words."""
        self.terms.refused[address.lower()] = reply

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
