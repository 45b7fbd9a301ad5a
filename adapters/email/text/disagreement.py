"""Disagreement: whether a mail's text and its HTML say different things, so that nobody knows which was meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.email.text.lines import Line, Place, joined, tokens

_LINK = re.compile(
    r"[<\[(]\s?(?:https?://|mailto:|tel:|cid:)[^\s<>\[\]]{0,400}\s?[>\])]|https?://\S{1,2000}|\[(?:image|cid|"
    r"inline image)[^\[\]\n]{0,200}\]",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*•·▪○o§]|\d{1,3}[.)])\s+", re.MULTILINE)
_STUB = re.compile(
    r"html.{0,60}(?:view|show|program|reader|browser|read|support|client|viewer|format|version|capable|compatible|display|enabled|anzeig|"
    r"unterstütz|darstell|affich|"
    r"visuali|admite|soporta|compatível|supporta)|(?:view|see|read|open).{0,60}(?:html|in (?:a|"
    r"your) (?:web )?browser)|does not support html",
    re.IGNORECASE | re.DOTALL,
)
_STUB_WORDS = 40
_OWN: tuple[Place, ...] = ("own",)
_ALL: tuple[Place, ...] = ("own", "signed", "quoted", "rest")


def disagree(plain: Sequence[Line], page: Sequence[Line]) -> bool:
    """Whether the new words of the two differ by more than how they are drawn."""
    text, html = _letters(plain, *_OWN), _letters(page, *_OWN)
    all_text, all_html = _letters(plain, *_ALL), _letters(page, *_ALL)
    if text == html or not all_text or not all_html or all_text == all_html or _is_stub(plain):
        return False
    if len(text) >= len(html):
        return not _cut_otherwise(text, html, page)
    return not _cut_otherwise(html, text, plain)


def _cut_otherwise(more: str, less: str, other: Sequence[Line]) -> bool:
    """Whether one has the words of the other and behind them only what the other cut there: a signature, a quote."""
    last = max((number for number, line in enumerate(other) if line.place == "own" and line.text), default=-1)
    cut = _letters(other[last + 1 :], "signed", "quoted", "rest")
    return bool(less) and more.startswith(less) and cut.startswith(more[len(less) :])


def _letters(lines: Sequence[Line], *places: Place) -> str:
    """What the lines say, without what is drawn differently in text and HTML: blanks, bullets, links."""
    return "".join(tokens(_BULLET.sub("", _LINK.sub(" ", joined(lines, *places)))))


def _is_stub(lines: Sequence[Line]) -> bool:
    """`Your mail program cannot show HTML`, which is no text."""
    text = joined(lines, *_ALL)
    return len(tokens(text)) <= _STUB_WORDS and bool(_STUB.search(text))
