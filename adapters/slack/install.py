"""Install: where the app is at home, who we are there, and the token that lets us act.

One workspace by a token of its own needs no store: `Single`. Many come by OAuth, see oauth.py; their tokens may
expire, see rotation.py. All of Slack's ids are unique among all workspaces and organisations, so an installation goes
by one id: that of its workspace or, where an organisation has installed the app for all of its own, of that.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from pydantic import ConfigDict, JsonValue, SecretStr

from adapters.errors import OutcomeUnknown, TryLater
from adapters.slack.api import BURIED, Answer, Api, SlackRefused
from adapters.slack.meaning import Us
from agent_core.values import Frozen

NOTHING = SecretStr("")
_PAGE = 1000


class Installation(Frozen):
    """The app in one workspace or organisation; `us.team` names it, the organisation where that is at home.

    `expires_at` is in Unix time, None for a token that lives until it is revoked; `refresh_token` renews it, once.
    `scopes` are those granted, empty where Slack was not asked. `dead` says why there is nothing to be done with it any
    more; its tokens are then forgotten.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    us: Us
    bot_token: SecretStr
    refresh_token: SecretStr = NOTHING
    expires_at: float | None = None
    scopes: tuple[str, ...] = ()
    dead: str = ""

    def outlives(self, why: str) -> bool:
        """Whether this is not its end: a token that has run out can be renewed, if there is something to do it with."""
        return why == "token_expired" and self.refresh_token != NOTHING

    def ended(self, why: str) -> Installation:
        """It, dead."""
        return self.model_copy(
            update={"bot_token": NOTHING, "refresh_token": NOTHING, "expires_at": None, "dead": why},
        )


class Installations(Protocol):
    """Where the app is installed."""

    async def find(self, team: str, enterprise: str) -> Installation | None:
        """The installation that acts for a workspace: its own or its organisation's. It may be dead; None: never was.

        Raises TryLater when that cannot be told now, SlackRefused when Slack does not let us ask.
        """
        ...

    async def bury(self, team: str, enterprise: str, why: str, token: SecretStr | None = None) -> None:
        """It is dead, unless it outlives `why`.

        With the `token` that was refused only if this is still its token: the app may have been installed anew.
        """
        ...


class Single:
    """The one workspace that gave us a token; who we are there is asked once, when it first matters."""

    def __init__(self, api: Api, bot_token: SecretStr) -> None:
        self._api = api
        self._bot_token = bot_token
        self._known: Installation | None = None
        self._asking = asyncio.Lock()

    async def find(self, team: str, enterprise: str) -> Installation | None:
        """The installation, if it is for this workspace. Raises TryLater, SlackRefused."""
        async with self._asking:
            known = self._known = self._known or Installation(
                us=await learn(self._api, self._bot_token), bot_token=self._bot_token
            )
        return known if known.us.team in (team, enterprise) else None

    async def bury(self, team: str, enterprise: str, why: str, token: SecretStr | None = None) -> None:
        """It is dead, until we are started with another token."""
        known = await self.find(team, enterprise)
        if known and token in (None, known.bot_token) and not known.outlives(why):
            self._known = known.ended(why)


async def learn(api: Api, token: SecretStr) -> Us:
    """Who a token makes us. Raises TryLater, SlackRefused."""
    tested = await asked(api, token, "auth.test")
    bot = str(tested["bot_id"])
    shown = await asked(api, token, "bots.info", bot=bot)
    team, enterprise, org_wide = str(tested["team_id"]), str(tested.get("enterprise_id") or ""), is_org_wide(tested)
    return Us(
        app_id=str(shown["bot"]["app_id"]),
        team=enterprise if org_wide else team,
        bot_user=str(tested["user_id"]),
        bot_id=bot,
        enterprise=enterprise,
        workspaces=await workspaces(api, token) if org_wide else (),
    )


def is_org_wide(answer: Answer) -> bool:
    """Whether the answer speaks of a token that serves a whole organisation."""
    return answer.get("is_enterprise_install") is True


async def workspaces(api: Api, token: SecretStr) -> tuple[str, ...]:
    """The workspaces of its organisation that a token serves. Raises TryLater, SlackRefused."""
    found: list[str] = []
    where: dict[str, JsonValue] = {"limit": _PAGE}
    while True:
        page = await asked(api, token, "auth.teams.list", **where)
        found += [str(team["id"]) for team in page["teams"]]
        cursor = page.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            return tuple(found)
        where["cursor"] = str(cursor)


async def asked(api: Api, token: SecretStr, method: str, **arguments: JsonValue) -> Answer:
    """The answer to a question that changes nothing and can be asked again. Raises TryLater, SlackRefused."""
    try:
        return await api.call(token, method, **arguments)
    except OutcomeUnknown as error:
        raise TryLater(str(error)) from error


async def is_over(api: Api, home: Installation) -> bool:
    """Whether Slack says so itself: word of a removal may be an hour old, and the app back by now. Raises TryLater."""
    try:
        await asked(api, home.bot_token, "auth.test")
    except SlackRefused as error:
        return is_end(home, error)
    return False


def is_end(home: Installation, refused: SlackRefused) -> bool:
    """Whether a refusal ends the installation."""
    return refused.error in BURIED and not home.outlives(refused.error)
