"""The journal: every call of the REST API, every delivery to the app, and every request that nothing here fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """One call. `path` is below `/api/v10`, `body` the JSON sent, `files` the names of what was sent beside it.

    `status` stays 0 while it hangs and when no answer left; `code` is Discord's error code, 0 without one.
    """

    number: int
    method: str
    path: str
    query: dict[str, str]
    body: Any = field(default=None, repr=False)
    files: tuple[str, ...] = ()
    status: int = 0
    code: int = 0
    answer: Any = field(default=None, repr=False)
    fault: str = ""


@dataclass(frozen=True)
class Stray:
    """A request to a route that Discord does not have, or not here."""

    method: str
    path: str


@dataclass
class Record:
    """All of them, oldest first."""

    calls: list[Call] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)

    def forget(self) -> None:
        """Start afresh."""
        self.calls.clear()
        self.strays.clear()
