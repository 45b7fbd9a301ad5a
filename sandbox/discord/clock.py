"""The clock of the sandbox Discord: real time, and a way to let a quarter of an hour pass at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC. `forward` ages interactions, nonces, threads and signed URLs without waiting."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The present; may be lent to whoever needs the same one."""
        return datetime.now(UTC) + self._ahead

    def seconds(self) -> float:
        """The present, in seconds since 1970."""
        return self.now().timestamp()

    def forward(self, seconds: float) -> None:
        """Let this much time pass."""
        self._ahead += timedelta(seconds=seconds)
        for listener in self._listeners:
            listener()

    def when_forwarded(self, listener: Callable[[], None]) -> None:
        """Call this whenever time was made to pass."""
        self._listeners.append(listener)
