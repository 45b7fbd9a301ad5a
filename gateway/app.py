"""The composition root: a `House` is everything wired, nothing running. Its channels are made in `channels.py`."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from agent_core.agent import Agent, Model
from agent_core.agents.deploy import deploy_agent
from agent_core.agents.deploy_tools import executors, previewers, seed
from agent_core.people import People
from agent_core.policy.rules import Policy
from agent_core.tools import Tool
from config.settings import Settings
from gateway.access import Access
from gateway.asked import Book
from gateway.channels import Channels, open_channels
from gateway.desk import FrontDesk
from gateway.door import Door, Hook
from gateway.entry import control_verb, received_id
from gateway.inbound import Inbound
from gateway.keyring import Keyring
from gateway.line import SharedLine
from gateway.listener import Listener
from gateway.load import Load
from gateway.people.identities import Identities
from gateway.people.registrar import Registrar
from gateway.people.roster import Roster
from gateway.reading import read_people, read_policy
from gateway.reviewing import Reviewing
from gateway.routing import Channel, Routing
from gateway.runner import Runner
from gateway.sender import Sender
from gateway.store.opening import Opened, open_store
from gateway.threads import Threads
from gateway.timers import Timers
from gateway.worker import Worker

log = structlog.get_logger(__name__)

SECRET_BYTES = 32
PROMPTS = Path(__file__).parent.parent / "prompts"


@dataclass(frozen=True)
class House:
    """One installation: its store, its people, its channels, its agent. The roles are made of it."""

    settings: Settings
    opened: Opened
    keyring: Keyring
    roster: Roster
    policy: Policy
    agent: Agent
    model: Model
    channels: Channels

    @property
    def people(self) -> People:
        """Everybody, as of the last look."""
        return self.roster.people

    @property
    def inbound(self) -> Inbound:
        """The one way in."""
        store = self.opened
        return Inbound(store.threads, store.blobs, store.links, store.places, self.keyring, self.roster)

    @property
    def access(self) -> Access:
        """Who may call."""
        return Access(self.opened.tokens, self.settings.tenant)

    @property
    def threads(self) -> Threads:
        """The verbs of all doors."""
        return Threads(self.opened.threads, self.inbound, self.settings.tenant)

    @property
    def tools(self) -> Mapping[str, Tool]:
        """The agent's tools by name."""
        return {tool.name: tool for tool in self.agent.tools}

    def desk(self, channel: str) -> FrontDesk:
        """What a channel that is pushed to is given."""
        can = self.channels.adapters[channel].capabilities
        return FrontDesk(
            channel=channel,
            inbound=self.inbound,
            threads=self.threads,
            keyring=self.keyring,
            tools=self.tools,
            turns=self.opened.installations,
            line=SharedLine(self.book, self.inbound, self.opened.guard) if can.shared else None,
            brief=can.brief,
        )

    @property
    def book(self) -> Book:
        """What was put to whom, where all threads share a conversation."""
        return Book(self.opened.asked, self.threads)

    def door(self) -> Door:
        """What the web role answers with."""
        return Door(
            store=self.opened.threads,
            threads=self.threads,
            access=self.access,
            inbound=self.inbound,
            keyring=self.keyring,
            guard=self.opened.guard,
            durability=self.opened.found.durability,
            public_url=self.settings.public_url,
            hooks={a.channel: Hook(a, self.desk(a.channel)) for a in self.channels.posted_to},
            admits=self.channels.admits,
            installing=self.channels.installing,
            tools=self.tools,
        )

    @property
    def routing(self) -> Routing:
        """Who is where."""
        channels = {name: Channel(a.capabilities, a.address_of) for name, a in self.channels.adapters.items()}
        return Routing(self.people, channels)

    @property
    def _renew_every(self) -> float:
        return self.settings.store.lease_seconds / 3

    def worker(self) -> Worker:
        """Decides."""
        return Worker(
            store=self.opened.threads,
            agent=self.agent,
            policy=self.policy,
            model=self.model,
            routing=self.routing,
            roster=self.roster,
            identify=self.identities.known,
            tenant=self.settings.tenant,
            renew_every=self._renew_every,
        )

    @property
    def load(self) -> Load:
        """How much goes to whom."""
        can = {name: adapter.capabilities for name, adapter in self.channels.adapters.items()}
        return Load(self.policy.limits, self.opened.load, self.book, self.roster, can, self.channels.seals)

    def sender(self) -> Sender:
        """Carries messages out."""
        return Sender(
            store=self.opened.threads,
            adapters={name: a for name, a in self.channels.adapters.items() if not a.capabilities.pull},
            keyring=self.keyring,
            inbound=self.inbound,
            public_url=self.settings.public_url,
            seals=self.channels.seals,
            book=self.book,
            load=self.load,
            renew_every=self._renew_every,
        )

    def registrar(self) -> Registrar:
        """Writes down whose identities are."""
        return Registrar(store=self.opened.threads, roster=self.roster, renew_every=self._renew_every)

    def reviewing(self) -> Reviewing:
        """Has threads look again when people change."""
        return Reviewing(self.roster, self.threads)

    @property
    def identities(self) -> Identities:
        """How identities are read that people write."""
        lines = {"sms": self.settings.sms, "whatsapp": self.settings.whatsapp}
        return Identities({channel: line.region for channel, line in lines.items() if line})

    def runner(self) -> Runner:
        """Runs tools."""
        seed(self.settings.environment_dir)
        return Runner(
            store=self.opened.threads,
            tools=self.tools,
            executors=executors(self.settings.environment_dir),
            previewers=previewers(self.settings.environment_dir),
            policy=self.policy,
            roster=self.roster,
            tenant=self.settings.tenant,
            renew_every=self._renew_every,
        )

    def listener(self) -> Listener:
        """Reads mailboxes."""
        return Listener(
            sources=[(source, self.desk(a.channel)) for a in self.channels.read for source in a.sources],
            sockets=[(a, self.desk(a.channel)) for a in self.channels.connected],
            mailroom=self.opened.mailroom,
            renew_every=self._renew_every,
        )

    def timers(self) -> Timers:
        """Wakes what is due."""
        return Timers(store=self.opened.threads)


