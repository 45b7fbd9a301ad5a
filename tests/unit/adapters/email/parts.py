"""Parts: mails of several parts, put together by hand as mail programs do, for the tests of what is in them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message


def part(kind: str, body: str | bytes, *headers: str) -> bytes:
    """One part, headers and body; text is sent as UTF-8."""
    head = "\r\n".join((f"Content-Type: {kind}", *headers, "", ""))
    return head.encode("utf-8", "surrogateescape") + (body.encode() if isinstance(body, str) else body)


def multipart(kind: str, *parts: bytes, boundary: str = "b1") -> bytes:
    """A part of parts, headers included."""
    inner = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), one) for one in parts)
    head = f"Content-Type: multipart/{kind}; boundary={boundary}\r\n\r\n"
    return head.encode() + inner + f"--{boundary}--\r\n".encode()


def mail(entity: bytes, *headers: str) -> Message:
    """A mail that is this one part, as the standard parser sees it."""
    return message_from_bytes("".join(f"{header}\r\n" for header in headers).encode() + entity)
