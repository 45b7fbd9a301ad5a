"""Filename: what a part of a mail is called, in all the ways that mail programs write it.

RFC 2231 is the rule; encoded words (RFC 2047) and raw bytes in quotes are what many do. Making a name harmless to show
is the business of the shape it goes into.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

_Rfc2231 = tuple[str | None, str | None, str]  # Charset, language, and bytes as characters.


def filename(part: Message) -> str:
    """The name its sender gave a part, or nothing; one of only dots is none."""
    name = parameter(part, "filename", "content-disposition") or parameter(part, "name")
    return name if name.strip(" .") else ""


def parameter(part: Message, name: str, where: str = "content-type") -> str:
    """A parameter of a header of a part as text, or nothing."""
    given = next((raw for called, raw in part.raw_items() if called.lower() == where), None)
    return "" if given is None else _decoded(_parameter(_readable(str(given)), where, name))


def title(mail: Message) -> str:
    """The subject of a mail that is enclosed in another, fit to be a name: a slash in it begins no folder."""
    return header(mail, "Subject").replace("/", "_").replace("\\", "_")


def header(mail: Message, name: str) -> str:
    """A header as text: raw bytes and encoded words read. Nothing where there is none."""
    given = next((raw for called, raw in mail.raw_items() if called.lower() == name.lower()), "")
    return _decoded(_readable(str(given)))


def _decoded(text: str) -> str:
    """The text with its encoded words read; as it stands where they are broken."""
    with contextlib.suppress(LookupError, ValueError, MessageError):
        text = str(make_header(decode_header(text)))
    return " ".join(text.split())


def _readable(raw: str) -> str:
    """The value of a header, its raw bytes read."""
    return _guessed(raw.encode("utf-8", "surrogateescape"))


def _guessed(data: bytes) -> str:
    """UTF-8, else as a Western mail program wrote it."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("windows-1252", errors="replace")


def _parameter(value: str, where: str, name: str) -> str:
    """A parameter of a header, RFC 2231 undone. The standard parser stumbles over some that are not well-formed."""
    alone = Message()
    try:
        alone[where] = " ".join(value.split())
        given: Sequence[tuple[str, str | _Rfc2231]] = alone.get_params([], where)
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    found = [one for called, one in given if called.lower() == name]
    # Who writes a name in both ways means the one that can hold every letter.
    exact = next((one for one in found if isinstance(one, tuple)), None)
    return _unescaped(exact) if exact else str(next(iter(found), "")).strip()


def _unescaped(found: _Rfc2231) -> str:
    """The text of an RFC 2231 value."""
    charset, _, escaped = found
    data = escaped.encode("raw-unicode-escape")
    try:
        return data.decode(charset or "utf-8").strip()
    except (LookupError, ValueError):
        return _guessed(data).strip()
