"""Spelling: what somebody typed, as it is compared: nothing in it unseen, and a digit is a digit in any script."""

from __future__ import annotations

import re
import unicodedata

# Variation selectors: they are marks, not format characters, and as invisible.
_SELECTORS = re.compile("[\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def plain(text: str) -> str:
    """The text without what cannot be seen, composed (NFC), its decimal digits those of ASCII."""
    seen = (char for char in _SELECTORS.sub("", text) if unicodedata.category(char) != "Cf")
    return "".join(map(_digit, unicodedata.normalize("NFC", "".join(seen))))


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)
