"""Hanging: what a fault keeps waiting, until its time is over or all faults are lifted."""

from __future__ import annotations

import asyncio
import contextlib


class Hanging:
    """Everybody who waits goes on when it is lifted; whoever comes later waits anew."""

    def __init__(self) -> None:
        self._lifted = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Wait this long, or until the faults are lifted."""
        lifted = self._lifted
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await lifted.wait()

    def end(self) -> None:
        """Nobody waits any more."""
        self._lifted.set()
        self._lifted = asyncio.Event()
