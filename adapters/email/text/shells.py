"""Shells: markup around a quote, its attribution and answers between its pieces, which only its end tells apart.

Gmail's and Proton's `div` holds the attribution and the quote; in an inline answer, also what the person wrote between
the pieces of the quote; in a forward, the forwarded mail without a further mark.
"""

from __future__ import annotations

import re

from adapters.email.text.charset import clean
from adapters.email.text.lines import Place

_FORWARDED = re.compile(r"-{4,}")
_FIRST = 4  # Lines of a shell that may say it is a forward.


class Drawn:
    """A line being drawn: pieces of text, whose they are, and the shell they stand in."""

    __slots__ = ("blank", "pieces", "place", "shell")

    def __init__(self, place: Place, shell: int) -> None:
        self.pieces: list[str] = []
        self.place, self.shell, self.blank = place, shell, True

    def text(self) -> str:
        """What stands on it."""
        return clean("".join(self.pieces)).replace("\n", " ").strip()


class Shells:
    """The shells of a page, numbered from 1; 0 is outside of all."""

    def __init__(self) -> None:
        self._quotes: dict[int, int] = {}
        self._around: set[int] = set()
        self._forwards: set[int] = set()
        self._seen: dict[int, int] = {}
        self._last = 0

    def opened(self, around: int) -> int:
        """The number of a shell that begins within another."""
        self._around.add(around)
        self._last += 1
        return self._last

    def quoting(self, shell: int, line: int) -> None:
        """A quote begins in the shell, at that line."""
        self._quotes.setdefault(shell, line)

    def place(self, line: Drawn, number: int) -> Place:
        """Whose a line is, by what its shell turned out to hold. Asked once for each line, in their order."""
        if not line.shell or (line.place != "own" and self._seen.get(line.shell, 0) >= _FIRST):
            return line.place
        if not line.blank:
            self._seen[line.shell] = self._seen.get(line.shell, 0) + 1
            if self._seen[line.shell] <= _FIRST and _FORWARDED.match(line.text()):
                self._forwards.add(line.shell)
        if line.place != "own" or (line.shell in self._around and line.shell not in self._quotes):
            return line.place
        answers = line.shell in self._quotes and number >= self._quotes[line.shell]
        return "own" if answers and line.shell not in self._forwards else "quoted"
