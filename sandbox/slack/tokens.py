"""Tokens: bot tokens that live, expire, rotate and die, and the app-level token of Socket Mode.

https://docs.slack.dev/authentication/using-token-rotation: an expiring token lives twelve hours, a refresh token is
good for one use. That the old access token lives on until it expires is our reading; the page does not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.slack.app import App
from sandbox.slack.clock import Clock
from sandbox.slack.errors import Refusal
from sandbox.slack.ids import secret

LIFETIME = 43_200


@dataclass
class Token:
    """A token as Slack knows it. `expires_at` is None when it never does."""

    value: str
    team_id: str
    kind: Literal["bot", "app"]
    expires_at: float | None = None
    state: Literal["live", "revoked", "inactive"] = "live"


@dataclass(frozen=True)
class Granted:
    """What a new or refreshed installation gets; `refresh_token` is empty without rotation."""

    access_token: str
    refresh_token: str = ""


class Tokens:
    """All tokens of one app."""

    def __init__(self, app: App, clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self._tokens = {app.app_token: Token(app.app_token, "", "app")}
        self._refresh: dict[str, str] = {}
        self._codes: dict[str, str] = {}

    def issue(self, team_id: str, value: str = "") -> Granted:
        """A bot token for a workspace, this one if given; with token rotation one that expires, and what renews it."""
        if not self._app.token_rotation:
            value = value or f"xoxb-{team_id}-{secret()}"
            self._tokens[value] = Token(value, team_id, "bot")
            return Granted(value)
        value, refresh = f"xoxe.xoxb-1-{secret(40)}", f"xoxe-1-{secret(40)}"
        self._tokens[value] = Token(value, team_id, "bot", self._clock.now() + LIFETIME)
        self._refresh[refresh] = team_id
        return Granted(value, refresh)

    def refresh(self, refresh_token: str) -> tuple[str, Granted]:
        """The workspace and its next tokens; a refresh token works once."""
        team_id = self._refresh.pop(refresh_token, "")
        if not team_id:
            raise Refusal("invalid_refresh_token")
        return team_id, self.issue(team_id)

    def code(self, team_id: str) -> str:
        """The code a workspace's admin brings back from the consent page; works once."""
        value = f"{secret(12)}.{secret(12)}.{secret(32)}"
        self._codes[value] = team_id
        return value

    def redeem(self, code: str) -> tuple[str, Granted]:
        """The workspace and its tokens for a code."""
        team_id = self._codes.pop(code, "")
        if not team_id:
            raise Refusal("invalid_code")
        return team_id, self.issue(team_id)

    def check(self, value: str) -> Token:
        """The token, if it may be used now."""
        if not value:
            raise Refusal("not_authed")
        token = self._tokens.get(value)
        if token is None:
            raise Refusal("invalid_auth")
        if token.state != "live":
            raise Refusal("token_revoked" if token.state == "revoked" else "account_inactive")
        if token.expires_at is not None and token.expires_at <= self._clock.now():
            raise Refusal("token_expired")
        return token

    def team_of(self, value: str) -> str:
        """The workspace of a bot token, dead or alive; nothing for any other."""
        token = self._tokens.get(value)
        return token.team_id if token is not None else ""

    def kill(self, team_id: str, state: Literal["revoked", "inactive"]) -> None:
        """End every token of a workspace: revoked one by one, or inactive by an uninstall."""
        for token in self._tokens.values():
            if token.team_id == team_id and token.state == "live":
                token.state = state
        self._refresh = {one: team for one, team in self._refresh.items() if team != team_id}
