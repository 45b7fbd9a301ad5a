"""Reports: what a mail server says became of a mail, recipient by recipient, in the form that programs read (RFC 3464).

The standard parser makes a part of each block of such a report. What it leaves as text (RFC 6533, encoded reports) is
taken apart here. Whatever is odd in a report is left out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from itertools import islice
from typing import Literal

from adapters.email.headers import message_ids, value

MOST_BLOCKS = 100
MOST_READ = 64 * 1024  # Bytes of a block, or of the headers of the mail it is about.
LONGEST_WHY = 200

Action = Literal["failed", "delayed", "delivered"]

# The beginning of what an Action field says, as servers put comments behind it. Relayed: gone to where nobody reports.
_ACTIONS: dict[str, Action] = {
    "fail": "failed",
    "error": "failed",
    "delay": "delayed",
    "deliver": "delivered",
    "relay": "delivered",
    "expand": "delivered",
}
_BY_CLASS: dict[str, Action] = {"5": "failed", "4": "delayed", "2": "delivered"}
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_MAIL_TYPES = ("message/rfc822", "message/global", "message/global-headers", "text/rfc822-headers")

_ADDRESS = re.compile(r"[^\s<>()\[\];:,\"]{1,256}@[^\s<>()\[\];:,\"]{1,256}")
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d])(?!\.\d)")  # Not a piece of an IP address.
_SMTP_CODE = re.compile(r"(?<![\d.#])([245])[0-5]\d(?=[ -]|$)(?!-\d{3})")
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")

# Why, in words, by the subject of a status (RFC 3463): not all that fails for good has no mailbox.
_WORDS = {
    "1.1": "no such mailbox",
    "1.2": "no such domain",
    "1.6": "the mailbox has moved",
    "1.10": "no such mailbox",
    "2.1": "the mailbox is switched off",
    "2.2": "the mailbox is full",
    "2.3": "the mail is too large",
    "3.4": "the mail is too large",
    "4.4": "no such domain",
    "4.7": "it took too long",
}
_REFUSED = "refused by policy"  # All of x.7.x.


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a mail to one recipient. `recipients` are the names it has for them: the last, and the first."""

    recipients: tuple[str, ...]
    action: Action
    status: str
    why: str

    @property
    def permanent(self) -> bool:
        """Whether another try will not help."""
        return self.action == "failed" and not self.status.startswith("4")


def reports(mail: Message) -> tuple[Report, ...]:
    """What the reports in a mail say, in their order."""
    blocks = (block for part in parts(mail) if part.get_content_type() in _STATUS_TYPES for block in _blocks(part))
    return tuple(found for block in islice(blocks, MOST_BLOCKS) if (found := _report(block)))


def parts(part: Message) -> Iterator[Message]:
    """The parts of a mail, but not those of mails within it."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for inner in islice(part.get_payload(), MOST_BLOCKS):
            if isinstance(inner, Message):
                yield from parts(inner)
    else:
        yield part


def original_ids(mail: Message) -> tuple[str, ...]:
    """The ids of the mail that is reported on, from its headers as they came back."""
    found = (message_ids(head, "Message-ID") for part in parts(mail) for head in _heads(part))
    return next((ids for ids in found if ids), ())


def status_in(text: str) -> str:
    """The status that a server's words name: the exact one (RFC 3463), or what its SMTP code says."""
    if exact := _STATUS.search(text):
        return exact[0]
    code = _SMTP_CODE.search(text)
    return f"{code[1]}.0.0" if code else ""


def why_in(status: str, said: str) -> str:
    """The reason in words, and what the server said."""
    _, _, subject = status.partition(".")
    words = _REFUSED if subject.startswith("7.") else _WORDS.get(subject, "")
    if status == "4.4.1":  # As a 5 it is what Exchange says of people it does not know.
        words = "the host does not answer"
    plain = "".join(char if char.isprintable() else " " for char in said[: 4 * LONGEST_WHY])
    return ": ".join(part for part in (words, " ".join(plain.split())) if part)[:LONGEST_WHY]


def addresses_in(text: str) -> tuple[str, ...]:
    """The addresses in a value, in small letters."""
    whole = _ESCAPED.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)), text)
    return tuple(one.lower() for one in _ADDRESS.findall(whole))


def _blocks(part: Message) -> Iterator[Message]:
    """The blocks of a report, those included that the standard parser did not see."""
    payload = part.get_payload()
    for block in payload if isinstance(payload, list) else [part]:
        if isinstance(block, Message):
            yield from () if block is part else (block,)
            yield from (HeaderParser().parsestr(text) for text in _left_over(block, part).split("\n\n"))


def _left_over(block: Message, part: Message) -> str:
    """The body of what was taken for a block, decoded as the whole part is encoded."""
    data = _data(block)
    if block is not part and (encoding := value(part, "Content-Transfer-Encoding")):
        alone = Message()
        alone["Content-Transfer-Encoding"] = encoding
        alone.set_payload(data.decode("ascii", "surrogateescape"))
        data = _data(alone)
    return data.decode("utf-8", "replace").replace("\r\n", "\n").strip()


def _data(part: Message) -> bytes:
    """The beginning of what is in a part; nothing if that is parts, or broken."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        return b""
    return data[:MOST_READ] if isinstance(data, bytes) else b""


def _report(block: Message) -> Report | None:
    final, original = (addresses_in(value(block, name)) for name in ("Final-Recipient", "Original-Recipient"))
    said = value(block, "Diagnostic-Code").partition(";")[2].strip() or value(block, "Diagnostic-Code")
    given = value(block, "Action").lower()
    status = _status(value(block, "Status"), said)
    action = next((action for word, action in _ACTIONS.items() if given.startswith(word)), None)
    action = action or (_BY_CLASS.get(status[:1]) if given or final else None)
    if action is None:
        return None
    return Report(recipients=(*final[:1], *original[:1]), action=action, status=status, why=why_in(status, said))


def _status(given: str, said: str) -> str:
    """The status, or what the other server said if that is more exact."""
    found = _STATUS.search(given)
    status = found[0] if found else ""
    if status and not status.endswith(".0.0"):
        return status
    other = status_in(said)
    return other if other and (not status or other[0] != status[0] or not other.endswith(".0.0")) else status


def _heads(part: Message) -> Iterator[Message]:
    if part.get_content_type() not in _MAIL_TYPES:
        return
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (mail for mail in payload[:1] if isinstance(mail, Message))
    else:
        yield HeaderParser().parsestr(_data(part).decode("utf-8", "replace"))
