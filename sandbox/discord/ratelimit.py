"""Rate limits: buckets per route and channel, server or webhook, the bot's global limit, and the headers of both.

https://docs.discord.com/developers/topics/rate-limits
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sandbox.discord.clock import Clock
from sandbox.discord.shapes import Json

VIA = "1.1 google"
LIMITED = "You are being rate limited."


@dataclass(frozen=True)
class Rate:
    """So many requests in so many seconds."""

    limit: int
    seconds: float


@dataclass
class _Window:
    began: float
    used: int = 0


@dataclass(frozen=True)
class Spent:
    """What is left of a bucket after a request; `over` if it was one too many."""

    bucket: str
    rate: Rate
    remaining: int
    resets: float
    after: float
    over: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """As every answer has them."""
        return {
            "X-RateLimit-Limit": str(self.rate.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{self.resets:.3f}",
            "X-RateLimit-Reset-After": f"{self.after:.3f}",
            "X-RateLimit-Bucket": self.bucket,
        }


class Limits:
    """Counts requests. `route` is the rate of each bucket, `whole` that of the bot."""

    def __init__(self, clock: Clock, route: Rate, whole: Rate) -> None:
        self._clock = clock
        self._route = route
        self._whole = whole
        self._windows: dict[tuple[str, ...], _Window] = {}

    def spend(self, bucket: str, major: tuple[str, ...]) -> Spent:
        """One request of a bucket."""
        return self._spend(bucket, (bucket, *major), self._route)

    def spend_whole(self) -> Spent:
        """One request of the bot."""
        return self._spend("", ("",), self._whole)

    def _spend(self, bucket: str, key: tuple[str, ...], rate: Rate) -> Spent:
        now = self._clock.seconds()
        window = self._windows.get(key)
        if window is None or now >= window.began + rate.seconds:
            window = self._windows[key] = _Window(now)
        resets = window.began + rate.seconds
        over = window.used >= rate.limit
        window.used += 0 if over else 1
        return Spent(bucket, rate, rate.limit - window.used, resets, resets - now, over)


@dataclass(frozen=True)
class TooMany:
    """An answer 429: to be tried again `after` seconds. Without `via` it is Cloudflare's, which is no JSON."""

    after: float
    scope: str = "user"
    via: bool = True
    code: int = 0
    words: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Beside those of the bucket."""
        kept = {"Retry-After": str(math.ceil(self.after))}
        if not self.via:
            return kept
        whole = {"X-RateLimit-Global": "true"} if self.scope == "global" else {}
        return kept | {"Via": VIA, "X-RateLimit-Scope": self.scope} | whole

    @property
    def body(self) -> Json:
        """The JSON."""
        words = self.words or ("The resource is being rate limited." if self.scope == "shared" else LIMITED)
        told = {"code": self.code} if self.code else {}
        return {"message": words, "retry_after": round(self.after, 3), "global": self.scope == "global"} | told
