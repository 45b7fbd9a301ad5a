"""Habits: what an address does by itself with each mail that comes for it, as out there machines do.

A habit is a value; what it does is a pure function of the mail that arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr
from typing import Protocol

from sandbox.mail.letter import write
from sandbox.mail.stamps import head_of


@dataclass(frozen=True)
class Arrived:
    """A mail at the address it is for. `return_path` is its envelope's sender, empty for bounces."""

    raw: bytes
    return_path: str
    recipient: str

    @property
    def headers(self) -> Message:
        """Its headers."""
        return message_from_bytes(head_of(self.raw), policy=compat32)


@dataclass(frozen=True)
class Echo:
    """A mail that comes back, in an envelope of its own, so many seconds later."""

    raw: bytes
    sender: str
    to: str
    after: float = 0.0


class Habit(Protocol):
    """What an address does with mail."""

    @property
    def keeps(self) -> bool:
        """Whether the mail gets into the mailbox."""
        ...

    def echo(self, arrived: Arrived) -> Echo | None:
        """What comes back."""
        ...


@dataclass(frozen=True)
class Away:
    """Out of office, by RFC 3834: it answers the return path, never a machine. A `rude` one answers machines too."""

    text: str
    subject: str = "Automatic reply"
    rude: bool = False
    keeps: bool = True

    def echo(self, arrived: Arrived) -> Echo | None:
        """The answer, with the marks of one."""
        headers = arrived.headers
        if not arrived.return_path or (_of_a_machine(headers) and not self.rude):
            return None
        marks = [("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"), ("Precedence", "bulk")]
        subject = f"{self.subject}: {_line(headers, 'Subject')}"
        return _answer(arrived, arrived.return_path, subject, self.text, marks, sender="")


@dataclass(frozen=True)
class Robot:
    """Answers everything, with nothing that says it is a machine: two of them never stop."""

    text: str
    keeps: bool = True

    def echo(self, arrived: Arrived) -> Echo | None:
        """The answer, to whoever the mail says it is from."""
        headers = arrived.headers
        to = parseaddr(_line(headers, "Reply-To") or _line(headers, "From"))[1]
        if not to:
            return None
        subject = f"Re: {_line(headers, 'Subject').removeprefix('Re: ')}"
        return _answer(arrived, to, subject, self.text, [], sender=arrived.recipient)


def _answer(arrived: Arrived, to: str, subject: str, text: str, marks: list[tuple[str, str]], *, sender: str) -> Echo:
    headers = arrived.headers
    message_id = _line(headers, "Message-ID")
    references = _line(headers, "References").split()
    _, raw = write(arrived.recipient, to, subject, text, in_reply_to=message_id, references=references, headers=marks)
    return Echo(raw, sender, to)


def _of_a_machine(headers: Message) -> bool:
    """Whether the mail asks not to be answered by machines, or is of a list (RFC 3834 section 2)."""
    automatic = _line(headers, "Auto-Submitted").lower()
    asked = {word.strip().lower() for word in _line(headers, "X-Auto-Response-Suppress").split(",")}
    many = _line(headers, "Precedence").lower() in ("bulk", "list", "junk") or "List-Id" in headers
    return automatic not in ("", "no") or bool(asked & {"all", "oof", "autoreply"}) or many


def _line(headers: Message, name: str) -> str:
    return " ".join(str(headers.get(name, "")).split())
