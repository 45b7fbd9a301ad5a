"""Text for people: what must not hide or pretend is made visible, on every channel in the same way.

Invisible and direction-changing characters are how an argument is made to look like another one. They are printed as
`\\u{202E}`; a line break in a value as `\\n`. Words of mixed scripts are marked by `mixed_scripts`.
"""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2028\u2029\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ue000-\uf8ff"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_WORD = re.compile(r"\w+")


def visible(text: str) -> str:
    """The text with every hidden character spelled out; line breaks and tabs stay."""
    return _HIDDEN.sub(lambda match: f"\\u{{{ord(match[0]):04X}}}", text)


def one_line(text: str) -> str:
    """The text made visible, on one line."""
    return visible(text.replace("\n", "\\n").replace("\t", "\\t"))


def mixed_scripts(text: str) -> tuple[str, ...]:
    """The words that mix Latin, Greek or Cyrillic letters: one of them is not what it looks like."""
    return tuple(word for word in _WORD.findall(text) if len(_scripts(word)) > 1)


def _scripts(word: str) -> set[str]:
    names = (unicodedata.name(char, "").partition(" ")[0] for char in word if char.isalpha())
    return {name for name in names if name in ("LATIN", "GREEK", "CYRILLIC")}
