"""The composition root: the only file that names concrete classes. A `House` is everything wired, nothing running."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from adapters.base import Adapter, ListeningAdapter
from adapters.console.adapter import ConsoleAdapter
from adapters.email.account import Account, Server
from adapters.email.adapter import EmailAdapter
from adapters.slack.account import SlackApp
from adapters.slack.adapter import SlackAdapter
from adapters.slack.api import Api
from adapters.slack.install import Single
from adapters.slack.oauth import OAuth
from adapters.slack.rotation import Rotating
from agent_core.agent import Agent, Model
from agent_core.agents.deploy import deploy_agent
from agent_core.agents.deploy_tools import executors, seed
from agent_core.approvals import Policy
from agent_core.llm import ChatModel
from agent_core.people import People
from agent_core.tools import Tool
from config.settings import EmailChannel, MailServer, Settings, SlackChannel, problems
from gateway.access import Access
from gateway.consequences import Channel, Routing
from gateway.desk import FrontDesk
from gateway.door import Door, Hook
from gateway.entry import control_verb, received_id
from gateway.errors import Misconfigured
from gateway.inbound import Inbound
from gateway.keyring import Keyring
from gateway.listener import Listener
from gateway.runner import Runner
from gateway.sealed import Sealer
from gateway.sender import Sender
from gateway.slack_install import SlackInstallations, SlackInstalling
from gateway.store.opening import Opened, open_store
from gateway.threads import Threads
from gateway.timers import Timers
from gateway.worker import Worker

SECRET_BYTES = 32
PROMPTS = Path(__file__).parent.parent / "prompts"
Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class House:
    """One installation: its store, its people, its channels, its agent. The roles are made of it."""

    settings: Settings
    opened: Opened
    keyring: Keyring
    people: People
    policy: Policy
    agent: Agent
    model: Model
    adapters: Mapping[str, Adapter]
    listening: Sequence[ListeningAdapter]
    slack: SlackAdapter | None = None
    installing: SlackInstalling | None = None

    @property
    def inbound(self) -> Inbound:
        """The one way in."""
        store = self.opened
        return Inbound(store.threads, store.blobs, store.links, store.places, self.keyring, self.people)

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
        return FrontDesk(channel, self.inbound, self.threads, self.keyring, self.tools, self.opened.installations)

    def door(self) -> Door:
        """What the web role answers with."""
        posted_to = [self.slack] if self.slack and self.slack.by_hook else []
        return Door(
            store=self.opened.threads,
            threads=self.threads,
            access=self.access,
            inbound=self.inbound,
            keyring=self.keyring,
            guard=self.opened.guard,
            durability=self.opened.found.durability,
            public_url=self.settings.public_url,
            hooks={adapter.channel: Hook(adapter, self.desk(adapter.channel)) for adapter in posted_to},
            installing=self.installing,
        )

    @property
    def routing(self) -> Routing:
        """Who is where."""
        channels = {name: Channel(a.capabilities, a.address_of) for name, a in self.adapters.items()}
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
            tenant=self.settings.tenant,
            renew_every=self._renew_every,
        )

    def sender(self) -> Sender:
        """Carries messages out."""
        return Sender(
            store=self.opened.threads,
            adapters={name: a for name, a in self.adapters.items() if not a.capabilities.pull},
            keyring=self.keyring,
            inbound=self.inbound,
            public_url=self.settings.public_url,
            seals={self.slack.channel: self.slack.seal} if self.slack else {},
            renew_every=self._renew_every,
        )

    def runner(self) -> Runner:
        """Runs tools."""
        seed(self.settings.environment_dir)
        return Runner(
            store=self.opened.threads,
            tools=self.tools,
            executors=executors(self.settings.environment_dir),
            tenant=self.settings.tenant,
            renew_every=self._renew_every,
        )

    def listener(self) -> Listener:
        """Reads mailboxes."""
        return Listener(
            adapters=self.listening,
            sockets=[(self.slack, self.desk(self.slack.channel))] if self.slack and self.slack.by_socket else [],
            mailroom=self.opened.mailroom,
            inbound=self.inbound,
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
    people, policy = _read(settings.people_file, People), _read(settings.policies_file, Policy)
    keyring = Keyring(_secret(settings), settings.tenant)
    listening = [EmailAdapter(_account(settings.email))] if settings.email else []
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
        _slack(settings, keyring, opened) as (slack, installing),
    ):
        if opened.found.blank:
            await opened.threads.rebuild(received_id, control_verb)
            await opened.whole()
        everyone: list[Adapter] = [ConsoleAdapter(), *listening, *([slack] if slack else [])]
        yield House(
            settings=settings,
            opened=opened,
            keyring=keyring,
            people=people,
            policy=policy,
            agent=deploy_agent(PROMPTS),
            model=model,
            adapters={adapter.channel: adapter for adapter in everyone},
            listening=listening,
            slack=slack,
            installing=installing,
        )


@contextlib.asynccontextmanager
async def _slack(
    settings: Settings, keyring: Keyring, opened: Opened
) -> AsyncIterator[tuple[SlackAdapter | None, SlackInstalling | None]]:
    """The adapter; and the way in for workspaces, unless there is one only, whose token we have."""
    channel = settings.slack
    if channel is None:
        yield None, None
        return
    if not (channel.signing_secrets or channel.app_token):
        raise Misconfigured("slack needs signing_secrets or app_token")
    app = SlackApp(channel.signing_secrets, channel.app_token, channel.base_url)
    async with Api(channel.base_url) as api:
        if channel.bot_token and not channel.client_id:
            adapter = SlackAdapter(app, api, Single(api, channel.bot_token))
            yield adapter, None
            await adapter.aclose()
            return
        oauth = _oauth(channel, api)
        sealer = Sealer(keyring.secret, keyring.tenant, "installations")
        registry = SlackInstallations(opened.installations, sealer)
        async with contextlib.aclosing(Rotating(registry, oauth)) as rotating:
            adapter = SlackAdapter(app, api, rotating)
            yield adapter, SlackInstalling(oauth, registry, keyring, settings.public_url)
            await adapter.aclose()


def _oauth(channel: SlackChannel, api: Api) -> OAuth:
    if channel.bot_token or not channel.client_id or not channel.client_secret:
        raise Misconfigured("slack needs bot_token, or else client_id and client_secret")
    return OAuth(api, channel.client_id, channel.client_secret, channel.base_url)


def _account(channel: EmailChannel) -> Account:
    return Account(
        address=channel.address,
        authserv_id=channel.authserv_id,
        imap=_server(channel.imap),
        smtp=_server(channel.smtp),
        poll_seconds=channel.poll_seconds,
    )


def _server(server: MailServer) -> Server:
    try:
        return Server(server.host, server.port, server.username, server.password.get_secret_value(), server.tls)
    except ValueError as error:
        raise Misconfigured(str(error)) from error


def _read(path: Path, shape: type[Shape]) -> Shape:
    try:
        return shape.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except ValidationError as error:
        raise Misconfigured(f"{path}: {problems(error)}") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Misconfigured(f"{path}: {' '.join(str(error).split())}") from error


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
