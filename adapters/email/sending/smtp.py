"""SMTP, and the only file that knows aiosmtplib: a connection, logged in, that hands over mails one at a time.

Until the body has gone over, a broken connection means "not sent". Once it has, it means "nobody knows".
"""

from __future__ import annotations

import contextlib
import re
import ssl
from email.message import EmailMessage
from email.policy import SMTP as WIRE

import aiosmtplib
import structlog

from adapters.email.account import Server
from adapters.email.oauth import TokenRefused, Tokens, TokenUnavailable
from adapters.email.sending.recipient import Recipient
from adapters.errors import OutcomeUnknown, Rejected, TryLater, Unreachable

TIMEOUT = 30.0
GOODBYE = 2.0
IMPLICIT = 465  # There TLS comes first; on every other port after STARTTLS, and nothing is said before it.

# RFC 3463: no such mailbox, host or address, or it moved; or (RFC 7505) a domain that takes no mail. Others of 5.1
# speak of the sender.
_NOBODY = re.compile(r"5\.1\.(?:1|2|3|6|10)\b")
_SENDER = 501, 550, 553, 554  # To MAIL; others speak of the size, or of us.
_LOGIN = 530, 534, 535, 538  # RFC 4954, 6

log = structlog.get_logger(__name__)


class LoginRefused(TryLater):
    """The server does not know us. An operator can mend that, and only they."""


class SenderRefused(Rejected):
    """The server does not let us name this return path; it may let us name another."""


class Session:
    """One connection, for one task at a time. One that raised is not to be used again, and dropped."""

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self._client = client
        self.mails = 0

    async def send(self, mail: EmailMessage, sender: str, to: Recipient) -> None:
        """Hand one mail to the server. Raises TryLater, Rejected, SenderRefused, Unreachable, OutcomeUnknown."""
        if to.wide and not self._client.supports_extension("smtputf8"):
            raise Rejected("the mail server cannot carry addresses with letters beyond ASCII before the @ (SMTPUTF8)")
        body = mail.as_bytes(policy=WIRE.clone(utf8=to.wide))
        self._fits(len(body))
        await self._announce(sender, to, len(body))
        await self._hand_over(body)
        self.mails += 1

    async def alive(self) -> bool:
        """Whether the server still listens.

        RSET, which servers expect between two mails: Exim drops a client that has said NOOP more than ten times.
        """
        try:
            await self._client.rset()
        except (aiosmtplib.SMTPException, OSError):
            return False
        return True

    async def leave(self) -> None:
        """Say goodbye, and close."""
        try:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await self._client.quit(timeout=GOODBYE)
        finally:
            self.drop()

    def drop(self) -> None:
        """Close without a word."""
        self._client.close()

    def _fits(self, size: int) -> None:
        """RFC 1870: what the server says it takes, in bytes; 0 and nothing are no limit."""
        told = self._client.esmtp_extensions.get("size", "").strip()
        most = int(told) if told.isascii() and told.isdigit() else 0
        if most and size > most:
            raise Rejected(f"the mail has {size:,} bytes, and the mail server takes {most:,} at most")

    async def _announce(self, sender: str, to: Recipient, size: int) -> None:
        """Everything before the body: whatever fails here, nothing was sent."""
        offered = self._client.supports_extension
        options = [f"SIZE={size}"] if offered("size") else []
        options += ["SMTPUTF8"] if to.wide else []
        encoding = "utf-8" if to.wide else "ascii"
        try:
            await self._client.mail(sender, options=options, encoding=encoding)
            await self._client.rcpt(str(to), encoding=encoding)
        except aiosmtplib.SMTPRecipientRefused as error:
            raise _refusal(error, nobody=bool(_NOBODY.match(error.message))) from error
        except aiosmtplib.SMTPSenderRefused as error:
            raise SenderRefused(_said(error)) if error.code in _SENDER else _refusal(error) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TryLater(f"the mail server is not reachable: {type(error).__name__}") from error

    async def _hand_over(self, body: bytes) -> None:
        try:
            await self._client.data(body)
        except aiosmtplib.SMTPResponseException as error:
            if 200 <= error.code < 300:
                return  # Taken, in other words than 250.
            if error.code < 400:
                raise OutcomeUnknown("the mail server answered in words that say nothing") from error
            raise _refusal(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise OutcomeUnknown("the connection broke after the mail was handed over") from error


async def connect(server: Server, name: str, tokens: Tokens | None = None) -> Session:
    """A connection, logged in. `name` is what we call ourselves. Raises TryLater, LoginRefused."""
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=TIMEOUT,
        local_hostname=name,
        use_tls=server.tls and server.port == IMPLICIT,
        start_tls=server.tls and server.port != IMPLICIT,
        tls_context=_trusting(server) if server.tls else None,
    )
    try:
        await _open(client, server, tokens)
    except BaseException:
        client.close()
        raise
    return Session(client)


async def _open(client: aiosmtplib.SMTP, server: Server, tokens: Tokens | None) -> None:
    try:
        await client.connect()
        await _log_in(client, server, tokens)
    except aiosmtplib.SMTPAuthenticationError as error:
        raise _stranger(server, _said(error)) if error.code >= 500 else TryLater(_said(error)) from error
    except TokenRefused as error:
        raise _stranger(server, str(error)) from error
    except TokenUnavailable as error:
        raise TryLater(str(error)) from error
    except aiosmtplib.SMTPResponseException as error:
        raise TryLater(_said(error)) from error
    except aiosmtplib.SMTPNotSupported as error:
        raise TryLater(str(error)) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            log.error("the mail server cannot be trusted", host=server.host, port=server.port, why=str(error)[:200])
        raise TryLater(f"the mail server is not reachable: {type(error).__name__}") from error


async def _log_in(client: aiosmtplib.SMTP, server: Server, tokens: Tokens | None) -> None:
    if tokens is None:
        await _by_password(client, server)
        return
    token = await tokens.access_token()
    try:
        await client.auth_xoauth2(server.username, token)
    except aiosmtplib.SMTPAuthenticationError:
        tokens.drop(token)
        await client.auth_xoauth2(server.username, await tokens.access_token())


async def _by_password(client: aiosmtplib.SMTP, server: Server) -> None:
    """In one way, once: a wrong password tried in every way there is counts as many failures, which lock accounts."""
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    if "plain" in client.server_auth_methods:
        await client.auth_plain(server.username, server.password)
    elif "login" in client.server_auth_methods:
        await client.auth_login(server.username, server.password)
    else:
        raise aiosmtplib.SMTPNotSupported("there is no way to log in with a password")


def _trusting(server: Server) -> ssl.SSLContext:
    """Who may answer as this server. Raises TryLater when the file with the certificates cannot be read."""
    try:
        return ssl.create_default_context(cafile=server.trust or None)
    except OSError as error:
        log.error("the certificates for the mail server cannot be read", file=server.trust, error=type(error).__name__)
        raise TryLater("the certificates for the mail server cannot be read") from error


def _stranger(server: Server, why: str) -> LoginRefused:
    log.error("the mail server refuses our login", host=server.host, port=server.port, why=why)
    return LoginRefused(why)


def _refusal(error: aiosmtplib.SMTPResponseException, *, nobody: bool = False) -> TryLater | Rejected:
    """4xx and being a stranger may pass; 5xx will not."""
    if error.code < 500 or error.code in _LOGIN:
        return TryLater(_said(error))
    return Unreachable(_said(error)) if nobody else Rejected(_said(error))


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{error.code} {' '.join(error.message.split())[:200]}"
