"""Fold: typographic characters written with those of the GSM alphabet, so that one of them does not double the price.

Never done to what must be shown exactly as it is: the arguments of a call.
"""

from __future__ import annotations

_SAME = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u00b4\u0060\u02bc\u2039\u203a",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022",
    " ": "\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "...": "\u2026",
}
_TABLE = {ord(char): plain for plain, chars in _SAME.items() for char in chars}


def fold(text: str) -> str:
    """The text with quotes, dashes, dots and spaces of typography as those of a typewriter; all else is as it was."""
    return text.translate(_TABLE)
