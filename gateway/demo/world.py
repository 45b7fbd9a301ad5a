"""The world of the demo: local mail, Slack, Discord, Twilio and model servers, an embedded store, all roles at work.

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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import SecretStr

from config.settings import (
    DiscordChannel,
    EmailChannel,
    MailServer,
    ModelSettings,
    Settings,
    SlackChannel,
    StoreSettings,
    TextLimits,
    TwilioLine,
)
from gateway.app import House, house
from gateway.contacts import KnownContacts
from gateway.errors import Misconfigured
from gateway.serve import ROLES, serve
from sandbox.discord import DiscordSandbox
from sandbox.mail import MailSandbox
from sandbox.mail.server import PEOPLE
from sandbox.model import ModelSandbox, load_script
from sandbox.slack import SlackSandbox
from sandbox.twilio import Phone, TwilioSandbox
from sandbox.twilio.shapes import Channel

ANA, BO, DI = "ana@example.test", "bo@example.test", "di@example.test"
NUMBERS = {"ana": "+447700900001", "bo": "+447700900002"}
CHANNELS = get_args(Channel)
# Whoever holds the role may decide deployments; their cards stand in the channel.
RELEASERS, RELEASES = "releasers", "#releases"
POLICIES = Path(__file__).parent / "policies.yaml"
# So many that nobody who plays waits for long.
PER_HOUR = 1_000
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
class Servers:
    """What the house finds at the far end."""

    mail: MailSandbox
    slack: SlackSandbox
    discord: DiscordSandbox
    twilio: TwilioSandbox
    model: ModelSandbox


@dataclass(frozen=True)
class World:
    """What the demo plays in. `url` is where the house answers, `environment` the folder that deployments change."""

    house: House
    mail: MailSandbox
    slack: SlackSandbox
    discord: DiscordSandbox
    twilio: TwilioSandbox
    model: ModelSandbox
    clock: Clock
    url: str
    environment: Path

    def phone(self, person: str) -> Phone:
        """The phone of `ana` or `bo`."""
        return self.twilio.phone(NUMBERS[person])

    def move_on(self, **by: float) -> None:
        """Let time pass, `hours=25` or `seconds=30`, for the house, for Twilio and for Discord."""
        passed = timedelta(**by)
        self.clock.move_on(hours=passed / timedelta(hours=1))
        self.twilio.clock.forward(passed.total_seconds())
        self.discord.clock.forward(passed.total_seconds())

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
    async with (
        MailSandbox(people=(*PEOPLE, DI)) as mail,
        SlackSandbox() as slack,
        DiscordSandbox() as discord,
        TwilioSandbox() as twilio,
        ModelSandbox(load_script(_script())) as model,
    ):
        settings = _settings(directory, Servers(mail, slack, discord, twilio, model), url, port)
        _ring(twilio, url)
        async with house(settings, clock=clock) as ready:
            await _agree(ready)
            stopping = asyncio.Event()
            serving = asyncio.create_task(serve(ready, ROLES, stopping))
            await _answering(port, serving)
            try:
                yield World(ready, mail, slack, discord, twilio, model, clock, url, settings.environment_dir)
            finally:
                stopping.set()
                await serving


async def _agree(house: House) -> None:
    """Ana and Bo agreed to be texted, as an operator notes it."""
    contacts = KnownContacts(house.opened.contacts, house.people)
    for number in NUMBERS.values():
        for channel in ("sms", "whatsapp"):
            await contacts.consented(f"{channel}:{number}", "agreed to play in the demo", datetime.now(UTC))


def _settings(directory: Path, at: Servers, url: str, port: int) -> Settings:
    mail, slack = at.mail, at.slack

    def server(port: int) -> MailServer:
        password = SecretStr(mail.password)
        return MailServer(host=mail.host, port=port, tls=False, username=mail.bot, password=password)

    return Settings(
        state_dir=directory,
        people_file=_people(directory, slack, at.discord),
        policies_file=POLICIES,
        environment_dir=directory / "environment",
        public_url=url,
        port=port,
        store=StoreSettings(partitions=1),
        model=ModelSettings(base_url=at.model.base_url, api_key=SecretStr("sandbox"), name=MODEL),
        email=EmailChannel(
            address=mail.bot,
            authserv_ids=(mail.authserv_id,),
            imap=server(mail.imap_port),
            smtp=server(mail.smtp_port),
            poll_seconds=5,
            per_hour=PER_HOUR,
        ),
        slack=SlackChannel(
            signing_secrets=(SecretStr(slack.app.signing_secret),),
            bot_token=SecretStr(slack.bot_token),
            app_token=SecretStr(slack.app.app_token),
            base_url=slack.api_url,
        ),
        discord=_bot(at.discord),
        sms=_line(at.twilio, at.twilio.number),
        whatsapp=_line(at.twilio, at.twilio.whatsapp_number),
    )


def _bot(discord: DiscordSandbox) -> DiscordChannel:
    discord.app.may_read_all = True
    return DiscordChannel(
        token=SecretStr(discord.token),
        public_key=discord.app.public_key,
        reads_all=True,
        base_url=discord.api_url,
        file_hosts=(discord.cdn_url,),
    )


def _line(twilio: TwilioSandbox, sender: str) -> TwilioLine:
    return TwilioLine(
        account_sid=twilio.account_sid,
        auth_tokens=(SecretStr(twilio.auth_token),),
        sender=sender,
        region="GB",
        countries=("GB",),
        limits=TextLimits(seconds=1, per_hour=PER_HOUR),
        base_url=twilio.url,
    )


def _ring(twilio: TwilioSandbox, url: str) -> None:
    """Two phones, and where what they write is posted to."""
    for person, number in NUMBERS.items():
        twilio.phone(number, person.capitalize())
    for channel in CHANNELS:
        twilio.deliver_to(channel, f"{url}/{channel}/events")


def _people(directory: Path, slack: SlackSandbox, discord: DiscordSandbox) -> Path:
    """Ana and Bo, each with a mailbox, a terminal, a seat in Slack and Discord, and a phone; and Di, on Discord."""
    everyone = [
        _person(
            id,
            f"email:{mailbox}",
            f"console:{id}",
            f"slack:{slack.team.id}/{slack.person(id).id}",
            *(f"{channel}:{NUMBERS[id]}" for channel in CHANNELS),
            f"discord:{discord.person(id).id}",
        )
        for id, mailbox in (("ana", ANA), ("bo", BO))
    ]
    everyone.append(_person("di", f"discord:{discord.person('di').id}"))
    path = directory / "people.yaml"
    path.write_text(yaml.safe_dump({"people": everyone, "groups": [_releasers(discord)]}))
    return path


def _person(id: str, *identities: str) -> dict[str, Any]:
    return {"id": id, "name": id.capitalize(), "identities": list(identities)}


def _releasers(discord: DiscordSandbox) -> dict[str, Any]:
    """Those who may decide deployments by their role on Discord: Di."""
    discord.grant("di", RELEASERS)
    role, room = discord.role(RELEASERS), discord.channel(RELEASES)
    guild = f"discord:{discord.guild.id}"
    return {"id": RELEASERS, "role": f"{guild}/{role.id}", "room": f"{guild}/{room.id}"}


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
