"""The whole house with a local Discord as its far end: a real store, every role, a scripted model.

It is heard over the gateway, and for what people press also by HTTP, as each test says. The clock is the store's.
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import SecretStr

from agent_core.events import Event
from config.settings import DiscordChannel, ModelSettings, Settings, StoreSettings
from gateway.app import House, house
from gateway.demo.world import Clock
from gateway.serve import ROLES
from sandbox.discord import DiscordSandbox, Hands, Message
from sandbox.discord.world import Channel
from sandbox.model import ModelSandbox
from tests.contract.slack_bench import until
from tests.doors.scene import Scene, free_port, listening, serving
from tests.flows.slack_house import script, version_in

E = TypeVar("E", bound=Event)
ROOM, RELEASES = "#deploys", "#releases"
CARD = "May this run?"
PEOPLE = ("ana", "bo", "cy", "di")
ROLE = "releasers"


@dataclass(frozen=True)
class DiscordHouse:
    """A town with Discord in it; the house is open between `opened` and its end, as often as one likes."""

    discord: DiscordSandbox
    model: ModelSandbox
    clock: Clock
    settings: Settings
    house: House

    @property
    def scene(self) -> Scene:
        """The doors of the house: people who call it by REST."""
        return Scene(self.house, self.model, self.clock, self.settings.public_url)

    def person(self, name: str) -> Hands:
        """Somebody in front of Discord."""
        return self.discord.person(name)

    def move_on(self, seconds: float) -> None:
        """Let time pass, for the house and for Discord."""
        self.clock.move_on(hours=seconds / 3600)
        self.discord.clock.forward(seconds)

    # --- what is asked, and what is seen

    def ask(self, version: str = "1.4.2", *, where: str = ROOM, by: str = "ana") -> Message:
        """Somebody asks for a deployment in a channel."""
        return self.person(by).say(where, f"<@{self.discord.app.bot}> Please deploy {version} to production.")

    def ask_directly(self, version: str = "1.4.2", *, by: str = "ana") -> Message:
        """Somebody asks for a deployment in their DM with the bot."""
        return self.person(by).dm(f"Please deploy {version} to production.")

    async def thread(self, asked: Message) -> Channel:
        """The thread that began at a message."""
        return (await until(lambda: [one for one in [self.discord.thread(asked)] if one]))[0]

    async def card(self, asked: Message) -> Message:
        """The card in the thread, as it looks now: what becomes of it later does not change this copy."""
        return copy.deepcopy(await self.shown(asked, CARD))

    async def card_for(self, name: str, asked: Message) -> Message:
        """Somebody's own copy of the card, in their DM, as it looks now; others may be there from earlier."""
        version = version_in(asked.content)
        found = await until(
            lambda: [
                m
                for m in self.person(name).dms
                if int(m.id) > int(asked.id) and CARD in words(m) and version in words(m)
            ]
        )
        return copy.deepcopy(found[-1])

    async def shown(self, asked: Message, containing: str) -> Message:
        """Something everybody in the thread can read."""
        thread = await self.thread(asked)
        return (await until(lambda: [m for m in self.discord.messages(thread) if containing in words(m)]))[0]

    async def told(self, name: str, containing: str) -> Message:
        """What somebody reads in their DM."""
        return (await until(lambda: [m for m in self.person(name).dms if containing in words(m)]))[-1]

    async def whispered(self, name: str, containing: str) -> Message:
        """What only they see."""
        return (await until(lambda: [m for m in self.person(name).whispers if containing in words(m)]))[-1]

    async def redrawn(self, card: Message, containing: str) -> Message:
        """The card, once it says so."""
        return (await until(lambda: [now for now in [self.now(card)] if containing in words(now)]))[0]

    def now(self, message: Message) -> Message:
        """What has become of a message."""
        return next(m for m in self.discord.core.world.channels[message.channel].messages if m.id == message.id)

    # --- what is so

    def history(self) -> list[dict[str, Any]]:
        """Every deployment that was ever started, oldest first."""
        log = self.settings.environment_dir / "history.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def thread_of(self, asked: Message) -> str:
        """The id of our thread of a message that began one, or of a DM."""
        channel = self.discord.core.world.channels[asked.channel]
        return self.house.keyring.thread_id("discord", asked.id if channel.guild_id else channel.id)

    async def events(self, asked: Message, kind: type[E]) -> list[E]:
        """The log of a thread: the events of one type."""
        found = await self.house.threads.events(self.thread_of(asked), after=0)
        return [event for event in found if isinstance(event, kind)]


