"""Pieces: which parts of a mail are its text, in the order a mail program shows them.

Of alternatives the wanted one; of a signed or related group the first; of a mixed group all that is shown. Attachments
and mails within the mail are not its text.
"""

from __future__ import annotations

import re
from email import message_from_string
from email.errors import CloseBoundaryNotFoundDefect, MissingHeaderBodySeparatorDefect
from email.message import Message
from email.policy import compat32
from itertools import islice
from typing import Literal

from adapters.email.text.opaque import enclosed

Wanted = Literal["text/plain", "text/html"]

MAX_PARTS = 100
MAX_DEPTH = 20

_SEALED = frozenset(("application/pgp-encrypted", "application/x-microsoft-rpmsg-message", "multipart/encrypted"))
_SMIME = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_FIELD = re.compile(r"[!-9;-~]{1,76}[ \t]*:|[ \t]+\S")
_BLANK = re.compile(r"^([!-9;-~]{1,76})[ \t]+:", re.MULTILINE)
_ARMOUR = re.compile(rb"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)


def pieces(mail: Message, wanted: Wanted) -> list[Message]:
    """The text parts to read, `wanted` ones where there is a choice."""
    return _pieces(mail, wanted, 0, alone=True)[:MAX_PARTS]


def _pieces(part: Message, wanted: Wanted, depth: int, *, alone: bool) -> list[Message]:
    kind = part.get_content_type()
    if _is_smime(part):
        opened = enclosed(part)
        return _pieces(opened, wanted, depth + 1, alone=alone) if opened and depth < MAX_DEPTH else []
    if kind.startswith("message/") or part.get_content_disposition() == "attachment" or depth > MAX_DEPTH:
        return []
    if not part.is_multipart():
        named = part.get_filename() is not None and not alone
        return [part] if kind in ("text/plain", "text/html") and not named else []
    inner = [one for one in islice(part.get_payload(), MAX_PARTS) if isinstance(one, Message)]
    if kind == "multipart/alternative":
        return _alternative(inner, wanted, depth)
    if kind in ("multipart/signed", "multipart/related"):
        return next((first for one in inner if (first := _pieces(one, wanted, depth + 1, alone=alone))), [])
    found: list[Message] = []
    for one in inner:
        found += _pieces(one, wanted, depth + 1, alone=alone and not found)
    return found


def _alternative(inner: list[Message], wanted: Wanted, depth: int) -> list[Message]:
    """The first alternative that has what is wanted and is not empty, else the first that has anything."""
    choices = [found for one in inner if (found := _pieces(one, wanted, depth + 1, alone=True))]
    fit = (choice for choice in choices if any(piece.get_content_type() == wanted for piece in choice))
    return next(fit, choices[0] if choices else [])


def mended(mail: Message) -> Message:
    """The mail, its header whole again where a blank before a colon made the parser take the rest for text."""
    body = mail.get_payload()
    if not isinstance(body, str) or not any(isinstance(one, MissingHeaderBodySeparatorDefect) for one in mail.defects):
        return mail
    head, gap, rest = body.replace("\r\n", "\n").partition("\n\n")
    if not gap or not all(_FIELD.match(line) for line in head.split("\n")):
        return mail
    fields = _BLANK.sub(r"\1:", head)
    return message_from_string(f"{fields}\n\n{rest}", policy=compat32)


def sealed(mail: Message) -> bool:
    """Whether what the mail says is encrypted, or enclosed in a seal that only its reader's program opens."""
    return any(_is_sealed(part) for part in islice(mail.walk(), MAX_PARTS * 3))


def _is_sealed(part: Message) -> bool:
    kind = part.get_content_type()
    if kind in _SEALED or (_is_smime(part) and enclosed(part) is None):
        return True
    if kind != "text/plain" or part.get_content_disposition() == "attachment":
        return False
    payload = part.get_payload(decode=True)
    return isinstance(payload, bytes) and bool(_ARMOUR.search(payload[:4000].replace(b"\r", b"")))


def _is_smime(part: Message) -> bool:
    """Some servers on the way, and some programs, do not know its kind; then its name tells (RFC 8551, 3.2.1)."""
    kind, name = part.get_content_type(), str(part.get_param("name", "") or part.get_filename() or "")
    return kind in _SMIME or (kind == "application/octet-stream" and name.lower().endswith((".p7m", ".p7z")))


def incomplete(mail: Message, read: list[Message]) -> bool:
    """Whether the mail ends within one of the parts that were read: what its last words were nobody knows."""
    last: Message = mail
    cut_short = "X-Holdpoint-Cut" in mail
    unclosed = cut_short and not mail.is_multipart()
    while last.is_multipart() and last.get_payload():
        unclosed = unclosed or (cut_short and any(isinstance(one, CloseBoundaryNotFoundDefect) for one in last.defects))
        inner = last.get_payload()
        if not isinstance(inner, list) or not isinstance(inner[-1], Message):
            break
        last = inner[-1]
    return unclosed and any(part is last for part in read)
