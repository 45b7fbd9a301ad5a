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

from adapters.slack.adapter import SlackAdapter
from agent_core.people import People
from agent_core.policy.rules import Policy
from config.settings import Settings
from gateway.app import House
from gateway.channels import open_channels
from gateway.contacts import KnownContacts
from gateway.keyring import Keyring
from gateway.listener import Listener
from gateway.people.roster import Roster
from gateway.store.opening import Opened, open_store
from gateway.store.threads import RedisThreads
from gateway.web import serve_app, web
from sandbox.discord import DiscordSandbox
from sandbox.mail import MailSandbox
from sandbox.slack import SlackSandbox
from sandbox.twilio import TwilioSandbox
from tests.doors.scene import free_port, listening, until
from tests.stories.agent import AGENT, Clerk
from tests.stories.chance import Chance, FrailThreads
from tests.stories.clock import StoryClock
from tests.stories.desk import Desks
from tests.stories.hands import Hands
from tests.stories.hands_console import ConsoleHands
from tests.stories.hands_discord import DiscordHands
from tests.stories.hands_mail import MailHands
from tests.stories.hands_slack import SlackHands, settle
from tests.stories.hands_sms import SmsHands
from tests.stories.language import Channel
from tests.stories.settings import LEASE_SECONDS, SECRET, Servers, settings_of
from tests.stories.watched import Sleepless, Unhurried, Watched

EVERYBODY = ("ana", "bo", "cy", "di", "dee", "eli", "fay")
LEASE = int(LEASE_SECONDS * 1000)
# By the clock on the wall, as whoever reads the mailbox renews it.
READER_LEASE = 30_000
STRANGER = "mallory@evil.test"
# What a mailbox's reader and an adapter's memory of who we are keep: they outlive a story, as the reader does.
KEPT = b"hp:{src:"


@dataclass(frozen=True)
class Stage:
    """What is there when a story begins. `base` is a house without people, rules or a model of its own."""

    base: House
    clock: StoryClock
    at: Servers
    hands: Mapping[Channel, Hands]
    desks: Desks

    def pass_by(self, span: timedelta) -> None:
        """Let time pass, for the house and for everybody around it."""
        self.clock.pass_by(span)
        for clock in (self.at.slack.clock, self.at.discord.clock, self.at.twilio.clock):
            clock.forward(span.total_seconds())

    def frail(self, chance: Chance) -> FrailThreads:
        """The store, to the mortal."""
        redis = self.base.opened.guard.redis
        store = FrailThreads(redis, Sleepless(redis, ()), partitions=1, lease=LEASE, clock=self.clock)
        store.chance = chance
        return store

    async def sign_in(self, name: str) -> None:
        """Somebody sits down at a terminal."""
        console = self.hands["console"]
        assert isinstance(console, ConsoleHands)
        await console.sign_in(name)

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
        contacts = KnownContacts(self.base.opened.contacts, self.base.roster)
        for name in EVERYBODY:
            await contacts.consented(self.hands["sms"].identity(name), "signed at the desk", self.clock.now)


@contextlib.asynccontextmanager
async def stage(directory: Path) -> AsyncIterator[Stage]:
    """Everything, up and listening."""
    clock, port = StoryClock(), free_port()
    boxes = [f"{name}@example.test" for name in EVERYBODY]
    async with (
        MailSandbox(people=(*boxes, STRANGER)) as mail,
        SlackSandbox(retry_delays=(0.0, 0.0, 0.0)) as slack,
        DiscordSandbox(identify_pause=0) as discord,
        TwilioSandbox() as twilio,
    ):
        at = Servers(mail, slack, discord, twilio)
        settle(slack, (*EVERYBODY, "mallory"))
        async with _house(settings_of(directory, port, at), clock) as base:
            desks = Desks(base)
            async with _heard(base, desks):
                await _open(at, base)
                yield Stage(base, clock, at, _hands(base, desks, at), desks)
        assert [*slack.strays, *discord.strays, *twilio.strays] == []


async def _open(at: Servers, base: House) -> None:
    """Everybody out there knows where we are."""
    await listening(base.settings.port)
    await at.slack.deliver_to(f"{base.settings.public_url}/slack/events")
    at.twilio.deliver_to("sms", f"{base.settings.public_url}/sms/events")
    await until(lambda: _connected(at))


async def _connected(at: Servers) -> bool:
    return len(at.discord.sessions) > 0


def _hands(base: House, desks: Desks, at: Servers) -> Mapping[Channel, Hands]:
    mailroom, slack = base.opened.mailroom, base.channels.adapters["slack"]
    assert isinstance(mailroom, Watched)
    assert isinstance(slack, SlackAdapter)
    return {
        "console": ConsoleHands(base.settings.public_url, base.access),
        "email": MailHands(at.mail, mailroom, base.channels.read[0].sources[0].name),
        "slack": SlackHands(at.slack, slack),
        "discord": DiscordHands(at.discord, desks.of("discord")),
        "sms": SmsHands(at.twilio, (*EVERYBODY, "mallory")),
    }


@contextlib.asynccontextmanager
async def _house(settings: Settings, clock: StoryClock) -> AsyncIterator[House]:
    keyring, roster = Keyring(SECRET.encode()), Roster(People())
    async with _opened(settings, clock) as opened, open_channels(settings, roster, keyring, opened, clock) as channels:
        yield House(settings, opened, keyring, roster, Policy(), AGENT, Clerk(), channels)


@contextlib.asynccontextmanager
async def _opened(settings: Settings, clock: StoryClock) -> AsyncIterator[Opened]:
    """The store, in rooms that need no waiting."""
    async with open_store(None, settings.state_dir / "store", partitions=1, lease=LEASE, clock=clock) as opened:
        redis = opened.guard.redis
        threads = RedisThreads(redis, Sleepless(redis, ()), partitions=1, lease=LEASE, clock=clock)
        yield replace(opened, threads=threads, mailroom=Watched(redis, READER_LEASE), meter=Unhurried(redis))


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