@contextlib.asynccontextmanager
async def house(settings: Settings, *, clock: Callable[[], int] | None = None) -> AsyncIterator[House]:
    """The house of these settings, its store open. `clock` is for demonstrations: the store's time, in ms.

    Raises Misconfigured, StoreUnfit, StoreDown.
    """
    from agent_core.llm import ChatModel  # Takes a while, and most commands need no model.

    people, agent = read_people(settings.people_file), deploy_agent(PROMPTS)
    policy = read_policy(settings.policies_file, people, {tool.name: tool for tool in agent.tools})
    keyring = Keyring(_secret(settings), settings.tenant)
    model = ChatModel(
        settings.model.base_url, settings.model.api_key, settings.model.name, settings.model.timeout_seconds
    )
    url = settings.store.url.get_secret_value() if settings.store.url else None
    async with (
        contextlib.aclosing(model),
        open_store(
            url,
            settings.state_dir / "store",
            partitions=settings.store.partitions,
            lease=int(settings.store.lease_seconds * 1000),
            clock=clock,
        ) as opened,
        _everybody(people, opened) as roster,
        open_channels(settings, roster, keyring, opened, clock) as channels,
    ):
        if opened.found.blank:
            if await opened.threads.rebuild(received_id, control_verb):
                log.error("the store was emptied: people are those of their file, whatever was said of them since")
            await opened.whole()
        yield House(
            settings=settings,
            opened=opened,
            keyring=keyring,
            roster=roster,
            policy=policy,
            agent=agent,
            model=model,
            channels=channels,
        )


@contextlib.asynccontextmanager
async def _everybody(people: People, opened: Opened) -> AsyncIterator[Roster]:
    """The people of the file with what was said of them since. Raises RosterLost, StoreError."""
    roster = Roster(people, opened.roster)
    await roster.fresh()
    yield roster


def _secret(settings: Settings) -> bytes:
    """The configured secret, or the one made at the first start and kept beside the embedded store."""
    if settings.secret_key:
        return settings.secret_key.get_secret_value().encode()
    path = settings.state_dir / "secret"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        # Written aside and linked, so that two processes starting at once agree on one.
        aside = path.with_name(f"secret.{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_text(secrets.token_hex(SECRET_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    return path.read_bytes()
