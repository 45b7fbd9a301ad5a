"""Letters: a mail as people see it, and mails as real mail programs write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import SMTP, compat32
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Literal

from sandbox.mail.clock import now


@dataclass(frozen=True)
class Letter:
    """A mail in a mailbox. `uid` is its number there, `raw` what was delivered, headers included."""

    uid: int
    sender: str
    to: str
    subject: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    text: str
    html: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def answer_to(self) -> str:
        """Where a mail program sends an answer."""
        return parseaddr(self.headers.get("Reply-To", self.sender))[1]


def read(uid: int, raw: bytes) -> Letter:
    """The letter in these bytes; what cannot be read is empty."""
    mail = message_from_bytes(raw, policy=compat32)
    return Letter(
        uid=uid,
        sender=_value(mail, "From"),
        to=_value(mail, "To"),
        subject=_value(mail, "Subject"),
        message_id=_value(mail, "Message-ID"),
        in_reply_to=_value(mail, "In-Reply-To"),
        references=tuple(_value(mail, "References").split()),
        text=_part(mail, "text/plain"),
        html=_part(mail, "text/html"),
        headers={name: _value(mail, name) for name in mail},
        raw=raw,
    )


def _value(mail: Message, name: str) -> str:
    value = " ".join(str(mail.get(name, "")).split())
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, MessageError, ValueError):
        return value


def _part(mail: Message, kind: Literal["text/plain", "text/html"]) -> str:
    for part in mail.walk():
        payload = part.get_payload(decode=True) if part.get_content_type() == kind else None
        if isinstance(payload, bytes):
            return payload.decode("utf-8", "replace").replace("\r\n", "\n")
    return ""


def write(
    sender: str,
    to: str,
    subject: str,
    text: str,
    *,
    html: str | None = None,
    in_reply_to: str = "",
    references: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
) -> tuple[str, bytes]:
    """A mail's Message-ID and bytes, as an ordinary mail program writes them."""
    mail = EmailMessage(policy=SMTP)
    message_id = make_msgid(domain=sender.rpartition("@")[2])
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"], mail["Message-ID"] = format_datetime(now()), message_id
    if in_reply_to:
        mail["In-Reply-To"] = in_reply_to
        mail["References"] = " ".join((*references, in_reply_to))
    for name, value in headers:
        mail[name] = value
    mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    return message_id, mail.as_bytes()


def quoted(letter: Letter, text: str) -> str:
    """An answer above the quoted original, as most mail programs put it."""
    original = "\n".join(f"> {line}".rstrip() for line in letter.text.splitlines())
    return f"{text}\n\nOn {now():%a, %d %b %Y at %H:%M}, {letter.sender} wrote:\n\n{original}\n"
