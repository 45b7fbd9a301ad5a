"""Faults: the ways in which Discord, or the way there, goes wrong; ordered by a test, used up one by one."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias, get_args

from sandbox.hanging import Hanging

FaultKind: TypeAlias = Literal[
    "rate_limit",  # 429, to be tried again after `seconds`; without `via` it is Cloudflare's, which bans
    "error",  # this `status`, with Discord's error `code`; from 500 on without one
    "hang",  # answered after `seconds` or when lifted; without effect if the client has gone by then
    "drop",  # the connection is reset before the call had any effect
    "lost",  # the call has its effect, then the connection is reset
]
FAULTS: tuple[str, ...] = get_args(FaultKind)
Scope: TypeAlias = Literal["user", "global", "shared"]


@dataclass(frozen=True)
class Fault:
    """One fault. `path` limits it to calls below /api/v10 (`*` for anything), `method` to one HTTP method."""

    kind: FaultKind
    path: str = "*"
    method: str = ""
    seconds: float = 1.0
    via: bool = True
    scope: Scope = "user"
    status: int = 500
    code: int = 0

    def fits(self, method: str, path: str) -> bool:
        """Whether this call is one that goes wrong."""
        return self.method in ("", method) and fnmatchcase(path, self.path)


class Faults:
    """Those still to come."""

    def __init__(self) -> None:
        self.ordered: list[Fault] = []
        self._hanging = Hanging()

    def order(self, fault: Fault, count: int = 1) -> None:
        """Let this go wrong so many times."""
        self.ordered.extend([fault] * count)

    def take(self, method: str, path: str) -> Fault | None:
        """What goes wrong with this call."""
        found = next((one for one in self.ordered if one.fits(method, path)), None)
        if found is not None:
            self.ordered.remove(found)
        return found

    async def wait(self, seconds: float) -> None:
        """Wait this long, or until the faults are lifted."""
        await self._hanging.wait(seconds)

    def lift(self) -> None:
        """Nothing goes wrong any more; what hangs goes on."""
        self.ordered.clear()
        self._hanging.end()
