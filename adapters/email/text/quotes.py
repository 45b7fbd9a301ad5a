"""Quotes: whose each line of a mail is. Markup and `>` told of some; here the words above a quote tell of others.

In this order (each sees only what the one before it left to the person): lines of mails we sent, attributions, headings
of mails quoted whole, our own line, and a library that knows more languages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailparser_reply import EmailReplyParser

from adapters.email.found import ANSWER_ABOVE
from adapters.email.text.attributions import attribution
from adapters.email.text.headings import heading
from adapters.email.text.lines import Line, put, tokens
from adapters.email.text.ours import answers_within, without_ours

_LANGUAGES = ["en", "de", "cs", "da", "es", "fr", "it", "ja", "ko", "nl", "pl", "sv", "zh", "david"]
_OUR_LINE = " ".join(tokens(ANSWER_ABOVE))
_FOR_LIBRARY = 200  # Lines: its patterns take time cubed.
_LONGEST = 300
_INITIALS = re.compile(r"^[A-Za-z]{1,4}>")
_OFTEN = 3
_GAP = re.compile(
    r"^[\[<(]\s?(?:\.{2,}|…|snip(?:ped)?|cut|trimmed|gekürzt|coupé)\s?[\])>]$|^(?:\.{3,}|…)$", re.IGNORECASE
)
_RULE = re.compile(r" ?[_-]{32}")
_HEADER = re.compile(r"[:：]\s*$|[:：].*\n.*[:：]")
_CERTAIN = re.compile(r"@|\d{4}|\d{1,2}[:.]\d{2}")


def told_apart(lines: Sequence[Line], sent: Sequence[str]) -> list[Line]:
    """The lines, each with whose it is. `sent`: the plain texts of mails of ours that may be quoted."""
    known = _to_the_end(without_ours(_by_initials(_to_the_end(lines)), sent))
    known = _by_library(_by_headings(_by_attributions(known)))
    return answers_within(_without_gaps(known), sent)


def _to_the_end(lines: Sequence[Line]) -> list[Line]:
    """All is quoted from where the rest is."""
    first = next((number for number, line in enumerate(lines) if line.place == "rest"), len(lines))
    return _rest(lines, first)


def _rest(lines: Sequence[Line], start: int) -> list[Line]:
    known = list(lines)
    put(known, "rest", start, len(known))
    return known


def _by_initials(lines: Sequence[Line]) -> list[Line]:
    """Lines marked `HP> `, as some programs quote, if several are marked by the same letters."""
    marks = [found[0] if line.place == "own" and (found := _INITIALS.match(line.text)) else "" for line in lines]
    often = {mark for mark in set(marks) if mark and marks.count(mark) >= _OFTEN}
    return [
        Line(line.text[len(mark) :].strip(), "quoted") if mark in often else line
        for line, mark in zip(lines, marks, strict=True)
    ]


def _without_gaps(lines: Sequence[Line]) -> list[Line]:
    """`[...]` beside a quote stands for what was left out of it."""
    known = list(lines)
    for number, line in enumerate(lines):
        if line.place == "own" and _GAP.match(line.text) and _beside_quote(lines, number):
            put(known, "quoted", number, number + 1)
    return known


def _beside_quote(lines: Sequence[Line], number: int) -> bool:
    before = next((line.place for line in reversed(lines[:number]) if line.text), "own")
    after = next((line.place for line in lines[number + 1 :] if line.text), "own")
    return "quoted" in (before, after)


def _by_attributions(lines: Sequence[Line]) -> list[Line]:
    """Attributions above marked quotes; one above no mark begins the rest."""
    known = list(lines)
    for number, line in enumerate(lines):
        if line.place != "own" or not line.text:
            continue
        below = next((other for other in lines[number + 1 :] if other.text), None)
        marked = below is not None and below.place in ("quoted", "rest")
        if (below is None or marked or below.place == "own") and (count := _attributed(known, number, marked=marked)):
            put(known, "quoted", number - count + 1, number + 1)
            if not marked:
                return _rest(known, number)
    return known


def _attributed(lines: Sequence[Line], number: int, *, marked: bool) -> int:
    above: list[str] = []
    for line in reversed(lines[max(0, number - 3) : number + 1]):
        if line.place != "own" or not line.text:
            break
        above.insert(0, line.text)
    return attribution(above, marked=marked)


def _by_headings(lines: Sequence[Line]) -> list[Line]:
    """What stands below a heading is the rest; only what a mail program marked below one is no more than quoted."""
    for number, line in enumerate(lines):
        if line.place == "own" and line.text and (_is_our_line(line.text) or _is_heading(lines, number)):
            return _rest(lines, number)
    return list(lines)


def _is_heading(lines: Sequence[Line], number: int) -> bool:
    return heading([other.text for other in lines[number : number + 18]]) > 0


def _is_our_line(text: str) -> bool:
    words = tokens(text)
    return len(words) < 20 and _OUR_LINE in " ".join(words)


def _by_library(lines: Sequence[Line]) -> list[Line]:
    """Where the library sees the first header of a quoted mail, if that has what such headers have, the rest begins."""
    own = [number for number, line in enumerate(lines) if line.place == "own"][:_FOR_LIBRARY]
    if not own:
        return list(lines)
    replies = (
        EmailReplyParser(languages=_LANGUAGES).read("\n".join(_harmless(lines[number].text) for number in own)).replies
    )
    header = replies[1].headers if len(replies) > 1 else ""
    before = len(replies[0].content.split("\n")) if replies else 0
    if len(replies) < 2 or not (_HEADER.search(header) and _CERTAIN.search(header)):
        return list(lines)
    starts = [number for number in own if lines[number].text and lines[number].text in header.split("\n")[0]]
    begins = next((number for number in starts if number >= own[min(before, len(own) - 1)]), None)
    return list(lines) if begins is None else _rest(lines, begins)


def _harmless(line: str) -> str:
    """The line, if it can be part of an attribution."""
    return "x" if len(line) > _LONGEST or _RULE.match(line) else line
