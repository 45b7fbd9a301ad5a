"""Segments: how a text goes over the air, and so what it costs. The rule is GSM 03.38 and 3GPP TS 23.040.

A text of the GSM alphabet has 160 septets in one segment, or 153 in each of several; a character of its extension
table takes two. One character outside both turns the whole text to UCS-2: 70 units of UTF-16, or 67 in each of several.
What takes two is never parted between segments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
_ROOM: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


@dataclass(frozen=True, slots=True)
class Size:
    """How a text is encoded, and how many segments that makes."""

    encoding: Encoding
    segments: int


def size(text: str) -> Size:
    """What the text takes over the air. An empty text is one segment."""
    widths, encoding = _widths(text)
    alone, each = _ROOM[encoding]
    return Size(encoding, 1 if sum(widths) <= alone else _count(widths, each))


def _widths(text: str) -> tuple[list[int], Encoding]:
    if all(char in BASIC or char in EXTENSION for char in text):
        return [2 if char in EXTENSION else 1 for char in text], "GSM-7"
    return [2 if ord(char) > 0xFFFF else 1 for char in text], "UCS-2"


def _count(widths: Iterable[int], room: int) -> int:
    """How many segments of this room they fill, one after the other."""
    segments, filled = 1, 0
    for width in widths:
        if filled + width > room:
            segments, filled = segments + 1, 0
        filled += width
    return segments
