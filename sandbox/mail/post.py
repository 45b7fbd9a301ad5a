"""The post office: mailboxes, delivery with the stamps a real mail exchanger puts on, faults, and a journal.

`Authentication-Results` of ours stands on top, the sender's own headers below. A header that claims to be ours is
removed on the way in (RFC 8601 section 5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Literal

from pymap.backend.dict.mailbox import MailboxData
from pymap.parsing.message import AppendMessage

from sandbox.mail.clock import now
from sandbox.mail.faults import FaultKind as FaultKind
from sandbox.mail.faults import Faults
from sandbox.mail.letter import Letter, read

MX = "mx.bot.example.test"
Auth = Literal["pass", "fail", "none", "unstamped"]

_HEADER = re.compile(rb"^[^\s:]+:[^\n]*\n(?:[ \t][^\n]*\n)*", re.MULTILINE)


class Refused(Exception):
    """This server does not take the mail: what it reads the headers with breaks on them."""


@dataclass(frozen=True)
class Transaction:
    """One mail that the SMTP server took: the outside world's journal."""

    sender: str
    recipients: tuple[str, ...]
    message_id: str


@dataclass
class Post:
    """All mailboxes. `people` are addresses with passwords; `bot` takes plus addresses too."""

    bot: str
    people: dict[str, str]
    inboxes: dict[str, MailboxData] = field(default_factory=dict)
    journal: list[Transaction] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    _boxes: dict[str, list[Letter]] = field(default_factory=dict)

    def mailbox_of(self, address: str) -> str | None:
        """The mailbox an address delivers to."""
        address = address.lower()
        local, _, domain = self.bot.partition("@")
        if re.fullmatch(rf"{re.escape(local)}\+[^@]+@{re.escape(domain)}", address):
            return self.bot
        return address if address in self.people else None

    async def deliver(self, raw: bytes, sender: str, recipients: tuple[str, ...], auth: Auth) -> None:
        """Put a mail into its recipients' mailboxes, and into the journal. Raises Refused."""
        self.journal.append(Transaction(sender, recipients, read(0, raw).message_id))
        for recipient in recipients:
            box = self.mailbox_of(recipient)
            if box is not None:
                await self._append(box, stamped(raw, sender, recipient, auth))

    async def _append(self, box: str, raw: bytes) -> None:
        try:
            message = await self.inboxes[box].append(AppendMessage(raw, now()))
        except Exception as error:  # To find its thread, pymap asks Python's parser, which breaks in many ways.
            raise Refused from error
        self._boxes.setdefault(box, []).append(read(message.uid, raw))

    def letters(self, address: str) -> tuple[Letter, ...]:
        """What is in a mailbox, oldest first."""
        return tuple(self._boxes.get(address.lower(), ()))


def stamped(raw: bytes, sender: str, recipient: str, auth: Auth) -> bytes:
    """The mail as our exchanger hands it on."""
    domain = sender.rpartition("@")[2]
    stamps = [f"Return-Path: <{sender}>", f"Delivered-To: {recipient}"]
    if auth != "unstamped":
        spf, dkim = ("pass", "pass") if auth == "pass" else ("fail", "none") if auth == "fail" else ("none", "none")
        stamps.append(
            f"Authentication-Results: {MX};\r\n dmarc={auth} header.from={domain};\r\n"
            f" spf={spf} smtp.mailfrom={domain};\r\n dkim={dkim} header.d={domain}"
        )
    stamps.append(f"Received: from sandbox by {MX} with ESMTP; {format_datetime(now())}")
    return "".join(f"{stamp}\r\n" for stamp in stamps).encode() + _without_ours(raw)


def _without_ours(raw: bytes) -> bytes:
    """The mail without headers that pretend to be our verdict."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    kept = _HEADER.sub(lambda m: b"" if _pretends(m[0]) else m[0], head + b"\r\n")
    return kept.removesuffix(b"\r\n") + gap + body


def _pretends(header: bytes) -> bool:
    name, _, value = header.partition(b":")
    return name.lower() == b"authentication-results" and value.strip().lower().startswith(MX.encode())
