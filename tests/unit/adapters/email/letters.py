"""Raw mails as our own exchanger hands them over, for the tests of reading them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message

from adapters.email.account import Site
from adapters.email.meaning import meaning
from adapters.email.reading import read as reading_of
from adapters.heard import Ignored, Received, Returned

MX = "mx.bot.example.test"
BOT = "holdpoint@bot.example.test"
TOKEN = "k3v9.abcdefgh"
REPLY_TO = f"holdpoint+{TOKEN}@bot.example.test"
ANA, BO, MALLORY = "ana@example.test", "bo@example.test", "mallory@evil.test"
PASSED = f"Authentication-Results: {MX}; dmarc=pass header.from=example.test"
RECEIVED = f"Received: from mail.example.test by {MX} with ESMTPS; Sat, 21 Nov 2026 09:00:00 +0000"
SITE = Site(BOT, (MX,))


def raw(
    *headers: str,
    body: str | bytes = "Please deploy 1.4.2.",
    sender: str = ANA,
    to: str = BOT,
    stamps: tuple[str, ...] = (PASSED, RECEIVED),
) -> bytes:
    """A mail: our exchanger's stamps, From and To, these headers, and a body (text is sent as UTF-8)."""
    lines = "\r\n".join((*stamps, f"From: {sender}", f"To: {to}", *headers))
    text = body.replace("\n", "\r\n").encode() if isinstance(body, str) else body
    return lines.encode() + b"\r\n\r\n" + text


def mail(*headers: str, body: str | bytes = "") -> Message:
    """Only these headers and this body, as the standard parser sees them."""
    text = body.encode() if isinstance(body, str) else body
    return message_from_bytes("\r\n".join(headers).encode() + b"\r\n\r\n" + text)


def read(given: bytes) -> Received | Returned | Ignored:
    """What our mailbox makes of it."""
    return meaning(reading_of(given, SITE))


def heard(given: bytes) -> Received:
    """A mail that must be a person's word."""
    result = read(given)
    assert isinstance(result, Received), result
    return result
