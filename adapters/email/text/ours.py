"""Ours: which lines of a mail are those of mails we sent, however a mail program wrapped, marked or indented them.

Only runs of them are: a person who types `APPROVE 482913` types a line of ours, and means it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.email.text.lines import Line, tokens

_ENOUGH = 40  # Letters of a run before it is ours and not by chance.
_LONG_LINE = 5  # Words of a line that nobody types by chance.
_NEAR = 60  # Words of ours that a mail program may leave out between two lines of a run.
_MAX_LINES = 5_000
_LONGEST_START = 12  # Words of ours in front of an answer on the same line.
_WORD = re.compile(r"[^\W_]+")


def without_ours(lines: Sequence[Line], sent: Sequence[str]) -> list[Line]:
    """The lines, those of the person's own that are ours marked as quoted."""
    found: set[int] = set()
    for text in sent:
        found |= _ours(lines, tokens(text))
    return [line._replace(place="quoted") if number in found else line for number, line in enumerate(lines)]


def _ours(lines: Sequence[Line], sent: list[str]) -> set[int]:
    """The numbers of the lines that stand in runs of ours: in our order, one near the other."""
    places = _places(sent)
    found: set[int] = set()
    run: list[int] = []
    letters = position = longest = 0
    for number, line in enumerate(lines[:_MAX_LINES]):
        words = tokens(line.text) if line.place == "own" else []
        if not words:
            if line.place != "own":
                found |= _kept(run, letters, longest)
                run, letters, longest = [], 0, 0
            continue
        start = _start(words, sent, places, position if run else 0)
        if run and (start is None or start - position > _NEAR):
            found |= _kept(run, letters, longest)
            run, letters, longest = [], 0, 0
            start = _start(words, sent, places, 0)
        if start is not None:
            run.append(number)
            letters, longest = letters + len("".join(words)), max(longest, len(words))
            position = start + len(words)
    return found | _kept(run, letters, longest)


def _kept(run: list[int], letters: int, longest: int) -> set[int]:
    enough = letters >= _ENOUGH and (len(run) > 1 or longest >= _LONG_LINE)
    return set(run) if enough else set()


def _places(sent: list[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for position, word in enumerate(sent):
        places.setdefault(word, []).append(position)
    return places


def _start(words: list[str], sent: list[str], places: dict[str, list[int]], after: int) -> int | None:
    """Where in ours these words stand, at or behind `after`."""
    tried = 0
    for position in places.get(words[0], ()):
        if position < after:
            continue
        if sent[position : position + len(words)] == words:
            return position
        tried += 1
        if tried > 200:
            return None
    return None


_POINTER = re.compile(
    r"\b(?:in-?line|see (?:my |the )?(?:\w+ )?below|below in|in red|in blue|in green|siehe unten|s\. ?u\.|"
    r"unten im text|"
    r"voir ci-dessous|ci-dessous|en rouge|ver abajo|abajo|en rojo|vedi sotto|zie onder|hieronder|nedan|nedenfor|"
    r"ниже|poniżej|níže|altta|下記|以下|如下|아래)\b",
    re.IGNORECASE,
)


def answers_within(lines: Sequence[Line], sent: Sequence[str]) -> list[Line]:
    """The lines, those the person wrote into our mail without a mark now their own: for who says to look for them.

    They can be told only by not being ours, so only between lines of ours is looked.
    """
    said = " ".join(line.text for line in lines if line.place == "own")
    if len(said) > 300 or not _POINTER.search(said):
        return list(lines)
    as_own = [line._replace(place="own" if line.place in ("quoted", "rest") else "signed") for line in lines]
    found: set[int] = set()
    for text in sent:
        found |= _ours(as_own, tokens(text))
    if len(found) < 3:
        return list(lines)
    first, last = min(found), max(found)
    answered: list[Line] = []
    before = ""
    for number, line in enumerate(lines):
        before = line.text if number in found else before
        is_answer = first < number < last and number not in found and line.place != "signed"
        answered.append(Line(_behind_ours(line.text, before, sent), "own") if is_answer else line)
    return answered


def _behind_ours(text: str, before: str, sent: Sequence[str]) -> str:
    """A line without the words it begins with, if they go on in ours where the line before ended."""
    words = list(_WORD.finditer(text))
    for count in range(min(_LONGEST_START, len(words) - 1), 0, -1):
        start = text[: words[count - 1].end()]
        if any(f" {' '.join(tokens(before) + tokens(start))} " in f" {' '.join(tokens(ours))} " for ours in sent):
            return text[len(start) :].lstrip(" .,:;)\"'}")
    return text
