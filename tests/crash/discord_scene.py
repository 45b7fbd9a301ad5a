"""The scene with a local Discord: roles of one house in processes of their own, which anybody may kill at any moment.

Discord, the model, and a house that looks on live here. What is looked at is what Discord shows, and the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from agent_core.events import UserMessage
from config.settings import Settings, StoreSettings
from gateway.app import House, house
from gateway.demo.world import Clock
from gateway.errors import NoSuchThread
from gateway.serve import ROLES
from sandbox.discord import DiscordSandbox, Message
from sandbox.discord.world import Channel, Event as Happening
from sandbox.model import ModelSandbox
from tests.crash.actor import Built, Moment, act
from tests.crash.scene import valkey
from tests.crash.victims import FORKS
from tests.doors.scene import listening, serving, until
from tests.flows.discord_house import DiscordHouse, settings_of, words
from tests.flows.slack_house import script

LEASE_SECONDS = 1.5
ENDS_WITHIN = 20.0


@dataclass(frozen=True)
class DiscordPlace:
    """A house whose settings are made already."""

    made: Settings

    def settings(self) -> Settings:
        """The settings of this place."""
        return self.made


@dataclass
class Victim:
    """One role in a process of its own; `starts` are counted."""

    place: Built
    role: str
    starts: int = 0
    process: ForkServerProcess | None = None

    def start(self, moment: Moment | None = None) -> None:
        """Start it; with a moment, it kills itself then."""
        self.process = FORKS.Process(target=act, args=(self.place, self.role, moment), daemon=True)
        self.process.start()
        self.starts += 1

    def kill(self, by: signal.Signals = signal.SIGKILL) -> None:
        """kill -9, at once; or another signal."""
        assert self._process.pid
        os.kill(self._process.pid, by)

    async def died(self) -> None:
        """When it is dead, by `kill -9` and by nothing else."""
        await asyncio.to_thread(self._process.join, 60)
        assert self._process.exitcode == -signal.SIGKILL, f"the {self.role} ended by itself: {self._process.exitcode}"

    async def killed(self) -> None:
        """Kill it, and wait for its end."""
        self.kill()
        await self.died()

    async def end(self) -> None:
        """An orderly end, if it runs."""
        if self.process and self.process.is_alive():
            self.process.terminate()
            await asyncio.to_thread(self.process.join, ENDS_WITHIN)
            self.process.kill()

    @property
    def _process(self) -> ForkServerProcess:
        assert self.process
        return self.process


@dataclass(frozen=True)
class Apart(DiscordHouse):
    """What can be seen from here of a house in several processes; `victims` are those that can be killed, by role."""

    victims: Mapping[str, Victim] = field(default_factory=dict)

    def another(self, role: str) -> Victim:
        """One more process of a role, to be ended by who asked for it."""
        return Victim(self.victims[role].place, role)

    async def seen(self, fits: Callable[[], bool]) -> None:
        """When it is so."""

        async def look() -> bool:
            return fits()

        await until(look)

    async def connected(self, number: int = 1) -> None:
        """When listeners have begun this many sessions, all told."""
        await self.seen(lambda: self.discord.sessions.identifies >= number)

    @property
    def asked_for_gateway(self) -> int:
        """How often somebody asked where to connect."""
        return sum(call.path == "/gateway/bot" for call in self.discord.calls)

    async def renewed(self, times: int) -> None:
        """When whoever listens has renewed its lease so often; each is a third of the lease after the one before."""
        key = await anext(self.redis.scan_iter(match="hp:{src:*}:lease"))
        left, seen = await self.redis.pttl(key), 0
        async with asyncio.timeout(ENDS_WITHIN):
            while seen < times:
                before, left = left, await self.redis.pttl(key)
                seen += left > before
                await asyncio.sleep(0.01)

    async def quiet(self, asked: Message) -> None:
        """When something was to be sent in a thread, and all of it is."""

        async def look() -> bool:
            effects = await self.house.opened.threads.effects(self.thread_of(asked))
            return bool(effects) and not [one for one in effects if one.state in ("pending", "sending")]

        await until(look)

    def once(self, fits: Callable[[Happening], bool], do: Callable[[], None]) -> list[Happening]:
        """Do this at the first event that fits, while Discord has it and nobody has heard of it; the event, then."""
        done: list[Happening] = []

        def heard(event: Happening) -> None:
            if not done and fits(event):
                done.append(event)
                do()

        self.discord.core.world.listen(heard)
        return done

    def place(self, event: Happening) -> Channel:
        """Where it happened."""
        return self.discord.core.world.channels[event.data["channel_id"]]

    async def said(self, conversation: str) -> list[str]:
        """What people said in a conversation, in the order in which it is in the log."""
        thread = self.house.keyring.thread_id("discord", conversation)
        with contextlib.suppress(NoSuchThread):
            events = await self.house.threads.events(thread, after=0)
            return [one.text for one in events if isinstance(one, UserMessage)]
        return []

    async def hears(self, conversation: str, *texts: str) -> None:
        """When exactly these are in the log, in this order: each once, and none is missing."""

        async def look() -> bool:
            return len(await self.said(conversation)) >= len(texts)

        with contextlib.suppress(TimeoutError):
            await until(look)
        assert await self.said(conversation) == list(texts)

    async def forget_identifies(self) -> None:
        """The five minutes are over, in which no more than a few sessions may be begun."""
        for name in ("discord:identify", "discord:identify:day"):
            hashed = hashlib.sha256(name.encode()).hexdigest()[:32]
            await self.redis.delete(f"hp:{{mt:{hashed}}}:n")

    @property
    def redis(self) -> Any:
        """The store itself."""
        return self.house.opened.mailroom.redis

    def standing(self, where: Any, containing: str) -> list[Message]:
        """The messages there that say so."""
        return [one for one in self.discord.messages(where) if containing in words(one)]


@contextlib.asynccontextmanager
async def apart(
    directory: Path, victims: Iterable[str], *, here: Iterable[str] = ROLES, started: bool = True, **channel: Any
) -> AsyncIterator[Apart]:
    """A house of which the roles in `victims` run elsewhere, and what is in `here` besides them runs here."""
    async with DiscordSandbox(identify_pause=0) as discord, ModelSandbox(script()) as model, valkey(directory) as store:
        settings = settings_of(directory, discord, model, ("bo", "cy"), **channel)
        update = {
            "secret_key": SecretStr("a secret for tests only"),
            "store": StoreSettings(url=SecretStr(store.url), partitions=2, lease_seconds=LEASE_SECONDS),
        }
        settings = settings.model_copy(update=update)
        elsewhere = {role: Victim(DiscordPlace(settings), role) for role in victims}
        rest = [role for role in here if role not in elsewhere]
        work = serving if rest else _idle
        async with house(settings) as ready, work(ready, rest):
            made = Apart(discord, model, Clock(), settings, ready, elsewhere)
            if "listener" in rest:
                await made.connected()
            try:
                if started:
                    await begun(made)
                yield made
            finally:
                await asyncio.gather(*(one.end() for one in elsewhere.values()))
        assert discord.strays == []


async def begun(apart: Apart) -> None:
    """All victims run; Discord is listened to, and the web role answers."""
    before = apart.discord.sessions.identifies
    for one in apart.victims.values():
        one.start()
    if "listener" in apart.victims:
        await apart.connected(before + 1)
    if "web" in apart.victims:
        await listening(apart.settings.port)


@contextlib.asynccontextmanager
async def _idle(_ready: House, _roles: Iterable[str]) -> AsyncIterator[None]:
    """Nobody works here."""
    yield
