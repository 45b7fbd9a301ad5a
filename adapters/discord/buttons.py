"""Buttons: what a component of ours carries in its `custom_id`, and what it says when it comes back.

A `custom_id` is `hp:<word>:<ticket>:<digest>`: what it does, the ticket, the card's digest in base64 (empty for a
question). Discord takes 100 characters. A form that a button opens carries the same, with its own word, so that it can
be sent off after any restart. Read and written here alone.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Literal, get_args

MOST = 100
# The input of a form in which somebody is chosen, to whom the decision is handed.
TO = "to"

Word = Literal["approve", "deny", "edit", "answer", "choose", "undo", "ask", "instead", "delegate"]

_CUSTOM_ID = re.compile(
    rf"hp:(?P<word>{'|'.join(get_args(Word))})(?:\.(?P<index>[0-9]{{1,2}}))?"
    r":(?P<ticket>[A-Za-z0-9._~-]{1,60}):(?P<digest>[A-Za-z0-9_-]{0,43})"
)


@dataclass(frozen=True)
class Carried:
    """What is done: `index` is that of a choice that has a button of its own. `digest` is hexadecimal, or empty."""

    word: Word
    ticket: str = field(repr=False)
    digest: str = ""
    index: int | None = None


def custom_id(carried: Carried) -> str | None:
    """What the component is to carry; None if there is no room for it."""
    try:
        digest = base64.urlsafe_b64encode(bytes.fromhex(carried.digest)).decode().rstrip("=")
    except ValueError:
        return None
    index = "" if carried.index is None else f".{carried.index}"
    made = f"hp:{carried.word}{index}:{carried.ticket}:{digest}"
    return made if len(made) <= MOST and _CUSTOM_ID.fullmatch(made) else None


def carried(custom_id: str) -> Carried | None:
    """What a `custom_id` says; None if it is none of ours."""
    found = _CUSTOM_ID.fullmatch(custom_id) if len(custom_id) <= MOST else None
    if not found:
        return None
    digest = found["digest"]
    try:
        digest = base64.urlsafe_b64decode(digest + "=" * (-len(digest) % 4)).hex()
    except binascii.Error:
        return None
    word: Word = next(one for one in get_args(Word) if one == found["word"])
    return Carried(word, found["ticket"], digest, int(found["index"]) if found["index"] else None)
