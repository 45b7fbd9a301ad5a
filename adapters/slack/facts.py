"""Facts: rows of names and exact values as paragraphs of mrkdwn. A value that does not fit is counted, never cut."""

from __future__ import annotations

import re

from adapters.slack.limits import SECTION, pack
from adapters.slack.text import code

Rows = tuple[tuple[str, str], ...]

# What is left of a row that does not fit, and of rows: the first and the last ones, between them arguments.
BRIEF = 200
_HEAD, _TAIL = 12, 8
_SIMPLE = re.compile(r"[\w .-]+")


def paragraphs(rows: Rows) -> tuple[str, ...] | None:
    """Every row whole, in as few paragraphs as will hold them; None when one does not fit into any."""
    lines = tuple(_line(name, value) for name, value in rows)
    return None if any(len(line) > SECTION for line in lines) else pack(lines, SECTION, "\n")


def outline(rows: Rows) -> tuple[str, ...]:
    """The rows in short: what is too long to be shown is named with its length, and says so."""
    kept = rows
    if (left := len(rows) - _HEAD - _TAIL) > 0:
        kept = (*rows[:_HEAD], (f"and {left} more", f"{left} rows do not fit here"), *rows[-_TAIL:])
    return pack(tuple(_line(_brief(name), _brief(value)) for name, value in kept), SECTION, "\n")


def _line(name: str, value: str) -> str:
    return f"*{name}:* {code(value)}" if _SIMPLE.fullmatch(name) else f"{code(name)}: {code(value)}"


def _brief(text: str) -> str:
    return text if len(text) <= BRIEF else f"({len(text):,} characters, too long to be shown here)"
