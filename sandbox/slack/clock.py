"""The clock of the sandbox Slack: real time, and a way to let half an hour pass at once."""

from __future__ import annotations

import time


class Clock:
    """Seconds since 1970. `forward` ages trigger ids, response URLs, tokens and streams without waiting."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """The present, in seconds."""
        return time.time() + self._ahead

    def forward(self, seconds: float) -> None:
        """Let this much time pass."""
        self._ahead += seconds
