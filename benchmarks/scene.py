"""The scene: a whole house whose far ends cost nothing, so that what is measured is the house.

The store is real and flushes each write to disk; worker, sender and runner are the real roles. The model, the mail
server and the tool answer at once: whatever they take in an installation comes on top.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import BaseModel, SecretStr
from redis.asyncio import Redis

from adapters.base import Capabilities, Parcel, Receipt
from adapters.heard import Address, Received
from agent_core.agent import Agent, Thought
from agent_core.events import AgentMessage, ApprovalRequest, ToolResult, UserMessage
from agent_core.steps import Say, Step, Use
from agent_core.thread import Thread
from agent_core.values import Author
from config.settings import Settings, StoreSettings
from gateway.app import House, house
from gateway.store.client import connect
from gateway.store.embedded import embedded
from gateway.telemetry import configure

ANA = Author(identity="email:ana@example.test", assurance="verified", evidence="benchmark")
ASK = "Please deploy 1.4.1 to production, when somebody has looked at it."
DEPLOY = Use(tool="deploy", arguments='{"version":"1.4.1","environment":"production"}', reason="Ana asked for it")


class InstantModel:
    """Chooses the deployment first, and words once a tool has answered."""

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """No network, no waiting."""
        ran = any(isinstance(event, ToolResult) for event in thread.recent)
        step: Step = Say(text="1.4.1 runs on production now; before it was 1.4.0.") if ran else DEPLOY
        return Thought(outcome="step", step=step)


class TalkingModel:
    """Has something to say, whatever it is told."""

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """No network, no waiting."""
        return Thought(outcome="step", step=Say(text="Nothing is due; I will say when something is."))


@dataclass(frozen=True)
class InstantMail:
    """The channel `email` without a mail server. Tells whoever waits when a thread's card or answer goes out."""

    channel: str = "email"
    capabilities: Capabilities = field(default_factory=Capabilities)
    cards: dict[str, asyncio.Future[ApprovalRequest]] = field(default_factory=dict)
    answers: dict[str, asyncio.Future[AgentMessage]] = field(default_factory=dict)

    def address_of(self, identity: str) -> Address:
        """An address that is the identity."""
        return Address(channel=self.channel, ref=identity)

    async def send(self, parcel: Parcel) -> Receipt:
        """Taken at once."""
        match parcel.event:
            case ApprovalRequest() as card if parcel.thread_id in self.cards:
                self.cards.pop(parcel.thread_id).set_result(card)
            case AgentMessage() as answer if parcel.thread_id in self.answers:
                self.answers.pop(parcel.thread_id).set_result(answer)
        return Receipt(provider_id=parcel.effect_id)

    def card(self, thread_id: str) -> asyncio.Future[ApprovalRequest]:
        """The thread's request, once it goes out."""
        return self.cards.setdefault(thread_id, asyncio.get_running_loop().create_future())

    def answer(self, thread_id: str) -> asyncio.Future[AgentMessage]:
        """The agent's next words in the thread, once they go out."""
        return self.answers.setdefault(thread_id, asyncio.get_running_loop().create_future())


@dataclass(frozen=True)
class Scene:
    """A house, a bare connection to the same server, and where that server keeps its data."""

    house: House
    mail: InstantMail
    redis: Redis
    directory: Path


@contextlib.asynccontextmanager
async def scene(partitions: int = 4) -> AsyncIterator[Scene]:
    """Everything open, no role at work."""
    configure(json=False, level=logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="hp") as made:
        directory = Path(made)
        async with embedded(directory / "store") as url:
            settings = Settings(
                state_dir=directory,
                environment_dir=directory / "environment",
                secret_key=SecretStr(secrets.token_hex(32)),
                store=StoreSettings(url=SecretStr(url), partitions=partitions),
            )
            mail, redis = InstantMail(), connect(url)
            async with house(settings) as ready, contextlib.aclosing(redis):
                channels = replace(ready.channels, adapters={**ready.channels.adapters, mail.channel: mail})
                yield Scene(replace(ready, channels=channels, model=InstantModel()), mail, redis, directory)


async def instantly(arguments: BaseModel, *, key: str) -> str:
    """A tool that is done as soon as it is called."""
    return "1.4.1 now; before 1.4.0"


@contextlib.asynccontextmanager
async def at_work(on: Scene) -> AsyncIterator[None]:
    """Worker, sender and runner of the house, in this process."""
    stopping = asyncio.Event()
    ready = on.house
    runner = replace(ready.runner(), executors={tool.name: instantly for tool in ready.agent.tools})
    roles = (ready.worker(), ready.sender(), runner)
    async with asyncio.TaskGroup() as group:
        for role in roles:
            group.create_task(role.run(stopping))
        try:
            yield
        finally:
            stopping.set()


def mail_from_ana(conversation: str, text: str = ASK) -> Received:
    """A new message, understood and verified."""
    message = UserMessage(id=f"email:{secrets.token_hex(12)}@example.test", author=ANA, text=text)
    address = Address(channel="email", ref="ana@example.test")
    return Received(message=message, address=address, conversation=conversation)
