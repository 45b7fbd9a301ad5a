"""Buttons: what a quick reply of ours carries, and what it says when it comes back. Read and written here alone.

A payload is `a:<digest>:<ticket>`: the decision's first letter, the card's digest in base64, the ticket. Twilio takes
200 characters; what would be longer gets no buttons, since a card that is not named cannot be approved.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent_core.values import Decision

MOST = 200

_LETTERS: Mapping[Decision, str] = {"approve": "a", "deny": "d", "undo": "u"}
_DECISIONS = {letter: decision for decision, letter in _LETTERS.items()}
_PAYLOAD = re.compile(r"([adu]):([A-Za-z0-9_-]{0,86}):([\x21-\x7e]{1,198})")


@dataclass(frozen=True)
class Button:
    """What was pressed. `digest` is hexadecimal, empty if the card has none; `ticket` is secret."""

    decision: Decision
    ticket: str = field(repr=False)
    digest: str = ""


def carried(button: Button) -> str | None:
    """What the button is to carry; None if there is no room for it."""
    try:
        digest = base64.urlsafe_b64encode(bytes.fromhex(button.digest)).decode().rstrip("=")
    except ValueError:
        return None
    payload = f"{_LETTERS[button.decision]}:{digest}:{button.ticket}"
    return payload if len(payload) <= MOST and _PAYLOAD.fullmatch(payload) else None


def pressed(payload: str) -> Button | None:
    """What a payload says; None if it is none of ours."""
    found = _PAYLOAD.fullmatch(payload) if len(payload) <= MOST else None
    if not found:
        return None
    letter, digest, ticket = found.groups()
    try:
        digest = base64.urlsafe_b64decode(digest + "=" * (-len(digest) % 4)).hex()
    except binascii.Error:
        return None
    return Button(_DECISIONS[letter], ticket, digest)
