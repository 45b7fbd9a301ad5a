"""OAuth: how a workspace or an organisation gives us a token, and how a token that expires is exchanged for its next.

https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/authentication/using-token-rotation
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin

from pydantic import SecretStr

from adapters.errors import SendError
from adapters.slack.account import SLACK
from adapters.slack.api import Answer, Api
from adapters.slack.install import Installation, asked, is_org_wide, workspaces
from adapters.slack.meaning import Us


@dataclass(frozen=True)
class OAuth:
    """The app by its own credentials. `base_url` is that of the Web API; the page of consent lives on the same host."""

    api: Api
    client_id: str
    client_secret: SecretStr = field(repr=False)
    base_url: str = SLACK
    clock: Callable[[], float] = time.time

    def consent_url(self, state: str, redirect_url: str, scopes: Sequence[str]) -> str:
        """Where an admin agrees to the bot having these scopes; Slack sends them on to `redirect_url` with a code."""
        asked_for = {
            "client_id": self.client_id,
            "scope": ",".join(scopes),
            "redirect_uri": redirect_url,
            "state": state,
        }
        return f"{urljoin(self.base_url, '/oauth/v2/authorize')}?{urlencode(asked_for)}"

    async def redeem(self, code: str, redirect_url: str) -> Installation:
        """The installation a code stands for, once. Raises SlackRefused, TryLater, OutcomeUnknown."""
        granted = await self._exchange(code=code, redirect_uri=redirect_url)
        token = SecretStr(str(granted["access_token"]))
        tested = await asked(self.api, token, "auth.test")
        us = _us(granted, bot_id=str(tested["bot_id"]))
        if is_org_wide(granted):
            us = us.model_copy(update={"workspaces": await workspaces(self.api, token)})
        return self._installed(granted, us)

    async def renew(self, home: Installation) -> Installation:
        """The installation with its next tokens; its refresh token is spent.

        Raises SlackRefused, TryLater, OutcomeUnknown.
        """
        us = await self._grown(home)  # Before: what comes after must be nothing but saved.
        spent = home.refresh_token.get_secret_value()
        return self._installed(await self._exchange(grant_type="refresh_token", refresh_token=spent), us)

    async def _grown(self, home: Installation) -> Us:
        """Who we are, in the workspaces that an organisation has by now; as before where Slack does not say."""
        if home.us.team != home.us.enterprise:
            return home.us
        with contextlib.suppress(SendError):
            return home.us.model_copy(update={"workspaces": await workspaces(self.api, home.bot_token)})
        return home.us

    async def _exchange(self, **arguments: str) -> Answer:
        return await self.api.exchange(self.client_id, self.client_secret, **arguments)

    def _installed(self, granted: Answer, us: Us) -> Installation:
        lasts = granted.get("expires_in")
        return Installation(
            us=us,
            bot_token=SecretStr(str(granted["access_token"])),
            refresh_token=SecretStr(str(granted.get("refresh_token") or "")),
            expires_at=self.clock() + float(lasts) if lasts else None,
            scopes=tuple(filter(None, str(granted.get("scope") or "").split(","))),
        )


def _us(granted: Answer, bot_id: str) -> Us:
    team, enterprise = _id_of(granted.get("team")), _id_of(granted.get("enterprise"))
    return Us(
        app_id=str(granted["app_id"]),
        team=enterprise if is_org_wide(granted) else team,
        bot_user=str(granted["bot_user_id"]),
        bot_id=bot_id,
        enterprise=enterprise,
    )


def _id_of(named: Any) -> str:
    return str(named["id"]) if named else ""
