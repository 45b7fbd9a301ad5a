"""Patterns: what `like` says of a text. One that might mean something else than it seems to is refused, not guessed at.

`*` is any text, `?` any character, `[abc]` and `[a-z]` one of these, `[!abc]` one that is none of them. Small and
capital letters differ. What is special stands for itself in brackets: `[*]`, `[?]`, `[[]`.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

_SET = re.compile(r"\[(?P<none>!?+)(?P<of>\]?+[^\]]*+)\]")
_RANGE = re.compile(r"(?=(.)-(.))", re.DOTALL)
_SPECIAL = "*?["


def fits(text: str, pattern: str) -> bool:
    """Whether the whole text is so."""
    return fnmatchcase(text, pattern)


def unambiguous(pattern: str) -> str:
    """The pattern. Raises ValueError, saying nothing of it, if its brackets might be meant in two ways."""
    if "[" in _SET.sub("", pattern):
        raise ValueError("a [ has no ] that ends it; a [ itself is written [[]")
    for found in _SET.finditer(pattern):
        of = found["of"]
        if of.startswith("^"):
            raise ValueError("none of these characters is written [!...], and not [^...]")
        if len(of) == 1 and of not in _SPECIAL and not found["none"]:
            raise ValueError("[...] with one character is that character; if the [ itself is meant, it is written [[]")
        if any(first > last for first, last in _RANGE.findall(of)):
            raise ValueError("a range in [...] goes from the lower to the higher character")
    return pattern
