"""One call as a method sees it: the arguments, who calls, and the questions every method asks of them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from sandbox.slack.core import Core
from sandbox.slack.errors import Refusal
from sandbox.slack.shapes import Json
from sandbox.slack.world import Channel, Installation, User

_HISTORY = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


@dataclass(frozen=True)
class Call:
    """The arguments as they came: strings from a query or a form, anything from JSON."""

    core: Core
    arguments: Json
    installation: Installation
    basic: tuple[str, str] = ("", "")

    @property
    def team_id(self) -> str:
        """The workspace of the token."""
        return self.installation.team_id

    @property
    def bot(self) -> User:
        """The bot user of the token."""
        return self.core.world.users[self.installation.bot_user]

    def text(self, name: str) -> str:
        """A string argument, empty when missing."""
        value = self.arguments.get(name)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A boolean, in any of the ways SDKs write it."""
        return self.text(name).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise Refusal("invalid_arguments") from None

    def json(self, name: str, error: str) -> Any:
        """An argument that is JSON, or a string of JSON; None when missing or empty."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(error) from None

    def require(self, *names: str) -> None:
        """Refuse the call if one of these is missing."""
        for name in names:
            if self.arguments.get(name) in (None, ""):
                words = f"[ERROR] missing required field: {name}"
                raise Refusal("invalid_arguments", response_metadata={"messages": [words]})

    def needs(self, *scopes: str) -> None:
        """Refuse the call unless one of these scopes was granted."""
        granted = self.installation.scopes
        if scopes and not granted & set(scopes):
            raise Refusal("missing_scope", needed=",".join(scopes), provided=",".join(sorted(granted)))

    def channel(self, name: str = "channel") -> Channel:
        """The conversation named, which the bot must be able to see."""
        self.require(name)
        found = self.core.channel(self.team_id, self.text(name))
        if found is None or (found.kind != "channel" and self.bot.id not in found.members):
            raise Refusal("channel_not_found")
        return found

    def history_scope(self, channel: Channel, right: str = "history") -> None:
        """The scope that reading in this kind of conversation needs."""
        self.needs(f"{_HISTORY[channel.kind]}:{right}")

    def user(self, name: str = "user") -> User:
        """The person named; strangers only if a shared conversation shows them."""
        self.require(name)
        found = self.core.world.users.get(self.text(name))
        if found is None:
            raise Refusal("user_not_found")
        if found.team_id != self.team_id and not self._visible(found):
            raise Refusal("user_not_visible")
        return found

    def _visible(self, stranger: User) -> bool:
        channels = self.core.world.channels.values()
        return any(stranger.id in one.members for one in channels if one.team_id == self.team_id)


Method: TypeAlias = Callable[[Call], Awaitable[Json]]
