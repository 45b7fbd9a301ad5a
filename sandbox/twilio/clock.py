"""The clock of the sandbox Twilio: real time, and a way to let a day pass at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC. `forward` ages queued messages and WhatsApp windows without waiting."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The present; may be lent to whoever needs the same one."""
        return datetime.now(UTC) + self._ahead

    def forward(self, seconds: float) -> None:
        """Let this much time pass."""
        self._ahead += timedelta(seconds=seconds)
        for listener in self._listeners:
            listener()

    def when_forwarded(self, listener: Callable[[], None]) -> None:
        """Call this whenever time was made to pass."""
        self._listeners.append(listener)
