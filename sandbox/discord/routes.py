"""Routes: what is asked of the REST API, what it answers, and which route a request takes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sandbox.discord.core import Core

MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")


@dataclass(frozen=True)
class Upload:
    """A file sent beside the JSON."""

    name: str
    content: bytes = field(repr=False)
    media_type: str = ""


@dataclass(frozen=True)
class Asked:
    """A request. `parts` are those of its path, `files` by their number."""

    core: Core
    parts: Mapping[str, str]
    query: Mapping[str, str]
    body: Any = field(default=None, repr=False)
    files: Mapping[int, Upload] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What it is answered with; without a body 204."""

    body: Any = None
    status: int = 0

    @property
    def code(self) -> int:
        """The HTTP status."""
        return self.status or (204 if self.body is None else 200)


Act: TypeAlias = Callable[[Asked], Answer]


@dataclass(frozen=True)
class Route:
    """A route, such as POST `/channels/{channel_id}/messages`. `open` ones need no bot token: theirs is in the path.

    Open ones are those of interactions, which are outside the bot's global rate limit.
    """

    method: str
    template: str
    act: Act
    open: bool = False

    @property
    def bucket(self) -> str:
        """The rate limit it counts for, whatever channel or server it is about."""
        return hashlib.md5(f"{self.method} {self.template}".encode(), usedforsecurity=False).hexdigest()


class Routes:
    """All routes."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(route, _pattern(route.template)) for route in routes]

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of a path, and the parts of it."""
        for route, pattern in self._routes:
            if route.method == method and (found := pattern.fullmatch(path)):
                return route, found.groupdict()
        return None

    def has(self, path: str) -> bool:
        """Whether it is a path at all, whatever the method."""
        return any(pattern.fullmatch(path) for _, pattern in self._routes)


def major(parts: Mapping[str, str]) -> tuple[str, ...]:
    """The parts of a path that have rate limits of their own."""
    return tuple(parts[name] for name in MAJOR if name in parts)


def _pattern(template: str) -> re.Pattern[str]:
    """Ids are digits; only a token, a code or `@original` may be something else."""
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))
