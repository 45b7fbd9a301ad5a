"""What the tests of the sandbox Discord's REST API share: discord.py's own client, and plain requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route, handle_message_parameters as form

from sandbox.discord.server import DiscordSandbox

Json = dict[str, Any]


@asynccontextmanager
async def client_of(discord_: DiscordSandbox, longest: float | None = None) -> AsyncIterator[HTTPClient]:
    """The library's client as it is, but for the address it calls. `longest`: no wait above so many seconds."""
    before, Route.BASE = Route.BASE, discord_.api_url
    client = HTTPClient(asyncio.get_running_loop(), max_ratelimit_timeout=longest)
    try:
        await client.static_login(discord_.core.world.app.token)
        yield client
    finally:
        await client.close()
        Route.BASE = before


async def say(client: HTTPClient, channel: str, content: str | None = "hello", **more: Any) -> Json:
    """Send a message with the library."""
    with form(content, **more) as parameters:
        sent: Json = dict(await client.send_message(channel, params=parameters))
    return sent


@dataclass(frozen=True)
class Said:
    """An answer to a plain request."""

    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> int:
        """Discord's error code."""
        return int(self.body["code"])


@dataclass(frozen=True)
class Plain:
    """Requests without the library: what it would not let through, and what it hides."""

    discord: DiscordSandbox
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, json: Any = None, *, token: str = "", **more: Any) -> Said:
        """One request below /api/v10, as the bot."""
        bot = {"Authorization": token or f"Bot {self.discord.core.world.app.token}"}
        given = {"json": json} if json is not None else {}
        url = f"{self.discord.api_url}{path}"
        async with self.session.request(method, url, headers=bot, **given, **more) as answer:
            known = answer.headers.get("Content-Type") == "application/json"
            body = await answer.json() if known else await answer.text()
            return Said(answer.status, body, answer.headers)

    async def send(self, channel: str, **fields: Any) -> Said:
        """Send a message."""
        return await self.ask("POST", f"/channels/{channel}/messages", fields)


@asynccontextmanager
async def plain_of(discord_: DiscordSandbox) -> AsyncIterator[Plain]:
    """Plain requests of the bot."""
    async with aiohttp.ClientSession() as session:
        yield Plain(discord_, session)


def leaf(said: Said, where: str) -> str:
    """The code of the complaint at a place of a form that was refused: `embeds.0.title`."""
    assert (said.status, said.code) == (400, 50035), said.body
    node = said.body["errors"]
    for step in where.split(".") if where else ():
        node = node[step]
    return str(node["_errors"][0]["code"])


def code_of(error: discord.HTTPException) -> tuple[int, int]:
    """HTTP status and error code."""
    return error.status, error.code
