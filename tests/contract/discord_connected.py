"""The Discord adapter connected to a local Discord, with a real desk on a real store at its near end.

A `process` is one adapter of its own; there may be several, one after the other, and one may die between any two things
it asks of the desk.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from adapters.base import Waiting
from adapters.discord.account import Bot
from adapters.discord.adapter import DiscordAdapter
from adapters.discord.api import Api
from adapters.discord.connection import Pace
from adapters.discord.missed import Bounds
from adapters.heard import Heard
from agent_core.events import Event, MessageRevised, Request, UserMessage
from agent_core.values import Author
from config.settings import DiscordChannel, Settings, StoreSettings
from gateway.app import House, house
from gateway.desk import FrontDesk
from gateway.errors import NoSuchThread
from gateway.store.client import connect
from gateway.store.errors import StoreDown
from sandbox.discord import DiscordSandbox, Message
from tests.contract.discord_acting_bench import Base64
from tests.contract.slack_bench import until
from tests.servers import Server

QUICK = Bounds(pause=0.01, longest=0.05, drain=5.0, tell_every=0.02)


async def brief(seconds: float) -> None:
    """A pause, not as long as it should be."""
    await asyncio.sleep(min(seconds, 0.02))


PACE = Pace(first=0.01, longest=0.05, sleep=brief)


@dataclass
class Mortal:
    """A desk as one process has it: `dies` after so many more things were asked of it, and `before` the last is done.

    `calls` are what was asked; nothing is stored while the store is `down`; `hold` keeps what is taken waiting.
    """

    desk: FrontDesk
    dies: int = -1
    before: bool = True
    down: bool = False
    calls: list[str] = field(default_factory=list)
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    async def take(self, heard: Heard, raw: bytes | None = None) -> bool:
        """See Desk."""
        await self.hold.wait()
        with self._asked("take"):
            return await self.desk.take(heard, raw)

    async def request(self, ticket: str, seal: str) -> Request | None:
        """See Desk."""
        return await self.desk.request(ticket, seal)

    async def waiting(self, author: Author, seal: str) -> Sequence[Waiting]:
        """See Desk."""
        return await self.desk.waiting(author, seal)

    async def status(self, conversation: str) -> str | None:
        """See Desk."""
        return await self.desk.status(conversation)

    async def begun(self, places: Mapping[str, int]) -> None:
        """See Desk."""
        with self._asked("begun"):
            await self.desk.begun(places)

    async def heard(self, places: Mapping[str, int]) -> None:
        """See Desk."""
        with self._asked("heard"):
            await self.desk.heard(places)

    async def places(self) -> Mapping[str, int]:
        """See Desk."""
        with self._asked("places"):
            return await self.desk.places()

    async def turn(self, name: str, seconds: int) -> bool:
        """See Desk."""
        return await self.desk.turn(name, seconds)

    @contextlib.contextmanager
    def _asked(self, what: str) -> Any:
        self.calls.append(what)
        if self.down or self.dead.is_set() or (self._is_last() and self.before):
            raise StoreDown("the store is away")
        yield
        if self.dead.is_set():
            raise StoreDown("the store is away")

    def _is_last(self) -> bool:
        self.dies -= 1
        if self.dies == 0:
            self.dead.set()
        return self.dead.is_set()


@dataclass
class Process:
    """One adapter that hears; `ended` is its hearing."""

    adapter: DiscordAdapter
    desk: Mortal
    ended: asyncio.Task[None]
    stopping: asyncio.Event

    async def kill(self) -> None:
        """Dead: nothing of it reaches the store any more."""
        self.desk.dead.set()
        self.ended.cancel()
        await asyncio.gather(self.ended, return_exceptions=True)


@dataclass(frozen=True)
class Connected:
    """Discord, the store, and the processes between them."""

    discord: DiscordSandbox
    house: House

    def bot(self, **changes: Any) -> Bot:
        """The bot as it is configured."""
        given: dict[str, Any] = {"token": SecretStr(self.discord.token), "base_url": self.discord.api_url}
        given |= {"reads_all": True, "file_hosts": frozenset({self.discord.cdn_url})}
        return Bot(**given | changes)

    @contextlib.asynccontextmanager
    async def process(
        self, *, pace: Pace = PACE, bounds: Bounds = QUICK, connected: bool = True, **bot: Any
    ) -> AsyncIterator[Process]:
        """A process that hears; when it is `connected`, it has looked for what it missed."""
        made, stopping = self.bot(**bot), asyncio.Event()
        adapter = DiscordAdapter(made, Api(made), self.house.opened.meter, Base64(), pace=pace, bounds=bounds)
        desk = Mortal(self.house.desk("discord"))
        process = Process(adapter, desk, asyncio.create_task(adapter.hear(desk, stopping)), stopping)
        try:
            if connected:
                await until(lambda: desk.calls or process.ended.done())
            yield process
            stopping.set()
            await process.ended
        finally:
            await process.kill()
            await adapter.aclose()

    async def log(self, conversation: str) -> list[Event]:
        """What is stored of a conversation, in its order."""
        return list(await self.house.threads.events(self.house.keyring.thread_id("discord", conversation), after=0))

    async def said(self, conversation: str) -> list[str]:
        """What people said in a conversation, in the order it was stored."""
        return [one.text for one in await self.log(conversation) if isinstance(one, UserMessage | MessageRevised)]

    async def hears(self, conversation: str, *texts: str) -> None:
        """When exactly these are stored, in this order."""
        await _until(lambda: self._said(conversation), lambda found: len(found) >= len(texts))
        assert await self._said(conversation) == list(texts)

    async def _said(self, conversation: str) -> list[str]:
        try:
            return await self.said(conversation)
        except NoSuchThread:
            return []

    def mention(self, text: str) -> str:
        """Words that mention us."""
        return f"<@{self.discord.app.bot}> {text}"

    def thread(self, message: Message) -> str:
        """A thread of ours, begun at a message in a channel; its id."""
        self.discord.core.begin_thread(message, "Deploy", self.discord.app.bot)
        return message.id


async def _until(look: Callable[[], Any], good: Callable[[Any], bool]) -> None:
    async with asyncio.timeout(20):
        while not good(await look()):
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def connected(server: Server, directory: Path, **sandbox: Any) -> AsyncIterator[Connected]:
    """All of it; nobody hears yet. `sandbox` is how Discord is set up."""
    nobody, nothing = directory / "people.yaml", directory / "policies.yaml"
    nobody.write_text("people: []\n")
    nothing.write_text("rules: []\n")
    sandbox = {"identify_pause": 0.0} | sandbox
    async with contextlib.aclosing(connect(server.url)) as redis, DiscordSandbox(**sandbox) as discord:
        await redis.flushall()
        discord.app.may_read_all = True
        settings = Settings(
            secret_key=SecretStr("the secret key of this whole house"),
            state_dir=directory,
            people_file=nobody,
            policies_file=nothing,
            store=StoreSettings(url=SecretStr(server.url), partitions=4),
            discord=DiscordChannel(token=SecretStr(discord.token), base_url=discord.api_url),
        )
        async with house(settings) as ready:
            yield Connected(discord, ready)
        assert discord.strays == []
