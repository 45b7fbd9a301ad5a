"""Acting on Discord, on a bench: a local Discord that posts interactions to us, and a desk that notes and can wait."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from pydantic import SecretStr

from adapters.base import Desk, HttpCall, HttpReply
from adapters.discord import hook
from adapters.discord.account import Bot
from adapters.discord.acting import Acting
from adapters.discord.api import Api
from adapters.discord.buttons import Carried, Word, custom_id
from adapters.discord.meaning import Room
from adapters.discord.message import read
from adapters.discord.where import where_of
from adapters.discord.wire import READ
from adapters.heard import Heard, Received
from agent_core.events import Request
from gateway.door import Door, Hook
from gateway.web import serve_app, web
from sandbox.discord import Delivery, DiscordSandbox, Message
from tests.contract.slack_bench import Noted
from tests.doors.scene import free_port, listening

TICKET = "0123456789abcdef"
DIGEST = "ab" * 32
CHANNEL = "#deploys"


@dataclass
class Waits(Noted):
    """A desk whose store answers only while it is open, and whose agent does what `doing` says, word by word."""

    store: asyncio.Event = field(default_factory=asyncio.Event)
    doing: list[str] = field(default_factory=list)
    broken: Exception | None = None

    def __post_init__(self) -> None:
        self.store.set()

    async def take(self, heard: Heard, raw: bytes | None = None) -> bool:
        await self.store.wait()
        if self.broken:
            raise self.broken
        return await super().take(heard, raw)

    async def request(self, ticket: str, seal: str) -> Request | None:
        await self.store.wait()
        return await super().request(ticket, seal)

    async def status(self, conversation: str) -> str | None:
        return self.doing.pop(0) if self.doing else None


class Base64:
    """Seals nothing, but what is sealed looks otherwise."""

    def seal(self, text: str) -> str:
        """Other characters."""
        return base64.urlsafe_b64encode(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text again."""
        return base64.urlsafe_b64decode(sealed).decode()


@dataclass
class Later:
    """What goes on by itself."""

    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __call__(self, coroutine: Coroutine[None, None, None]) -> None:
        self.tasks.append(asyncio.ensure_future(coroutine))

    async def settled(self) -> None:
        """Wait until it is over; what broke is raised."""
        while pending := [task for task in self.tasks if not task.done()]:
            await asyncio.gather(*pending)
        for task in self.tasks:
            task.result()


@dataclass
class Bench:
    """All of it. `pauses` are those that were made, none of which took any time."""

    discord: DiscordSandbox
    api: Api
    bot: Bot
    desk: Waits
    acting: Acting
    later: Later
    pauses: list[float]

    async def receive(self, call: HttpCall, desk: Desk) -> HttpReply:
        """As the adapter does."""
        return await hook.receive(call, self.bot, self.acting)

    def restart(self) -> None:
        """Forget everything, as another process would know nothing."""
        acting = self.acting
        self.acting = Acting(
            self.api, acting.us, self.desk, acting.sealing, self.later, acting.clock, acting.hosts, acting.pause
        )

    async def settled(self) -> None:
        """Nothing is under way, here or there."""
        await self.later.settled()
        await self.discord.settled()

    async def post(self, *components: Any, to: str = CHANNEL) -> Message:
        """A message of ours with these components; to direct messages by the person's name."""
        channel = await self.room(to)
        rows = [{"type": 1, "components": list(components)}]
        sent = await self.api.call(
            "POST",
            "/channels/{channel_id}/messages",
            json={"content": "Deploy?", "components": rows},
            channel_id=channel,
        )
        return self.discord.message(str(sent["id"]))

    async def room(self, to: str) -> str:
        """The id of a channel, or of the direct messages with somebody."""
        if to.startswith("#"):
            return str(self.discord.channel(to).id)
        opened = await self.api.call("POST", "/users/@me/channels", json={"recipient_id": self.discord.person(to).id})
        return str(opened["id"])

    @property
    def interaction(self) -> Delivery:
        """The last interaction that was brought to us."""
        return [one for one in self.discord.deliveries if one.kind == "INTERACTION_CREATE"][-1]

    def answers(self) -> list[Any]:
        """The first answers that were tried, as (type, HTTP status)."""
        return [
            (call.body["type"], call.status) for call in self.discord.calls if call.path.startswith("/interactions/")
        ]

    def followed(self) -> list[str]:
        """The methods of the calls by an interaction's token, after the first answer."""
        return [call.method for call in self.discord.calls if call.path.startswith("/webhooks/")]

    def reply(self, heard: Any) -> tuple[str, str, int]:
        """The application, the token and the end of what an address carries sealed."""
        opened = self.acting.sealing.open(where_of(heard.address).reply)
        assert opened is not None
        application, token, ends = opened.split("/")
        return application, token, int(ends)

    async def read(self, message: Message, room: Room) -> tuple[Received, bytes]:
        """What a message says, and the bytes it came in, as read from Discord."""
        path = "/channels/{channel_id}/messages/{message_id}"
        found = await self.api.call("GET", path, channel_id=room.id, message_id=message.id)
        received = read(found, self.acting.us, room, READ)
        assert isinstance(received, Received)
        return received, json.dumps(found).encode()


def button(word: Word, label: str, index: int | None = None, *, digest: str = DIGEST) -> Any:
    """A button of ours."""
    carries = custom_id(Carried(word, TICKET, digest, index))
    assert carries
    return {"type": 2, "style": 1, "label": label, "custom_id": carries}


def menu(*labels: str) -> Any:
    """A select of ours."""
    options = [{"label": label, "value": str(number)} for number, label in enumerate(labels)]
    return {"type": 3, "custom_id": custom_id(Carried("choose", TICKET)), "options": options}


@contextlib.asynccontextmanager
async def bench(desk: Waits | None = None) -> AsyncIterator[Bench]:
    """All of it, with Discord able to reach us."""
    async with DiscordSandbox() as discord:
        hosts, key = frozenset({discord.cdn_url}), discord.app.public_key
        bot = Bot(SecretStr(discord.token), key, base_url=discord.api_url, file_hosts=hosts)
        async with contextlib.aclosing(Api(bot)) as api:
            made = await _bench(discord, api, bot, desk or Waits())
            async with _posted_to(made):
                try:
                    yield made
                finally:
                    made.desk.store.set()
                    await made.settled()
        assert discord.strays == []


async def _bench(discord: DiscordSandbox, api: Api, bot: Bot, desk: Waits) -> Bench:
    later, pauses = Later(), list[float]()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    clock, us = discord.clock.seconds, await api.open()
    acting = Acting(api, us, desk, Base64(), later, clock, bot.file_hosts, pause)
    return Bench(discord, api, bot, desk, acting, later, pauses)


@contextlib.asynccontextmanager
async def _posted_to(bench: Bench) -> AsyncIterator[None]:
    """Behind the web role's own hook. Discord checks first that we answer its PING, and refuse a bad signature."""
    adapter = cast(Any, bench)
    door = cast(Door, SimpleNamespace(hooks={"discord": Hook(adapter, bench.desk)}, admits={}, installing=None))
    port, stopping = free_port(), asyncio.Event()
    serving = asyncio.create_task(serve_app(web(door), "127.0.0.1", port, stopping))
    await listening(port)
    await bench.discord.deliver_to(f"http://127.0.0.1:{port}/discord/events")
    try:
        yield
    finally:
        stopping.set()
        await serving
