"""The length of a text: GSM-7 or UCS-2, how it is cut into segments, and smart encoding.

A segment holds 160 septets or 70 UTF-16 units; of a longer text each holds 153 or 67, since a header takes the rest.
https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding, .../what-is-ucs-2-character-encoding,
https://www.twilio.com/docs/messaging/services/smart-encoding-char-list (the usual ones of that list)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")

_SMART = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u0060\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000", " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
    "\u2026": "...",
    "\u2022": "*",
    "\t": " ",
}
_FOLD = str.maketrans(_SMART)


@dataclass(frozen=True)
class Cut:
    """A text as it is sent: in which encoding, and in which parts."""

    encoding: Encoding
    parts: tuple[str, ...]


def cut(text: str) -> Cut:
    """Encode and cut a text; the empty one is one segment too."""
    if all(one in BASIC or one in EXTENSION for one in text):
        return Cut("GSM-7", _parts(text, _septets, 160, 153))
    return Cut("UCS-2", _parts(text, _units, 70, 67))


def smart(text: str) -> str:
    """The text with typographic characters folded into those of GSM-7 (`SmartEncoded`)."""
    return text.translate(_FOLD)


def _septets(character: str) -> int:
    return 2 if character in EXTENSION else 1


def _units(character: str) -> int:
    return 2 if ord(character) > 0xFFFF else 1


def _parts(text: str, size: Callable[[str], int], single: int, each: int) -> tuple[str, ...]:
    if sum(size(one) for one in text) <= single:
        return (text,)
    parts, part, room = [], "", each
    for one in text:
        if size(one) > room:
            parts.append(part)
            part, room = "", each
        part += one
        room -= size(one)
    return (*parts, part)
