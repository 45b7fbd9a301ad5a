"""The clock of a story: it stands still until the story, or a lease that has to run out, moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class StoryClock:
    """Milliseconds since the epoch, as the store has them."""

    def __init__(self) -> None:
        self._now = datetime.fromtimestamp(0, UTC)

    def __call__(self) -> int:
        """The time of the story, in ms."""
        return int(self._now.timestamp() * 1000)

    @property
    def now(self) -> datetime:
        """The same, as a moment."""
        return self._now

    def begin(self, at: datetime) -> None:
        """Another story begins at this moment."""
        self._now = at

    def pass_by(self, span: timedelta) -> None:
        """Let time pass."""
        self._now += span
