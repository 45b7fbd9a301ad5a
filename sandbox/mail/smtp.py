"""SMTP: aiosmtpd taking mail from the bot, which must log in, as a provider's submission server does."""

from __future__ import annotations

import asyncio
import warnings
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.mail.post import MX, Post


class Smtp:
    """The server."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening."""
        self._server.close()
        await asyncio.sleep(0)

    def _protocol(self) -> SMTP:
        with warnings.catch_warnings():
            # It warns of passwords without TLS; this server is reached over loopback only.
            warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
            return SMTP(
                self,
                hostname=MX,
                authenticator=self._authenticate,
                auth_required=True,
                auth_require_tls=False,
                loop=asyncio.get_running_loop(),
            )

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, kind: str, given: Any) -> AuthResult:
        people = self._post.people
        known = isinstance(given, LoginPassword) and people.get(
            given.login.decode("utf-8", "replace")
        ) == given.password.decode("utf-8", "replace")
        return AuthResult(success=known, handled=False)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take only recipients there is a mailbox for."""
        if self._post.mailbox_of(address) is None:
            return f"550 5.1.1 <{address}>: no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Deliver, or go wrong in the way that was ordered."""
        fault = self._post.take_fault("temporary", "permanent", "drop_before", "lost_reply")
        if fault == "temporary":
            return "451 4.3.0 please try again later"
        if fault == "permanent":
            return "554 5.7.1 this message is refused"
        if fault != "drop_before":
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            await self._post.deliver(content, envelope.mail_from or "", tuple(envelope.rcpt_tos), "pass")
        if fault and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 OK: delivered"
