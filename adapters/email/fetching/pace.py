"""Pace: how long the reader waits for a mail server, and how often it knocks when it is not let in."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Patience:
    """All in seconds, but `logins`.

    A server is left when it says nothing for `answer`, and when a command takes longer than `whole` though it talks. A
    push is asked for anew after `idle`: RFC 2177 lets servers end it after 30 minutes. Between attempts we wait
    `first_pause`, each time twice as long, at most `longest_pause`; and we log in at most `logins` times in an `hour`
    without success, since many providers lock an account that somebody knocks at.
    """

    answer: float = 15.0
    whole: float = 600.0
    idle: float = 25 * 60.0
    first_pause: float = 1.0
    longest_pause: float = 300.0
    logins: int = 10
    hour: float = 3600.0

    def pause(self, failures: int) -> float:
        """How long to wait after so many failures in a row, more or less."""
        pause = min(self.first_pause * 2.0 ** min(failures - 1, 30), self.longest_pause)
        return min(pause * random.uniform(0.5, 1.5), self.longest_pause)  # noqa: S311 - jitter, not a secret


PATIENCE = Patience()


@dataclass(slots=True)
class Knocks:
    """When we logged in to one account and nothing good has come of it yet. Of all readers of this process."""

    clock: Callable[[], float] = time.monotonic
    at: list[float] = field(default_factory=list)

    def wait(self, patience: Patience) -> float:
        """How long to wait until the next one."""
        now = self.clock()
        self.at = [at for at in self.at if now - at < patience.hour]
        return self.at[-patience.logins] + patience.hour - now if len(self.at) >= patience.logins else 0.0

    def knock(self) -> float:
        """We log in now; the moment, to be taken back by."""
        self.at.append(self.clock())
        return self.at[-1]

    def well(self, at: float) -> None:
        """Something good has come of that one."""
        self.at = [one for one in self.at if one != at]


@functools.cache
def knocks(host: str, port: int, username: str) -> Knocks:
    """Those of one account."""
    return Knocks()
