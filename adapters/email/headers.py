"""Headers, read by hand: the standard parser's structured headers raise on some mails and misread others.

Above all the sender: exactly one From with exactly one mailbox, taken from the one `<...>` outside quotes and
comments. Whatever stands before it is a display name, even when it looks like an address.
"""

from __future__ import annotations

import contextlib
import re
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

from adapters.errors import Unreadable

MAX_FROM = 2000

_PIECE = re.compile(r'\\.|["()]|[^"()\\]+|\\')
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,500}>")
_PREFIX = re.compile(r"^\s*(?:re|aw|sv|vs|antw|odp|wg|fwd?|tr|rif|res)\s*(?:\[\d+\])?\s*:\s*", re.IGNORECASE)


def values(mail: Message, name: str) -> list[str]:
    """All values of a header, unfolded, as text."""
    return [" ".join(str(value).split()) for value in mail.get_all(name, [])]


def value(mail: Message, name: str) -> str:
    """The first value of a header, or nothing."""
    return next(iter(values(mail, name)), "")


def sender(mail: Message) -> str:
    """The one address the mail says it is from, with a lower-case IDNA domain. Raises Unreadable."""
    given = values(mail, "From")
    if len(given) != 1:
        raise Unreadable(f"the mail has {len(given)} From headers instead of one")
    return mailbox(given[0])


def mailbox(text: str) -> str:
    """The one address of a From value. Raises Unreadable."""
    if len(text) > MAX_FROM:
        raise Unreadable(f"the From header is longer than {MAX_FROM} characters")
    bare = _outside(text)
    if bare.count("<") > 1 or "," in bare or ";" in bare:
        raise Unreadable("the From header names more than one mailbox")
    inside = re.fullmatch(r"[^<>]*<([^<>]*)>\s*", bare)
    address = (inside[1] if inside else bare).strip()
    local, _, domain = address.rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode().lower()}"
    except UnicodeError as error:
        raise Unreadable("the sender's domain is not a domain") from error
    if not _ADDRESS.fullmatch(address) or ".." in address:
        raise Unreadable("the From header holds no plain address")
    return address.lower()


def _outside(text: str) -> str:
    """What stands outside quoted strings and comments, which nest. Raises Unreadable when one does not end."""
    kept: list[str] = []
    quoted, depth = False, 0
    for piece in _PIECE.findall(text):
        if piece == '"' and not depth:
            quoted = not quoted
        elif piece == "(" and not quoted:
            depth += 1
        elif piece == ")" and depth:
            depth -= 1
        elif not quoted and not depth:
            kept.append(piece)
    if quoted or depth:
        raise Unreadable("the From header has a quote or a comment that does not end")
    return " ".join(kept)


def message_ids(mail: Message, name: str) -> tuple[str, ...]:
    """The message ids in a header, in order; what is not an id is skipped."""
    return tuple(_MESSAGE_ID.findall(" ".join(values(mail, name))))


def subject(mail: Message) -> str:
    """The subject as text, without reply prefixes."""
    text = value(mail, "Subject")
    # An unknown charset, a broken encoding: the encoded text is better than none.
    with contextlib.suppress(LookupError, ValueError, MessageError):
        text = str(make_header(decode_header(text)))
    text = " ".join(text.split())[:500]
    while (shorter := _PREFIX.sub("", text, count=1)) != text:
        text = shorter
    return text
