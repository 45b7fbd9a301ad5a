"""SMTP: aiosmtpd taking mail from the bot, which must log in, as a provider's submission server does.

With TLS it listens twice: on one port a client asks for TLS (STARTTLS) before anything else, on the other one
everything is within TLS.
"""

from __future__ import annotations

import asyncio
import ssl
import warnings
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import DATA_SIZE_DEFAULT, MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.mail.faults import Fault, FaultKind
from sandbox.mail.oauth import REFUSAL, Tokens
from sandbox.mail.post import Post, Refused
from sandbox.mail.stamps import MX, Rewrites, Stamp, renamed

_REPLIES: dict[FaultKind, str] = {
    "smtp_greeting": "421 4.3.2 too many connections, try again later",
    "smtp_auth": "454 4.7.0 temporary authentication failure",
    "smtp_mail_later": "451 4.3.2 please try again later",
    "smtp_mail_refused": "550 5.7.1 sender refused",
    "smtp_rcpt_later": "450 4.2.0 greylisted, try again later",
    "smtp_rcpt_refused": "550 5.7.1 recipient refused",
    "temporary": "451 4.3.0 please try again later",
    "permanent": "554 5.7.1 this message is refused",
}
_NEEDS_UTF8 = "553 5.6.7 this address needs SMTPUTF8"


@dataclass
class Terms:
    """What the server takes, for connections from now on. `size` is in bytes; `refused` answers RCPT by recipient."""

    size: int = DATA_SIZE_DEFAULT
    smtputf8: bool = False
    rewrites: Rewrites = ""
    refused: dict[str, str] = field(default_factory=dict)


class Smtp:
    """The servers: the one that may offer STARTTLS, and with TLS the one that is all TLS."""

    def __init__(self, post: Post, tokens: Tokens | None, terms: Terms) -> None:
        self._post = post
        self._tokens = tokens
        self._terms = terms
        self._servers: list[asyncio.Server] = []

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Listen, with STARTTLS if there is TLS; returns the port."""
        return await self._listen(host, port, lambda: self._protocol(tls))

    async def start_within_tls(self, host: str, port: int, tls: ssl.SSLContext) -> int:
        """Listen to what begins with TLS; returns the port."""
        return await self._listen(host, port, lambda: self._protocol(None), tls)

    async def _listen(self, host: str, port: int, protocol: Any, tls: ssl.SSLContext | None = None) -> int:
        server = await asyncio.get_running_loop().create_server(protocol, host, port, ssl=tls)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.close()
        await asyncio.sleep(0)

    def _protocol(self, starttls: ssl.SSLContext | None) -> SMTP:
        with warnings.catch_warnings():
            # It warns of passwords without TLS; without, this server is reached over loopback only.
            warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
            return _Greeting(
                Submission(self._post, self._tokens, self._terms),
                hostname=MX,
                data_size_limit=self._terms.size,
                enable_SMTPUTF8=self._terms.smtputf8,
                authenticator=self._authenticate,
                auth_required=True,
                auth_exclude_mechanism=() if self._tokens else ("XOAUTH2",),
                auth_require_tls=starttls is not None,
                require_starttls=starttls is not None,
                tls_context=starttls,
                loop=asyncio.get_running_loop(),
            )

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, kind: str, given: Any) -> AuthResult:
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False)
        login, password = (word.decode("utf-8", "replace") for word in given)
        known = self._post.people.get(login) == password
        return AuthResult(success=known, handled=False, auth_data=login)


class _Greeting(SMTP):
    """A connection whose greeting may be that there is no room."""

    async def _handle_client(self) -> None:
        fault = self.event_handler.faults.take("smtp_greeting")
        if fault:
            await self.push(_reply(fault))
            self._writer.close()
        else:
            await super()._handle_client()


class Submission:
    """What the server says to each command of one connection that may fail."""

    def __init__(self, post: Post, tokens: Tokens | None, terms: Terms) -> None:
        self._post = post
        self._tokens = tokens
        self._terms = terms
        self._no_auth: Fault | None = None
        self.faults = post.faults

    async def handle_AUTH(self, server: SMTP, session: Session, envelope: Envelope, args: list[str]) -> object:
        """Let aiosmtpd find out who it is; a fault is one of the connection, whichever way its client tries next."""
        self._no_auth = self._no_auth or self.faults.take("smtp_auth")
        return _reply(self._no_auth) if self._no_auth else MISSING

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """Log in by access token; a refusal is a challenge first, which the client must answer."""
        response: object = args[1].encode() if len(args) > 1 else await _challenged(server)
        owner = self._tokens.owner(response) if self._tokens and isinstance(response, bytes) else None
        if owner:
            return AuthResult(success=True, auth_data=owner)
        told = await server.challenge_auth(REFUSAL, encode_to_b64=False)
        message = "535 5.7.8 Username and Password not accepted"
        return AuthResult(success=False, handled=told is MISSING, message=message)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take only senders that are the mailbox's own."""
        fault = self.faults.take("smtp_mail_later", "smtp_mail_refused")
        if fault:
            return _reply(fault)
        if self._post.mailbox_of(address) != session.auth_data:
            return f"553 5.7.1 <{address}>: Sender address rejected: not owned by user {session.auth_data}"
        if not address.isascii() and not envelope.smtp_utf8:
            return _NEEDS_UTF8
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take only recipients there is a mailbox for."""
        fault = self.faults.take("smtp_rcpt_later", "smtp_rcpt_refused", to=address)
        if fault:
            return _reply(fault)
        if not address.isascii() and not envelope.smtp_utf8:
            return _NEEDS_UTF8
        if address.lower() in self._terms.refused:
            return self._terms.refused[address.lower()]
        if not self._post.takes(address):
            return f"550 5.1.1 <{address}>: no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Deliver, or go wrong in the way that was ordered."""
        answer = ""
        fault = self.faults.take("temporary", "permanent", "drop_before", "lost_reply")
        if fault and fault.kind in _REPLIES:
            return _reply(fault)
        if not fault or fault.kind != "drop_before":
            try:
                answer = await self._taken(envelope)
            except Refused:
                return "554 5.6.0 this message cannot be read"
        if fault and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return answer

    async def _taken(self, envelope: Envelope) -> str:
        """Deliver; returns what is said about it."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        raw, answer = renamed(content, self._terms.rewrites)
        await self._post.deliver(raw, envelope.mail_from or "", tuple(envelope.rcpt_tos), Stamp())
        return answer


async def _challenged(server: SMTP) -> bytes:
    """What the client answers to an empty challenge, in base64."""
    said = await server.challenge_auth("")
    return b64encode(said) if isinstance(said, bytes) else b""


def _reply(fault: Fault) -> str:
    return fault.reply or _REPLIES[fault.kind]
