"""Identifiers in Slack's formats: message timestamps that never repeat, ids with a letter in front, secrets."""

from __future__ import annotations

import secrets
import string
from itertools import count

from sandbox.slack.clock import Clock

_LETTERS = string.ascii_uppercase + string.digits


class Ids:
    """Makes identifiers. A message's `ts` is its identifier within a channel, so no two are equal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._numbers = count(1)

    def ts(self) -> str:
        """A timestamp, later than all before: `1700000000.000100`."""
        micros = max(int(self._clock.now() * 1_000_000), self._last + 1)
        self._last = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def number(self) -> int:
        """The next number."""
        return next(self._numbers)

    def named(self, letter: str) -> str:
        """An id such as `F07ABCDEF12`; the letter says what of."""
        return letter + "0" + "".join(secrets.choice(_LETTERS) for _ in range(9))


def secret(characters: int = 24) -> str:
    """Something nobody guesses."""
    return secrets.token_hex(characters // 2)


def short_id() -> str:
    """What Slack gives a block or an element that was posted without one."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(5))
