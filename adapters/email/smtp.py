"""SMTP, and the only file that knows aiosmtplib: one mail, one connection, and exactly what is known afterwards.

Until the body has gone over, a broken connection means "not sent". Once it has, it means "nobody knows".
"""

from __future__ import annotations

import contextlib
from email.message import EmailMessage
from email.policy import SMTP as WIRE

import aiosmtplib

from adapters.email.account import Server
from adapters.errors import OutcomeUnknown, Rejected, TryLater

TIMEOUT = 30.0


async def deliver(mail: EmailMessage, sender: str, recipient: str, server: Server) -> None:
    """Hand one mail to the server. Raises TryLater, Rejected, OutcomeUnknown."""
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=TIMEOUT,
        use_tls=server.tls and server.port == 465,
        start_tls=server.tls and server.port != 465,
    )
    try:
        await _open(client, server, sender, recipient)
        await _hand_over(client, mail.as_bytes(policy=WIRE))
    finally:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=2)
        client.close()


async def _open(client: aiosmtplib.SMTP, server: Server, sender: str, recipient: str) -> None:
    """Everything before the body: whatever fails here, nothing was sent."""
    try:
        await client.connect()
        await client.login(server.username, server.password)
        await client.mail(sender)
        await client.rcpt(recipient)
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise TryLater(f"the mail server is not reachable: {type(error).__name__}") from error


async def _hand_over(client: aiosmtplib.SMTP, body: bytes) -> None:
    try:
        await client.data(body)
    except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
        raise OutcomeUnknown("the connection broke after the mail was handed over") from error
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(error) from error


def _refusal(error: aiosmtplib.SMTPResponseException) -> TryLater | Rejected:
    """4xx and a refused login may pass; 5xx will not."""
    why = f"{error.code} {' '.join(error.message.split())[:200]}"
    later = error.code < 500 or isinstance(error, aiosmtplib.SMTPAuthenticationError)
    return TryLater(why) if later else Rejected(why)
