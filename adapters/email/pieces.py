"""Pieces: which parts of a mail are its text, in the order a mail program shows them.

Of alternatives the wanted one; of a signed or related group the first; of a mixed group all that is shown. Attachments
and mails within the mail are not its text.
"""

from __future__ import annotations

import re
from email.errors import CloseBoundaryNotFoundDefect
from email.message import Message
from itertools import islice
from typing import Literal

Wanted = Literal["text/plain", "text/html"]

MAX_PARTS = 100
MAX_DEPTH = 20

_SEALED = frozenset(("application/pgp-encrypted", "application/x-microsoft-rpmsg-message", "multipart/encrypted"))
_SMIME = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_ARMOUR = re.compile(rb"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)


def pieces(mail: Message, wanted: Wanted) -> list[Message]:
    """The text parts to read, `wanted` ones where there is a choice."""
    return _pieces(mail, wanted, 0, alone=True)[:MAX_PARTS]


def _pieces(part: Message, wanted: Wanted, depth: int, *, alone: bool) -> list[Message]:
    kind = part.get_content_type()
    if kind.startswith("message/") or part.get_content_disposition() == "attachment" or depth > MAX_DEPTH:
        return []
    if not part.is_multipart():
        named = part.get_filename() is not None and not alone
        return [part] if kind in ("text/plain", "text/html") and not named else []
    inner = [one for one in islice(part.get_payload(), MAX_PARTS) if isinstance(one, Message)]
    if kind == "multipart/alternative":
        return _alternative(inner, wanted, depth)
    if kind in ("multipart/signed", "multipart/related"):
        return next((found for one in inner if (found := _pieces(one, wanted, depth + 1, alone=alone))), [])
    found: list[Message] = []
    for one in inner:
        found += _pieces(one, wanted, depth + 1, alone=alone and not found)
    return found


def _alternative(inner: list[Message], wanted: Wanted, depth: int) -> list[Message]:
    """The first alternative that has what is wanted and is not empty, else the first that has anything."""
    choices = [found for one in inner if (found := _pieces(one, wanted, depth + 1, alone=True))]
    fit = (choice for choice in choices if any(piece.get_content_type() == wanted for piece in choice))
    return next(fit, choices[0] if choices else [])


def sealed(mail: Message) -> bool:
    """Whether what the mail says is encrypted, or enclosed in a seal that only its reader's program opens."""
    return any(_is_sealed(part) for part in islice(mail.walk(), MAX_PARTS * 3))


def _is_sealed(part: Message) -> bool:
    kind = part.get_content_type()
    if kind in _SEALED or kind in _SMIME:
        return True
    if kind != "text/plain" or part.get_content_disposition() == "attachment":
        return False
    payload = part.get_payload(decode=True)
    return isinstance(payload, bytes) and bool(_ARMOUR.search(payload[:4000].replace(b"\r", b"")))


def incomplete(mail: Message, read: list[Message]) -> bool:
    """Whether the mail ends within one of the parts that were read: what its last words were nobody knows."""
    last: Message = mail
    cut_short = "X-Holdpoint-Cut" in mail
    unclosed = cut_short and not mail.is_multipart()
    while last.is_multipart() and last.get_payload():
        unclosed = unclosed or (cut_short and any(isinstance(one, CloseBoundaryNotFoundDefect) for one in last.defects))
        inner = last.get_payload()[-1]
        if not isinstance(inner, Message):
            break
        last = inner
    return unclosed and any(part is last for part in read)
