"""Session starts: how many IDENTIFYs a bot has left today; Discord resets the token of one that goes over.

https://docs.discord.com/developers/events/gateway#session-start-limit-object
"""

from __future__ import annotations

from sandbox.discord.clock import Clock
from sandbox.discord.shapes import Json

A_DAY = 86_400.0


class Starts:
    """The day's count; the day begins with its first IDENTIFY."""

    def __init__(self, clock: Clock, total: int = 1000) -> None:
        self._clock = clock
        self.total = total
        self._used = 0
        self._since = 0.0

    def count(self) -> bool:
        """One more IDENTIFY; whether it was still free."""
        self._new_day()
        if self._used == 0:
            self._since = self._clock.seconds()
        self._used += 1
        return self._used <= self.total

    def limit(self) -> Json:
        """As GET /gateway/bot says it."""
        self._new_day()
        left = self._since + A_DAY - self._clock.seconds() if self._used else 0.0
        return {
            "total": self.total,
            "remaining": max(self.total - self._used, 0),
            "reset_after": int(left * 1000),
            "max_concurrency": 1,
        }

    def _new_day(self) -> None:
        if self._clock.seconds() - self._since >= A_DAY:
            self._used = 0
