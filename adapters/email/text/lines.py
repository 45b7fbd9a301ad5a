"""Lines: a mail's text line by line, each with whose it is. What reads text and what reads HTML both end here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple

# `rest`: quoted, and so is all that follows. `signed`: a signature or footer.
Place = Literal["own", "quoted", "rest", "signed"]

_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"^[ \t]{0,3}((?:[>＞][ \t]?)+)")


class Line(NamedTuple):
    """A line as a person sees it, without its quote marks."""

    text: str
    place: Place = "own"


def of_text(text: str) -> Line:
    """A line of plain text: whose it is, by the `>` it begins with."""
    mark = _QUOTED.match(text)
    return Line(text[mark.end() :].strip(), "quoted") if mark else Line(text.strip())


def joined(lines: Iterable[Line], *places: Place) -> str:
    """The lines of these places as text, never more than one blank line between."""
    text = "\n".join(line.text for line in lines if line.place in places)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def put(lines: list[Line], place: Place, start: int, end: int) -> None:
    """Those of the lines from `start` to before `end` that were the person's own are of that place now."""
    lines[start:end] = [line._replace(place=place) if line.place == "own" else line for line in lines[start:end]]


def tokens(text: str) -> list[str]:
    """The words of a text and nothing else: without case, marks, line breaks and the forms letters come in."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
