"""The whole house with a local Slack as its far end: a real store, every role, a scripted model.

Slack reaches it over HTTP or by Socket Mode, as each test says. The clock is the store's, so that a day can pass.
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import SecretStr

import sandbox.model
from agent_core.events import Event
from config.settings import ModelSettings, Settings, SlackChannel, StoreSettings
from gateway.app import House, house
from gateway.demo.world import Clock
from gateway.serve import ROLES
from sandbox.model import ModelSandbox
from sandbox.model.script import Script, parse_script
from sandbox.slack import Hands, Message, SlackSandbox
from tests.contract.slack_bench import Transport, until
from tests.doors.scene import Scene, free_port, listening, serving

E = TypeVar("E", bound=Event)
ROOM = "#deploys"
ASK = "@holdpoint Please deploy {} to production."
CARD = "May this run?"
CARDS = ("Approval needed", "Closed")
PEOPLE = ("ana", "bo", "cy")
MANY = [f"Choice {number}" for number in range(1, 102)]
SURVEY = [
    {
        "name": "survey",
        "when": {"last_event": "<user_message [^>]*>.*survey"},
        "then": {
            "call": {
                "name": "ask",
                "arguments": {
                    "question": "How is it to be?",
                    "choices": [],
                    "fields": [
                        {"name": "why", "label": "Why", "kind": "text"},
                        {"name": "many", "label": "How many", "kind": "number"},
                        {"name": "day", "label": "Which day", "kind": "date"},
                        {"name": "place", "label": "Where", "kind": "choice", "choices": ["here", "there"]},
                        {"name": "with", "label": "With what", "kind": "choices", "choices": ["milk", "sugar", "ice"]},
                        {"name": "more", "label": "Anything else", "kind": "text", "required": False},
                    ],
                },
            }
        },
    },
    {
        "name": "long list",
        "when": {"last_event": "<user_message [^>]*>.*long list"},
        "then": {
            "call": {
                "name": "ask",
                "arguments": {
                    "question": "Which of them?",
                    "choices": [],
                    "fields": [{"name": "those", "label": "Those", "kind": "choices", "choices": MANY}],
                },
            }
        },
    },
    {
        "name": "survey answered",
        "when": {"last_event": ["<input_request ", "<input_response [^>]*>(?P<said>.*: .*)</input_response>"]},
        "then": {"say": "Noted: {said}"},
    },
]


@dataclass(frozen=True)
class SlackHouse:
    """A town with Slack in it; the house is open between `opened` and its end, as often as one likes."""

    slack: SlackSandbox
    model: ModelSandbox
    clock: Clock
    settings: Settings
    house: House

    # --- the ways in

    async def heard_by(self, transport: Transport) -> None:
        """Slack reaches the house in this way from now on."""
        await self.slack.deliver_to(f"{self.settings.public_url}/slack/events" if transport == "http" else None)
        if transport == "socket":
            await until(lambda: self.slack.core.sockets.connections)

    @property
    def scene(self) -> Scene:
        """The doors of the house: people who call it by REST."""
        return Scene(self.house, self.model, self.clock, self.settings.public_url)

    def person(self, name: str) -> Hands:
        """Somebody in front of Slack."""
        return self.slack.person(name)

    # --- what is asked, and what is seen

    async def ask(self, version: str = "1.4.2", *, where: str | None = ROOM, by: str = "ana") -> Message:
        """Somebody asks for a deployment."""
        return self.person(by).say(where, ASK.format(version))

    async def card(self, asked: Message) -> Message:
        """The card in the thread, as it looks now: what becomes of it later does not change this copy."""
        return copy.deepcopy(await self.shown(asked, CARD))

    async def card_for(self, name: str, asked: Message) -> Message:
        """Somebody's own copy of the card, in their DM, as it looks now; others may be there from earlier."""
        version = version_in(asked.text)
        found = await until(
            lambda: [m for m in self.slack.direct(name) if m.ts > asked.ts and CARD in m.text and version in m.text]
        )
        return copy.deepcopy(found[-1])

    async def shown(self, asked: Message, containing: str) -> Message:
        """Something everybody in the thread can read."""
        return (await until(lambda: [m for m in self.thread(asked) if containing in m.text]))[0]

    def thread(self, asked: Message) -> list[Message]:
        """What everybody in the thread reads."""
        room = self.slack.core.world.channels[asked.channel]
        return [m for m in self.slack.messages(room, thread=asked.root) if not m.ephemeral_for]

    def now(self, message: Message) -> Message:
        """What has become of a message."""
        return self.slack.message(message.channel, message.ts)

    async def redrawn(self, card: Message, containing: str) -> Message:
        """The card, once it says so."""
        return (await until(lambda: [now for now in [self.now(card)] if containing in now.text]))[0]

    def told(self, name: str, containing: str = "") -> list[Message]:
        """What is said to this person alone: ephemeral anywhere, or in their DM with the bot; cards apart."""
        id = self.person(name).id
        aside = [m for c in self.slack.core.world.channels.values() for m in c.messages if m.ephemeral_for == id]
        mine = [c for c in self.slack.core.world.channels.values() if c.kind == "im" and id in c.members]
        direct = [m for c in mine for m in c.messages if m.user != id and not m.text.startswith(CARDS)]
        return sorted((m for m in (*aside, *direct) if containing in m.text), key=lambda m: m.ts)

    # --- what is so

    def history(self) -> list[dict[str, Any]]:
        """Every deployment that was ever started, oldest first."""
        log = self.settings.environment_dir / "history.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def thread_of(self, asked: Message) -> str:
        """The id of the thread of a message."""
        return self.house.keyring.thread_id("slack", f"{asked.team}/{asked.channel}/{asked.root}")

    async def events(self, asked: Message, kind: type[E]) -> list[E]:
        """The log of a thread: the events of one type."""
        found = await self.house.threads.events(self.thread_of(asked), after=0)
        return [event for event in found if isinstance(event, kind)]


