"""Facts: rows of names and exact values as lines. A value that does not fit is counted, never cut."""

from __future__ import annotations

import re

from adapters.discord.limits import length
from adapters.discord.text import code

Rows = tuple[tuple[str, str], ...]

# What is left of a row that does not fit, and of rows: the first and the last ones, between them arguments.
BRIEF = 110
_HEAD, _TAIL = 6, 8
_SIMPLE = re.compile(r"[\w .-]+")


def lines(rows: Rows) -> str:
    """Every row whole."""
    return "\n".join(_line(name, value) for name, value in rows)


def outline(rows: Rows) -> str:
    """The rows in short: what is too long to be shown is named with its length, and says so."""
    kept = rows
    if (left := len(rows) - _HEAD - _TAIL) > 0:
        kept = (*rows[:_HEAD], (f"and {left} more", f"{left} rows do not fit here"), *rows[-_TAIL:])
    return lines(tuple((_brief(name), _brief(value)) for name, value in kept))


def _line(name: str, value: str) -> str:
    shown = name.replace("_", "\\_")
    return f"**{shown}:** {code(value)}" if _SIMPLE.fullmatch(name) else f"{code(name)}: {code(value)}"


def _brief(text: str) -> str:
    return text if length(code(text)) <= BRIEF else f"({len(text):,} characters, too long to be shown here)"
