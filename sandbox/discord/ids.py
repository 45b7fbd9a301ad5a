"""Identifiers in Discord's format: snowflakes, which say when something was made, and never repeat.

https://docs.discord.com/developers/reference#snowflakes
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sandbox.discord.clock import Clock

EPOCH = 1_420_070_400_000  # ms: the first second of 2015


class Ids:
    """Makes identifiers; each is greater than all before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def snowflake(self) -> str:
        """An id of the present millisecond."""
        made = (int(self._clock.seconds() * 1000) - EPOCH) << 22
        self._last = max(made, self._last + 1)
        return str(self._last)


def made_at(snowflake: str) -> datetime:
    """When something of this id was made, aware UTC."""
    return datetime.fromtimestamp(((int(snowflake) >> 22) + EPOCH) / 1000, UTC)


def timestamp(moment: datetime) -> str:
    """As Discord writes it: `2026-02-01T10:00:00.000000+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def secret(characters: int = 32) -> str:
    """Something nobody guesses."""
    return secrets.token_hex(characters // 2)