def version_in(words: str) -> str:
    """What somebody wants to have deployed."""
    found = re.search(r"\d+\.\d+\.\d+", words)
    assert found
    return found[0]


def buttons(message: Message) -> list[str]:
    """The words on the buttons of a message."""
    rows = (block["elements"] for block in message.blocks if block["type"] == "actions")
    return [element["text"]["text"] for row in rows for element in row]


def value_of(message: Message, label: str) -> str:
    """What a button carries."""
    rows = (block["elements"] for block in message.blocks if block["type"] == "actions")
    return next(str(one["value"]) for row in rows for one in row if one["text"]["text"] == label)


@contextlib.asynccontextmanager
async def slack_house(
    directory: Path, *, approvers: Sequence[str] = ("bo", "cy"), roles: Iterable[str] = ROLES
) -> AsyncIterator[SlackHouse]:
    """Everything, up and serving; by Socket Mode until somebody says `heard_by`."""
    async with SlackSandbox(retry_delays=(0.1, 0.2)) as slack, ModelSandbox(script()) as model:
        clock, settings = Clock(), settings_of(directory, slack, model, approvers)
        async with opened(slack, model, clock, settings, roles) as made:
            yield made
        assert slack.strays == []


@contextlib.asynccontextmanager
async def opened(
    slack: SlackSandbox,
    model: ModelSandbox,
    clock: Clock,
    settings: Settings,
    roles: Iterable[str] = ROLES,
    transport: Transport = "socket",
) -> AsyncIterator[SlackHouse]:
    """The house alone; it can be closed and opened again while Slack goes on."""
    async with house(settings, clock=clock) as ready, serving(ready, roles):
        await listening(settings.port)
        made = SlackHouse(slack, model, clock, settings, ready)
        await made.heard_by(transport)
        yield made
        await slack.deliver_to(None)


def script(more: Sequence[Mapping[str, Any]] = SURVEY) -> Script:
    """The deploy agent's model, which also makes a survey."""
    path = Path(sandbox.model.__file__).parent / "scripts" / "deploy.yaml"
    source = yaml.safe_load(path.read_text())
    return parse_script(yaml.safe_dump(source | {"rules": [*more, *source["rules"]]}))


def settings_of(directory: Path, slack: SlackSandbox, model: ModelSandbox, approvers: Sequence[str]) -> Settings:
    """The settings of a house in a directory, for these approvers."""
    port = free_port()
    everyone = [
        {"id": id, "name": id.title(), "identities": [f"slack:{slack.team.id}/{user_id(slack, id)}", f"console:{id}"]}
        for id in dict.fromkeys((*PEOPLE, *approvers))
    ]
    people, policies = directory / "people.yaml", directory / "policies.yaml"
    people.write_text(yaml.safe_dump({"people": everyone}))
    policies.write_text(yaml.safe_dump(policy(approvers)))
    return Settings(
        state_dir=directory,
        environment_dir=directory / "environment",
        people_file=people,
        policies_file=policies,
        public_url=f"http://127.0.0.1:{port}",
        port=port,
        store=StoreSettings(partitions=1),
        model=ModelSettings(base_url=model.base_url, api_key=SecretStr("sandbox"), name="scripted"),
        slack=SlackChannel(
            signing_secrets=(SecretStr(slack.app.signing_secret),),
            bot_token=SecretStr(slack.bot_token),
            app_token=SecretStr(slack.app.app_token),
            base_url=slack.api_url,
        ),
    )


def policy(approvers: Sequence[str]) -> dict[str, Any]:
    """Who may approve a deployment; who is told when the agent gives up."""
    return {"rules": [{"tool": "deploy", "approvers": list(approvers)}], "escalate_to": ["bo"]}


def user_id(slack: SlackSandbox, name: str) -> str:
    """Somebody's id in the first workspace; who is not there yet moves in, and joins the room."""
    user = slack.core.world.user_named(name, slack.team.id) or slack.town.user(name, slack.team)
    slack.channel(ROOM).members.add(user.id)
    return user.id
