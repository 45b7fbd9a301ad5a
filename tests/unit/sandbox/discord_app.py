"""An app at the sandbox Discord: the real discord.py, and a bare WebSocket that may break the gateway's rules."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord as dpy
import yarl

from sandbox.discord import DiscordSandbox

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, CONTENT = 1, 1 << 9, 1 << 12, 1 << 15
ALL_OURS = GUILDS | GUILD_MESSAGES | DIRECT_MESSAGES
Json = dict[str, Any]


class App(dpy.Client):
    """A client that keeps what the gateway says. It does not wait between two IDENTIFYs."""

    def __init__(self, intents: dpy.Intents | None = None) -> None:
        super().__init__(intents=intents or dpy.Intents(ALL_OURS), enable_debug_events=True, guild_ready_timeout=0)
        self.said: list[Json] = []

    async def on_socket_raw_receive(self, text: str) -> None:
        self.said.append(json.loads(text))

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Go on at once."""

    def heard(self, kind: str) -> list[Json]:
        """What was said in events of this kind."""
        return [one["d"] for one in self.said if one.get("t") == kind]

    async def hears(self, kind: str, count: int = 1) -> Json:
        """The latest event of this kind, once there were so many."""
        await until(lambda: len(self.heard(kind)) >= count)
        return self.heard(kind)[-1]


@contextlib.asynccontextmanager
async def connected(discord: DiscordSandbox, app: App) -> AsyncIterator[App]:
    """The app, logged in and ready."""
    with aimed(discord):
        running = asyncio.create_task(app.start(discord.token))
        try:
            await until(lambda: app.is_ready() or running.done())
            if running.done():
                running.result()
            yield app
        finally:
            await app.close()
            await asyncio.gather(running, return_exceptions=True)


@contextlib.contextmanager
def aimed(discord: DiscordSandbox) -> Iterator[None]:
    """discord.py looks at the sandbox: it can be told so by its classes alone."""
    route, gateway = dpy.http.Route, dpy.gateway.DiscordWebSocket
    before = route.BASE, gateway.DEFAULT_GATEWAY
    route.BASE, gateway.DEFAULT_GATEWAY = discord.api_url, yarl.URL(discord.core.gateway_url)
    try:
        yield
    finally:
        route.BASE, gateway.DEFAULT_GATEWAY = before


@dataclass(frozen=True)
class Wire:
    """A bare connection to the gateway."""

    socket: aiohttp.ClientWebSocketResponse
    token: str

    async def say(self, op: int, data: object) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, intents: int = ALL_OURS, **more: object) -> None:
        await self.say(2, {"token": self.token, "properties": {}, "intents": intents} | more)

    async def next(self) -> Json:
        async with asyncio.timeout(10):
            said: Json = await self.socket.receive_json()
            return said

    async def until(self, kind: str) -> list[Json]:
        """What is said up to an event of this kind, which is the last of it."""
        said = [await self.next()]
        while said[-1]["t"] != kind:
            said.append(await self.next())
        return said

    async def closed(self) -> int | None:
        """The code it is closed with."""
        async with asyncio.timeout(10):
            async for _ in self.socket:
                pass
        return self.socket.close_code


@contextlib.asynccontextmanager
async def wired(discord: DiscordSandbox, query: str = "v=10&encoding=json") -> AsyncIterator[Wire]:
    """A connection that was said hello to."""
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{discord.core.gateway_url}/?{query}") as socket:
        wire = Wire(socket, discord.token)
        if query == "v=10&encoding=json":
            assert (await wire.next())["op"] == 10
        yield wire


async def until(true: Callable[[], object]) -> None:
    """Wait for something that is bound to happen; ten seconds without it are a failure."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)
