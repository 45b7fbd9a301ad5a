"""Mails put together part by part, for the tests of reading what they say."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message

from adapters.email.found import Words
from adapters.email.text.words import words


def part(kind: str, text: str | bytes, *headers: str) -> bytes:
    """One part, headers included; text is written as UTF-8."""
    body = text.replace("\n", "\r\n").encode() if isinstance(text, str) else text
    return "\r\n".join((f"Content-Type: {kind}", *headers, "", "")).encode() + body


def multipart(kind: str, *parts: bytes, boundary: str = "b1") -> bytes:
    """Parts in a group, headers included."""
    inner = b"".join(b"--" + boundary.encode() + b"\r\n" + one + b"\r\n" for one in parts)
    head = f"Content-Type: multipart/{kind}; boundary={boundary}\r\n\r\n"
    return head.encode() + inner + b"--" + boundary.encode() + b"--\r\n"


def parsed(entity: bytes) -> Message:
    """As the standard parser sees it."""
    return message_from_bytes(entity)


def read(entity: bytes, *sent: str) -> Words:
    """What the mail says, in answer to mails of ours with these texts."""
    return words(parsed(entity), sent)


def plain(text: str, *sent: str, kind: str = "text/plain; charset=utf-8") -> str:
    """The new words of a mail of plain text."""
    return read(part(kind, text), *sent).reply


def html(markup: str, *sent: str) -> str:
    """The new words of a mail of nothing but HTML."""
    return read(part("text/html; charset=utf-8", markup), *sent).reply


def both(text: str, markup: str, *sent: str) -> Words:
    """What a mail says that has a text and an HTML."""
    alternatives = (part("text/plain; charset=utf-8", text), part("text/html; charset=utf-8", markup))
    return read(multipart("alternative", *alternatives), *sent)