def words(message: Message) -> str:
    """All that a message says, embeds included."""
    return "\n".join((message.content, *(_embed(one) for one in message.embeds)))


def _embed(embed: Any) -> str:
    fields = [text for field in embed.get("fields", ()) for text in (field["name"], field["value"])]
    footer = embed.get("footer", {}).get("text", "")
    return "\n".join((embed.get("title", ""), embed.get("description", ""), *fields, footer))


def components(message: Message) -> list[Any]:
    """The buttons and selects of a message."""
    return [one for row in message.components for one in row["components"]]


def buttons(message: Message) -> list[str]:
    """The words on the buttons of a message; links apart."""
    return [one["label"] for one in components(message) if one["type"] == 2 and "custom_id" in one]


def approving(message: Message) -> str:
    """The words on the button that approves."""
    (label,) = [one for one in buttons(message) if one.startswith("Approve")]
    return label


@contextlib.asynccontextmanager
async def discord_house(
    directory: Path, *, approvers: Sequence[str] = ("bo", "cy"), roles: Iterable[str] = ROLES, **channel: Any
) -> AsyncIterator[DiscordHouse]:
    """Everything, up and serving, heard over the gateway; `channel` changes the settings of the channel."""
    async with DiscordSandbox(identify_pause=0) as discord, ModelSandbox(script()) as model:
        clock, settings = Clock(), settings_of(directory, discord, model, approvers, **channel)
        async with opened(discord, model, clock, settings, roles) as made:
            yield made
        assert discord.strays == []


@contextlib.asynccontextmanager
async def opened(
    discord: DiscordSandbox,
    model: ModelSandbox,
    clock: Clock,
    settings: Settings,
    roles: Iterable[str] = ROLES,
) -> AsyncIterator[DiscordHouse]:
    """The house alone; it can be closed and opened again while Discord goes on."""
    async with house(settings, clock=clock) as ready, serving(ready, roles):
        await listening(settings.port)
        if "listener" in roles and settings.discord and settings.discord.connects:
            await until(lambda: discord.sessions)
        yield DiscordHouse(discord, model, clock, settings, ready)


def settings_of(
    directory: Path, discord: DiscordSandbox, model: ModelSandbox, approvers: Sequence[str], **channel: Any
) -> Settings:
    """The settings of a house in a directory, for these approvers; `releasers` is the group of that role."""
    port = free_port()
    discord.app.may_read_all = True
    everyone = [
        {"id": id, "name": id.title(), "identities": [f"discord:{discord.person(id).id}", f"console:{id}"]}
        for id in dict.fromkeys((*PEOPLE, *(one for one in approvers if one != ROLE)))
    ]
    place = discord.guild.id
    group = {
        "id": ROLE,
        "role": f"discord:{place}/{discord.role(ROLE).id}",
        "room": f"discord:{place}/{discord.channel(RELEASES).id}",
    }
    people, policies = directory / "people.yaml", directory / "policies.yaml"
    people.write_text(yaml.safe_dump({"people": everyone, "groups": [group]}))
    policies.write_text(yaml.safe_dump(policy(approvers)))
    given: dict[str, Any] = {
        "token": SecretStr(discord.token),
        "public_key": discord.app.public_key,
        "reads_all": True,
        "base_url": discord.api_url,
        "file_hosts": (discord.cdn_url,),
    }
    return Settings(
        state_dir=directory,
        environment_dir=directory / "environment",
        people_file=people,
        policies_file=policies,
        public_url=f"http://127.0.0.1:{port}",
        port=port,
        store=StoreSettings(partitions=1),
        model=ModelSettings(base_url=model.base_url, api_key=SecretStr("sandbox"), name="scripted"),
        discord=DiscordChannel(**given | channel),
    )


def policy(approvers: Sequence[str]) -> dict[str, Any]:
    """Who may approve a deployment; who is told when the agent gives up."""
    return {"rules": [{"tool": "deploy", "approvers": list(approvers)}], "escalate_to": ["bo"]}
