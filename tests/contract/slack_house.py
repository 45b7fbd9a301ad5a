"""A whole house that any workspace may install the app of, a local Slack, and browsers in between."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr

import sandbox.model
from adapters.slack.manifest import scopes_asked
from config.settings import ModelSettings, Settings, SlackChannel, StoreSettings
from gateway.app import House, house
from sandbox.model import ModelSandbox, load_script
from sandbox.slack import App, Message, SlackSandbox, Team, User
from tests.doors.scene import free_port, listening, serving, until

KEY = "the secret key of this whole house"


@dataclass(frozen=True)
class Installable:
    """`team` is a workspace in which the app is not installed yet, with its people."""

    slack: SlackSandbox
    settings: Settings
    team: Team
    people: Sequence[User]

    @property
    def url(self) -> str:
        """Where the house answers."""
        return self.settings.public_url

    @contextlib.asynccontextmanager
    async def at_work(self, *roles: str) -> AsyncIterator[House]:
        """One process of the house."""
        async with house(self.settings) as ready, serving(ready, roles):
            if "web" in roles:
                await listening(self.settings.port)
                await self.slack.deliver_to(f"{self.url}/slack/events")
            yield ready
        if "web" in roles:
            await self.slack.deliver_to(None)

    def browser(self) -> httpx.AsyncClient:
        """Somebody's browser. It follows wherever it is sent, as browsers do."""
        return httpx.AsyncClient(base_url=self.url)

    async def consented(self, browser: httpx.AsyncClient) -> str:
        """Somebody begins in a browser and agrees at Slack; where Slack sends it back to."""
        sent = await browser.get("/slack/install")
        agreed = await browser.get(f"{sent.headers['location']}&team={self.team.id}")
        assert agreed.status_code == 302, agreed.text
        return agreed.headers["location"]

    async def answered(self, asked: Message, containing: str) -> str:
        """What is answered in the thread of a message."""

        async def look() -> str:
            thread = self.slack.messages(asked.channel, thread=asked.ts)
            return next((one.text for one in thread if one.bot_id and containing in one.text), "")

        return await until(look)


@contextlib.asynccontextmanager
async def installable(directory: Path, store_url: str, *, people: int = 1) -> AsyncIterator[Installable]:
    """The settings of the house, on a store of its own; nothing of it runs yet."""
    port, script = free_port(), load_script(Path(sandbox.model.__file__).parent / "scripts" / "deploy.yaml")
    nobody, nothing = directory / "people.yaml", directory / "policies.yaml"
    nobody.write_text("people: []\n")
    nothing.write_text("rules: []\n")
    async with SlackSandbox(App(token_rotation=True, scopes=scopes_asked())) as slack, ModelSandbox(script) as model:
        settings = Settings(
            secret_key=SecretStr(KEY),
            state_dir=directory,
            environment_dir=directory / "environment",
            people_file=nobody,
            policies_file=nothing,
            public_url=f"http://127.0.0.1:{port}",
            port=port,
            store=StoreSettings(url=SecretStr(store_url), partitions=1),
            model=ModelSettings(base_url=model.base_url, api_key=SecretStr("sandbox"), name="scripted"),
            slack=SlackChannel(
                signing_secrets=(SecretStr(slack.app.signing_secret),),
                client_id=slack.app.client_id,
                client_secret=SecretStr(slack.app.client_secret),
                base_url=slack.api_url,
            ),
        )
        team = slack.town.team("beta")
        users = [slack.town.user(f"person{number}", team) for number in range(people)]
        slack.town.install(team).installed = False
        yield Installable(slack, settings, team, users)
        assert slack.strays == []
