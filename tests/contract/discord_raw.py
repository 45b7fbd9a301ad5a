"""discord.py as it comes, nothing of ours in it: what tests ask a Discord with, and how they hear of what happens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import discord
import pytest

from tests.contract.discord_far_ends import FAR_ENDS, FarEnd, far_end

Json = dict[str, Any]


class Bot(discord.AutoShardedClient):
    """Calls by raw routes, and events as they come off the wire.

    The client that connects by shards asks where to connect; the other knows one place only.
    """

    def __init__(self, far: FarEnd, *, reads_all: bool = True) -> None:
        intents = discord.Intents.default()
        intents.message_content = reads_all
        super().__init__(
            intents=intents,
            enable_debug_events=True,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.01,
            max_messages=None,
        )
        self.far = far
        self.heard: list[Json] = []
        self._more = asyncio.Condition()

    async def on_socket_raw_receive(self, text: str) -> None:
        async with self._more:
            self.heard.append(discord.utils._from_json(text))
            self._more.notify_all()

    async def hears(self, name: str) -> Json:
        """What the next event of this name says, from the first that was not taken yet."""
        return await self._hears(lambda event: event.get("t") == name)

    async def hears_message(self, id: str) -> Json:
        """What is told of a new message."""
        return await self._hears(lambda event: event.get("t") == "MESSAGE_CREATE" and event["d"]["id"] == id)

    async def _hears(self, meant: Callable[[Json], bool]) -> Json:
        async with asyncio.timeout(5), self._more:
            await self._more.wait_for(lambda: any(map(meant, self.heard)))
            found = next(filter(meant, self.heard))
            self.heard.remove(found)
        payload: Json = found["d"]
        return payload

    async def call(self, method: str, path: str, *, json: Any = None, params: Any = None, **parts: str) -> Any:
        """One call. Raises discord.HTTPException."""
        given = {name: value for name, value in {"json": json, "params": params}.items() if value is not None}
        return await self.http.request(discord.http.Route(method, path, **parts), **given)

    async def refused(self, method: str, path: str, **call: Any) -> tuple[int, int]:
        """How a call is refused: the HTTP status, and Discord's code."""
        try:
            answer = await self.call(method, path, **call)
        except discord.HTTPException as refused:
            return refused.status, refused.code
        raise AssertionError(f"{method} {path} was not refused: {answer}")


@contextlib.asynccontextmanager
async def connected(far: FarEnd, *, reads_all: bool = True) -> AsyncIterator[Bot]:
    """discord.py at work there, connected, its server known."""
    before, discord.http.Route.BASE = discord.http.Route.BASE, far.api_url
    bot = Bot(far, reads_all=reads_all)
    try:
        async with bot:
            await bot.login(far.token)
            connection = asyncio.create_task(bot.connect(reconnect=False))
            await bot.hears("GUILD_CREATE")
            await bot.wait_until_ready()
            yield bot
        await connection
    finally:
        discord.http.Route.BASE = before


# --- fixtures, by import


@pytest.fixture(params=FAR_ENDS, name="far")
async def far_discord(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[FarEnd]:
    """Each Discord there is."""
    async with far_end(request.param) as made:
        yield made


@pytest.fixture(name="bot")
async def bot_there(far: FarEnd) -> AsyncIterator[Bot]:
    """discord.py, connected to it."""
    async with connected(far) as made:
        yield made


@pytest.fixture(name="general")
def general_channel(far: FarEnd) -> str:
    """The channel where everybody is."""
    return far.channel("general")
