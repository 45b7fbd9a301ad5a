"""The world of the demo: mail and model servers on loopback, an embedded store, and all roles at work.

The protocols are real, and so is everything of ours; only the people and the model are played.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from config.settings import EmailChannel, MailServer, ModelSettings, Settings, SlackChannel, StoreSettings
from gateway.app import House, house
from gateway.errors import Misconfigured
from gateway.serve import ROLES, serve
from sandbox.mail import MailSandbox
from sandbox.model import ModelSandbox, load_script
from sandbox.slack import SlackSandbox

ANA, BO = "ana@example.test", "bo@example.test"
SCRIPT = "deploy.yaml"
MODEL = "scripted"


class Clock:
    """The store's clock in the demo: the real one, until somebody moves it on."""

    def __init__(self) -> None:
        self._ahead = 0

    def __call__(self) -> int:
        """Milliseconds since the epoch."""
        return int(time.time() * 1000) + self._ahead

    def move_on(self, hours: float) -> None:
        """Let so many hours pass."""
        self._ahead += int(hours * 3_600_000)


@dataclass(frozen=True)
class World:
    """What the demo plays in. `url` is where the house answers, `environment` the folder that deployments change."""

    house: House
    mail: MailSandbox
    slack: SlackSandbox
    model: ModelSandbox
    clock: Clock
    url: str
    environment: Path

    def running(self, environment: str) -> str:
        """The version that runs in an environment."""
        return str(json.loads((self.environment / f"{environment}.json").read_text())["version"])

    def history(self) -> list[dict[str, Any]]:
        """Every deployment that was ever started, oldest first."""
        log = self.environment / "history.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@contextlib.asynccontextmanager
async def world(directory: Path) -> AsyncIterator[World]:
    """Everything, up and serving."""
    clock, port = Clock(), _free_port()
    url = f"http://127.0.0.1:{port}"
    async with MailSandbox() as mail, SlackSandbox() as slack, ModelSandbox(load_script(_script())) as model:
        settings = _settings(directory, mail, slack, model, url, port)
        async with house(settings, clock=clock) as ready:
            stopping = asyncio.Event()
            serving = asyncio.create_task(serve(ready, ROLES, stopping))
            await _answering(port, serving)
            try:
                yield World(ready, mail, slack, model, clock, url, settings.environment_dir)
            finally:
                stopping.set()
                await serving


def _settings(
    directory: Path, mail: MailSandbox, slack: SlackSandbox, model: ModelSandbox, url: str, port: int
) -> Settings:
    def server(at: int) -> MailServer:
        password = SecretStr(mail.password)
        return MailServer(host=mail.host, port=at, tls=False, username=mail.bot, password=password)

    return Settings(
        state_dir=directory,
        people_file=_people(directory, slack),
        environment_dir=directory / "environment",
        public_url=url,
        port=port,
        store=StoreSettings(partitions=1),
        model=ModelSettings(base_url=model.base_url, api_key=SecretStr("sandbox"), name=MODEL),
        email=EmailChannel(
            address=mail.bot,
            authserv_id=mail.authserv_id,
            imap=server(mail.imap_port),
            smtp=server(mail.smtp_port),
            poll_seconds=5,
        ),
        slack=SlackChannel(
            signing_secrets=(SecretStr(slack.app.signing_secret),),
            bot_token=SecretStr(slack.bot_token),
            app_token=SecretStr(slack.app.app_token),
            base_url=slack.api_url,
        ),
    )


def _people(directory: Path, slack: SlackSandbox) -> Path:
    """Ana and Bo, each with a mailbox, a terminal and a seat in the local Slack."""
    everyone = [
        {
            "id": id,
            "name": id.capitalize(),
            "identities": [f"email:{mailbox}", f"console:{id}", f"slack:{slack.team.id}/{slack.person(id).id}"],
        }
        for id, mailbox in (("ana", ANA), ("bo", BO))
    ]
    path = directory / "people.yaml"
    path.write_text(yaml.safe_dump({"people": everyone}))
    return path


def _script() -> Path:
    import sandbox.model

    return Path(sandbox.model.__file__).parent / "scripts" / SCRIPT


def _free_port() -> int:
    """A port nobody has; not from the range the system gives to outgoing connections, which are many here."""
    for port in random.sample(range(20_000, 32_000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise Misconfigured("no port is free")


async def _answering(port: int, serving: asyncio.Task[None]) -> None:
    """Until the web role listens; whatever stops it from doing so is raised."""
    while not serving.done():
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    await serving
