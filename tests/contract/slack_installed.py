"""A local Slack whose tokens expire, and workers that share its installations by a real store."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from pydantic import SecretStr

from adapters.slack.api import Api
from adapters.slack.install import Installation
from adapters.slack.meaning import Us
from adapters.slack.oauth import OAuth
from adapters.slack.rotation import Rotating
from gateway.sealed import Sealer
from gateway.slack_install import SlackInstallations
from gateway.store.installations import RedisInstallations
from sandbox.slack import App, SlackSandbox
from tests.contract.bench import Bench

SECRET = b"a secret key of thirty-two bytes"
BACK = "https://holdpoint.example.test/slack/oauth_redirect"


def registry_on(bench: Bench, secret: bytes = SECRET) -> SlackInstallations:
    """The registry of installations on a bench's server."""
    return SlackInstallations(RedisInstallations(bench.redis), Sealer(secret, "default", "installations"))


def home_at(team: str, token: str = "xoxb-1", *, enterprise: str = "") -> Installation:
    """An installation in a workspace, or in the organisation of that name."""
    us = Us(app_id="A0HOLDPOINT", team=team, bot_user="U0BOT", bot_id="B0BOT", enterprise=enterprise)
    return Installation(us=us, bot_token=SecretStr(token), scopes=("chat:write",))


@dataclass(frozen=True)
class Rotated:
    """The Slack, the registry, and what a worker of ours is made of."""

    slack: SlackSandbox
    api: Api
    registry: SlackInstallations

    @property
    def oauth(self) -> OAuth:
        """The app by its own credentials, living by Slack's clock."""
        app = self.slack.app
        return OAuth(self.api, app.client_id, SecretStr(app.client_secret), self.slack.api_url, self.slack.clock.now)

    def worker(self, registry: SlackInstallations | None = None) -> Rotating:
        """Another worker."""
        return Rotating(registry or self.registry, self.oauth, clock=self.slack.clock.now)

    async def install(self) -> Installation:
        """The app, installed in the first workspace; the calls for it are forgotten."""
        home = await self.oauth.redeem(self.slack.core.tokens.code(self.slack.team.id), BACK)
        await self.registry.save(home)
        self.slack.forget()
        return home

    async def works(self, home: Installation | None) -> bool:
        """Whether Slack takes its token."""
        return home is not None and bool(await self.api.call(home.bot_token, "auth.test"))

    @property
    def renewals(self) -> int:
        """How often a token was asked for."""
        return len(self.slack.called("oauth.v2.access"))


@contextlib.asynccontextmanager
async def rotated_at(bench: Bench) -> AsyncIterator[Rotated]:
    """The local Slack beside a bench."""
    async with SlackSandbox(App(token_rotation=True), retry_delays=()) as slack, Api(slack.api_url) as api:
        yield Rotated(slack, api, registry_on(bench))
        assert slack.strays == []


def secrets_of(*homes: Installation) -> Iterator[bytes]:
    """Every secret there is in these."""
    for home in homes:
        for secret in (home.bot_token, home.refresh_token):
            if secret:
                yield secret.get_secret_value().encode()
