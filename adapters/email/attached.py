"""Attached: the files that came with a mail, each with its text, or why it has none. Nothing is unpacked.

What belongs to the letter is no file: its own words, the small pictures in them, and what proves or encrypts them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from email.message import Message
from itertools import islice
from urllib.parse import unquote

from adapters import content
from adapters.content import MOST_BYTES, MOST_FILES, NotRead
from adapters.email import limits, sniff
from adapters.email.filename import filename, title
from agent_core.values import Attachment, WhyNot

MOST_NAMED = 2 * MOST_FILES
SMALL_PICTURE = 48 * 1024  # Bytes. A company's logo or the face in a signature; a screenshot is larger.
CUT_HEADER = limits.CUT.partition(b":")[0].decode()

_NO_FILES = frozenset(
    {
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-encrypted",
        "application/applefile",  # The half of a Macintosh file that only a Macintosh wants.
    }
)
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_CHARSETS = ("iso-", "iso8859", "latin", "windows-", "cp125", "koi8", "gb", "big5", "euc", "shift_jis", "utf-16")
_CID = re.compile(rb"cid:([^\"'\s<>)]{1,500})", re.IGNORECASE)


def attached(mail: Message, room: int = limits.MAX_TEXT) -> tuple[Attachment, ...]:
    """The files of a mail in their order, all their text together not longer than `room` characters."""
    found = list(islice(_files(mail), MOST_NAMED + 1))
    files = [_file(part, place) for place, part in enumerate(found[:MOST_NAMED])]
    if len(found) > MOST_NAMED:
        files.append(Attachment(name="and more", why_not="too_many"))
    elif CUT_HEADER in mail:
        files = _without_end(mail, found, files)
    return tuple(content.within(room, files))


def _files(mail: Message) -> Iterator[Message]:
    """The parts that are files to a reader."""
    leaves = list(_leaves(mail))
    letter = next((part for part, _ in leaves if _may_be_letter(part)), None)
    shown = _shown(part for part, _ in leaves)
    for part, within in leaves:
        if part is not letter and _is_file(part, within) and not _is_decoration(part, shown):
            yield part


def _leaves(part: Message, within: str = "") -> Iterator[tuple[Message, str]]:
    """The parts that have no parts, and what kind of multipart each is in. An enclosed mail is one part."""
    kind = part.get_content_type()
    if kind in ("multipart/encrypted", "multipart/report"):  # What is in these is for programs.
        return
    if kind.startswith("message/") or not part.is_multipart():
        yield part, within
        return
    for inner in part.get_payload():
        if isinstance(inner, Message):
            yield from _leaves(inner, kind)


def _may_be_letter(part: Message) -> bool:
    return part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"


def _is_file(part: Message, within: str) -> bool:
    kind, name = part.get_content_type(), filename(part)
    if kind in _NO_FILES or kind.startswith("multipart/") or _is_sealed_letter(kind, name, within):
        return False
    if kind.startswith("message/") or part.get_content_disposition() == "attachment":
        return True
    if within == "multipart/alternative":
        return bool(name) and not kind.startswith("text/")  # Else it is the same words in another form.
    return bool(name) or not kind.startswith("text/")  # Else it is more of the letter.


def _is_sealed_letter(kind: str, name: str, within: str) -> bool:
    """Whether all of the mail is this one part, encrypted."""
    return not within and (kind in _SEALED or name.lower().endswith(".p7m"))


def _shown(parts: Iterable[Message]) -> frozenset[str]:
    """The ids of the parts that the HTML of the letter shows."""
    pages = (_data(part) for part in parts if part.get_content_type() == "text/html" and _may_be_letter(part))
    found = (html.unescape(cid.decode("latin-1")) for page in pages for cid in _CID.findall(page or b""))
    return frozenset(unquote(cid) for cid in found)


def _is_decoration(part: Message, shown: frozenset[str]) -> bool:
    """Whether it is a logo and the like: shown in the text, and small."""
    cid = str(part.get("Content-ID", "")).strip().strip("<>")
    if not cid or cid not in shown or part.get_content_maintype() != "image":
        return False
    return len(_data(part) or b"") <= SMALL_PICTURE


def _file(part: Message, place: int) -> Attachment:
    """What is known of a file: with its text, if it has any and is not one of too many."""
    name, declared = filename(part), _declared(part)
    if declared.startswith("message/"):
        inner = next((mail for mail in _inner(part)), None)
        return Attachment(name=name or (title(inner) if inner else ""), media_type=declared, why_not="not_text")
    data = _data(part)
    if data is None:
        return Attachment(name=name, media_type=declared, why_not="not_read")
    kind = sniff.media_type(declared, data)
    known = Attachment(name=name, media_type=kind, size=len(data), why_not="too_many")
    return known if place >= MOST_FILES else _with_text(known, data, part.get_content_charset(""))


def _with_text(known: Attachment, data: bytes, charset: str) -> Attachment:
    why: WhyNot = "not_text"
    try:
        if not content.may_be_text(known.media_type):
            raise NotRead("not_text")
        if len(data) > MOST_BYTES:
            raise NotRead("too_big")
        return known.model_copy(update={"text": _text(data, charset), "why_not": None})
    except NotRead as reason:
        why = reason.why
    return known.without_text(why)


def _text(data: bytes, charset: str) -> str:
    """The text of a file: UTF-8 as everywhere, or else in its sender's charset. Raises NotRead."""
    foreign = charset.startswith(_CHARSETS)
    if not foreign or b"\x1b" not in data:  # ISO 2022 is made of escape sequences that look like ASCII.
        try:
            return content.text_of(data)
        except NotRead:
            if not foreign:
                raise
    try:
        text = data.decode(charset)
    except (LookupError, ValueError):
        raise NotRead("not_text") from None
    if "\x00" in text:
        raise NotRead("not_text")
    return text


def _declared(part: Message) -> str:
    """The type it is said to be; nothing where none is, as plain text is only a guess then."""
    return part.get_content_type() if "Content-Type" in part else ""


def _inner(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (mail for mail in payload if isinstance(mail, Message))


def _data(part: Message) -> bytes | None:
    """What is in a part; nothing if its encoding is broken beyond reading."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return payload if isinstance(payload, bytes) else None


def _without_end(mail: Message, found: Sequence[Message], files: Sequence[Attachment]) -> list[Attachment]:
    """The files of a mail whose end was not fetched: the last part may be only the beginning of itself."""
    last = next(reversed([part for part, _ in _leaves(mail)]), None)
    if not found or found[-1] is not last:
        return [*files, Attachment(name="and more", why_not="too_big")]
    return [*files[:-1], files[-1].model_copy(update={"size": None, "text": None, "why_not": "too_big"})]
