"""The meter: what is counted and claimed across all processes, for channels that have to hold themselves back."""

from __future__ import annotations

from typing import Protocol


class Meter(Protocol):
    """Counts what goes out, and knows whose it was, across all processes. Raises StoreError."""

    async def take(self, name: str, count: int, *, most: int, seconds: int) -> float:
        """Count so many more under a name: 0 if that makes no more than `most` in `seconds`; else nothing is counted.

        What comes back then is how long to wait for the window's end, in seconds.
        """
        ...

    async def first(self, name: str, owner: str) -> str:
        """Whose a name is: the first owner who asked for it, for a month."""
        ...
