"""The stage: the servers, the store and the channels that all stories of a module are played with.

Everything is real but the clock and the model: the store is an embedded Valkey, the adapters speak by their SDKs to
local servers, the web role answers. Only the roles that claim work are not running: the play steps them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from agent_core.people import People
from agent_core.policy.rules import Policy
from config.settings import EmailChannel, MailServer, Settings, StoreSettings
from gateway.app import House
from gateway.channels import open_channels
from gateway.keyring import Keyring
from gateway.listener import Listener
from gateway.roster import Roster
from gateway.store.opening import Opened, open_store
from gateway.store.threads import RedisThreads
from gateway.web import serve_app, web
from sandbox.mail import MailSandbox
from tests.doors.scene import free_port, listening
from tests.stories.agent import AGENT, Clerk
from tests.stories.clock import StoryClock
from tests.stories.desk import Desks
from tests.stories.hands import Hands
from tests.stories.hands_mail import MailHands
from tests.stories.language import Channel
from tests.stories.watched import Sleepless, Unhurried, Watched

EVERYBODY = ("ana", "bo", "cy", "di", "dee", "eli", "fay", "mallory")
LEASE_SECONDS = 60.0
SECRET = "a secret for stories only"
# What a mailbox's reader and an adapter's memory of who we are keep: they outlive a story, as the reader does.
KEPT = b"hp:{src:"


@dataclass(frozen=True)
class Stage:
    """What is there when a story begins. `base` is a house without people, rules or a model of its own."""

    base: House
    clock: StoryClock
    hands: Mapping[Channel, Hands]
    desks: Desks
    mail: MailSandbox

    def pass_by(self, span: timedelta) -> None:
        """Let time pass, for the house and for everybody around it."""
        self.clock.pass_by(span)

    def enter(self, house: House) -> None:
        """From now on what comes in is for this house."""
        self.desks.turn_to(house)

    async def clear(self) -> None:
        """Forget the story before."""
        redis = self.base.opened.guard.redis
        old = [key async for key in redis.scan_iter(count=1_000) if not key.startswith(KEPT)]
        if old:
            await redis.delete(*old)
        for hands in self.hands.values():
            hands.begin()


@contextlib.asynccontextmanager
async def stage(directory: Path) -> AsyncIterator[Stage]:
    """Everything, up and listening."""
    clock, port = StoryClock(), free_port()
    people = tuple(f"{name}@example.test" for name in EVERYBODY[:-1])
    async with MailSandbox(people=(*people, "mallory@evil.test")) as mail:
        settings = _settings(directory, port, mail)
        async with _house(settings, clock) as base:
            desks = Desks(base)
            async with _heard(base, desks):
                await listening(port)
                yield Stage(base, clock, _hands(base, mail), desks, mail)


def _hands(base: House, mail: MailSandbox) -> Mapping[Channel, Hands]:
    mailroom = base.opened.mailroom
    assert isinstance(mailroom, Watched)
    return {"email": MailHands(mail, mailroom, base.channels.read[0].sources[0].name)}


@contextlib.asynccontextmanager
async def _house(settings: Settings, clock: StoryClock) -> AsyncIterator[House]:
    keyring, roster = Keyring(SECRET.encode()), Roster(People())
    async with _opened(settings, clock) as opened, open_channels(settings, roster, keyring, opened, clock) as channels:
        yield House(settings, opened, keyring, roster, Policy(), AGENT, Clerk(), channels)


@contextlib.asynccontextmanager
async def _opened(settings: Settings, clock: StoryClock) -> AsyncIterator[Opened]:
    """The store, in rooms that need no waiting."""
    lease = int(settings.store.lease_seconds * 1000)
    async with open_store(None, settings.state_dir / "store", partitions=1, lease=lease, clock=clock) as opened:
        redis = opened.guard.redis
        threads = RedisThreads(redis, Sleepless(redis, ()), partitions=1, lease=lease, clock=clock)
        yield replace(opened, threads=threads, mailroom=Watched(redis, lease), meter=Unhurried(redis))


@contextlib.asynccontextmanager
async def _heard(base: House, desks: Desks) -> AsyncIterator[None]:
    """The web role and the listener at work."""
    stopping = asyncio.Event()
    listener = Listener(
        base.opened.mailroom,
        sources=[(source, desks.of(a.channel)) for a in base.channels.read for source in a.sources],
        sockets=[(a, desks.of(a.channel)) for a in base.channels.connected],
        pause=0.05,
    )
    application = web(desks.door())
    desks.answer_with(application)
    serving = asyncio.create_task(serve_app(application, "127.0.0.1", base.settings.port, stopping))
    hearing = asyncio.create_task(listener.run(stopping))
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(serving, hearing)


def _settings(directory: Path, port: int, mail: MailSandbox) -> Settings:
    def server(port: int) -> MailServer:
        return MailServer(host=mail.host, port=port, tls=False, username=mail.bot, password=SecretStr(mail.password))

    return Settings(
        state_dir=directory,
        environment_dir=directory / "environment",
        public_url=f"http://127.0.0.1:{port}",
        port=port,
        secret_key=SecretStr(SECRET),
        store=StoreSettings(partitions=1, lease_seconds=LEASE_SECONDS),
        email=EmailChannel(
            address=mail.bot,
            authserv_ids=(mail.authserv_id,),
            imap=server(mail.imap_port),
            smtp=server(mail.smtp_port),
            per_hour=100_000,
        ),
    )
