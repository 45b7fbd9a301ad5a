"""Supervision: a connection for each shard, begun anew when it is over, and ever more slowly if it does not last."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import structlog

from adapters.discord.account import Bot
from adapters.discord.api import Api
from adapters.discord.identify import WINDOW, Advice, Lanes, advice, count, wait_needed
from adapters.discord.missed import Told
from adapters.discord.socket import Ears, Fatal, Shard, connected
from adapters.discord.tasks import end
from adapters.discord.where import CHANNEL
from adapters.errors import AdapterError
from adapters.meter import Meter

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Pace:
    """How it is begun anew, in seconds: after `first`, each time twice as long, at most `longest`.

    `deaf_after` without a word the connection is dead.
    """

    first: float = 1.0
    longest: float = 60.0
    deaf_after: float = 60.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic


PACE = Pace()


@dataclass(frozen=True)
class Connection:
    """Our connection to Discord, by as many shards as it takes. `told` hears every event; nothing in it may wait."""

    bot: Bot
    api: Api
    meter: Meter
    told: Callable[[Told], None]
    pace: Pace = PACE

    async def hold(self) -> None:
        """Stay connected until cancelled. Raises Fatal."""
        shards = self.bot.shards or await self._advised()
        lanes = Lanes(self.pace.sleep, self.pace.clock)
        tasks = [asyncio.create_task(self._shard(number, shards, lanes)) for number in range(shards)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            await end(*tasks)

    async def _advised(self) -> int:
        """How many shards Discord advises."""
        while True:
            try:
                return (await self._advice()).shards
            except AdapterError as error:
                log.warning("source interrupted", source=CHANNEL, error=type(error).__name__, why=str(error))
            await self.pace.sleep(self.pace.longest)

    async def _shard(self, number: int, of: int, lanes: Lanes) -> None:
        pause = self.pace.first
        while True:
            began = self.pace.clock()
            try:
                await self._once(number, of, lanes)
            except Fatal:
                raise
            except Exception as error:
                why = str(error) if isinstance(error, AdapterError) else ""
                log.warning("source interrupted", source=CHANNEL, error=type(error).__name__, shard=number, why=why)
            if self.pace.clock() - began > self.pace.longest:
                pause = self.pace.first
            await self.pace.sleep(pause * random.uniform(1.0, 1.5))  # noqa: S311 - so that shards do not all come at once
            pause = min(pause * 2, self.pace.longest)

    async def _once(self, number: int, of: int, lanes: Lanes) -> None:
        told = await self._allowed(of)
        await lanes.turn(number, told.at_once)
        ears = Ears(self.told, partial(count, self.meter, of))
        await connected(self.bot, Shard(number, of, told.url), ears, self.pace.deaf_after)

    async def _allowed(self, of: int) -> Advice:
        """When another session may begin."""
        while True:
            told = await self._advice()
            wait = await wait_needed(self.meter, told, of)
            if not wait:
                return told
            log.warning("source waits", source=CHANNEL, why="too many sessions were begun", seconds=round(wait))
            await self.pace.sleep(min(wait, WINDOW))

    async def _advice(self) -> Advice:
        return advice(await self.api.call("GET", "/gateway/bot"))
