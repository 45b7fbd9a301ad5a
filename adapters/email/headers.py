"""Headers, read by hand: the standard parser's structured headers raise on some mails and misread others.

Above all the sender: exactly one From with exactly one mailbox, taken from the one `<...>` outside quotes and
comments. Whatever stands before it is a display name, even when it looks like an address; what is encoded in it
(RFC 2047) is not even decoded.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

import idna

from adapters.email import prefixes
from adapters.errors import Unreadable

MAX_FROM = 2000
MAX_SUBJECT = 500

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_PIECE = re.compile(r'\\.|["()]|[^"()\\]+|\\')
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,500}>")


def values(mail: Message, name: str) -> list[str]:
    """All values of a header, unfolded, as text."""
    return [" ".join(text.split()) for text in _written(mail, name)]


def value(mail: Message, name: str) -> str:
    """The first value of a header, or nothing."""
    return next(iter(values(mail, name)), "")


def _written(mail: Message, name: str) -> list[str]:
    """All values of a header as they stand there. Bytes beyond ASCII are UTF-8 (RFC 6532) or marks of what is not."""
    return [
        str(text).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for given, text in mail.raw_items()
        if given.lower() == name.lower()
    ]


def sender(mail: Message) -> str:
    """The one address the mail says it is from: lower-cased, its domain in ASCII (IDNA). Raises Unreadable."""
    given = _written(mail, "From")
    if len(given) != 1:
        raise Unreadable(f"the mail has {len(given)} From headers instead of one")
    return mailbox(given[0])


def on_behalf(mail: Message) -> str:
    """Who sent it in the name of its From, if a Sender header says so: their address, or its text if it is none.

    Empty where nobody else did. Resent headers do not count: who passes a mail on says nothing about who wrote it.
    """
    given = _written(mail, "Sender")
    try:
        author = sender(mail)
    except Unreadable:
        author = ""
    for text in given:
        try:
            other = mailbox(text)
        except Unreadable:
            other = _CONTROL.sub("", " ".join(text.split()))[:100] or "somebody unnamed"
        if other != author:
            return other
    return ""


def mailbox(text: str) -> str:
    """The one address of a From value: lower-cased, its domain in ASCII (IDNA). Raises Unreadable."""
    if len(text) > MAX_FROM:
        raise Unreadable(f"the From header is longer than {MAX_FROM} characters")
    text = _FOLD.sub("", text.rstrip("\r\n"))
    if _CONTROL.search(text):
        raise Unreadable("the From header holds characters that are no text")
    bare = _outside(text)
    if bare.count("<") > 1 or any(sign in bare for sign in ",;\\"):
        raise Unreadable("the From header does not name exactly one mailbox")
    inside = re.fullmatch(r"[^<>]*<([^<>]*)>[ \t]*", bare)
    return _plain((inside[1] if inside else bare).strip(" \t"))


def _plain(address: str) -> str:
    """An address in its one plain form. Raises Unreadable."""
    local, _, domain = address.rpartition("@")
    domain = _ascii(domain)
    # A local part that is encoded is a name gone astray: nobody has such an address.
    if not _LOCAL.fullmatch(local) or len(local) > 64 or "=?" in local:
        raise Unreadable("the From header holds no plain address")
    if not _DOMAIN.fullmatch(domain) or len(domain) > 253:
        raise Unreadable("the sender's domain is not a domain")
    return f"{local.lower()}@{domain}"


def _ascii(domain: str) -> str:
    """A domain as it is registered. Nothing is mapped: what only looks like another domain stays itself, or is none."""
    if domain.isascii():
        return domain.lower()
    if unicodedata.normalize("NFC", domain) != domain:  # The sign for Kelvin would become a "k" when lower-cased.
        raise Unreadable("the sender's domain is not a domain")
    try:
        return idna.encode(domain.lower(), strict=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise Unreadable("the sender's domain is not a domain") from error


def _outside(text: str) -> str:
    """What stands outside quoted strings and comments, which nest. Raises Unreadable when one does not end.

    Of a quoted string its quotes stay, so that what is around it does not become an address without it.
    """
    kept: list[str] = []
    quoted, depth = False, 0
    for piece in _PIECE.findall(text):
        if piece == '"' and not depth:
            quoted = not quoted
            kept.append(piece)
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
    """The subject as text, without the prefixes of answers and forwards."""
    return prefixes.without(full_subject(mail))


def full_subject(mail: Message) -> str:
    """The subject as text, as it was written: one line, without control characters."""
    text = value(mail, "Subject")[: 8 * MAX_SUBJECT]
    # An unknown charset, a broken encoding: the encoded text is better than none.
    with contextlib.suppress(LookupError, ValueError, MessageError):
        text = str(make_header(decode_header(text)))
    line = "".join(c for c in " ".join(text.split()) if unicodedata.category(c) not in ("Cc", "Cs"))
    return line[:MAX_SUBJECT]
