"""Thirty people talk on Discord while chance breaks connections, kills processes and says things twice.

At the end what was said is compared with what is in the logs: each message once, and in order, place by place.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandbox.discord import Fault, Message
from tests.crash.discord_scene import Apart, Victim, apart
from tests.flows.discord_house import ROOM, words

pytestmark = pytest.mark.slow
PEOPLE = [f"p{number}" for number in range(30)]
ANSWER = "The versions are"
AT_LAST = 300.0


@dataclass
class Crowd:
    """What was said, by the conversation it belongs to; in the threads of `threads` anybody may speak."""

    h: Apart
    chance: random.Random
    said: dict[str, list[str]] = field(default_factory=dict)
    threads: list[Message] = field(default_factory=list)
    count: int = 0

    async def gather(self) -> None:
        """Everybody writes to us once, and some begin a thread: these are the places that are heard from then on."""
        for name in PEOPLE:
            self.direct(name)
        self.threads = [self.begin(name) for name in PEOPLE[:10]]
        await self.heard()
        for message in self.threads:
            self.h.discord.core.begin_thread(message, "Deploy", self.h.discord.app.bot)

    def speak(self) -> None:
        """Somebody says something somewhere."""
        name, draw = self.chance.choice(PEOPLE), self.chance.random()
        if draw < 0.5:
            self.direct(name)
        elif draw < 0.95:
            message = self.chance.choice(self.threads)
            self.h.person(name).say(message, self._note(message.id))
        else:
            self.begin(name)

    def direct(self, name: str) -> None:
        """Somebody writes to us."""
        person = self.h.person(name)
        person.dm(self._note(person.channel(None).id))

    def begin(self, name: str) -> Message:
        """Somebody mentions us in a channel."""
        self.count += 1
        text = f"message {self.count}"
        message = self.h.person(name).say(ROOM, f"<@{self.h.discord.app.bot}> {text}")
        self.said[message.id] = [text]
        return message

    def _note(self, conversation: str) -> str:
        self.count += 1
        text = f"message {self.count}"
        self.said.setdefault(conversation, []).append(text)
        return text

    async def heard(self) -> None:
        """When as much is in the logs as was said; it has to be the same."""
        async with asyncio.timeout(AT_LAST):
            for conversation, texts in self.said.items():
                while len(await self.h.said(conversation)) < len(texts) and not await self._lost(conversation):
                    await asyncio.sleep(0.1)
        wrong = {}
        for conversation, texts in self.said.items():
            if (logged := await self.h.said(conversation)) != texts:
                wrong[conversation] = (texts, logged)
        assert not wrong

    async def _lost(self, conversation: str) -> bool:
        """Whether what came last is there, and something before it is not."""
        texts = self.said[conversation]
        return len(texts) > 1 and texts[-1] in await self.h.said(conversation)


@dataclass
class Trouble:
    """What chance does to it."""

    h: Apart
    chance: random.Random
    listeners: list[Victim]

    async def strike(self) -> str:
        """One thing goes wrong; what."""
        await self.h.forget_identifies()
        ways: list[Callable[[], Awaitable[None]]] = [
            self.h.discord.drop,
            self.h.discord.reconnect,
            lambda: self.h.discord.invalidate(resumable=True),
            lambda: self.h.discord.invalidate(resumable=False),
            self._forgotten,
            self._again,
            self._refused,
            self._kill,
            self._kill,
        ]
        way = self.chance.choice(ways)
        await way()
        return getattr(way, "__name__", "")

    async def _forgotten(self) -> None:
        self.h.discord.forget_sessions()
        await self.h.discord.drop()

    async def _again(self) -> None:
        """Discord says some of the latest messages once more."""
        spoken = [one for one in self.h.discord.deliveries[-60:] if one.kind == "MESSAGE_CREATE"]
        for one in self.chance.sample(spoken, min(5, len(spoken))):
            self.h.discord.replay(one)

    async def _refused(self) -> None:
        kinds = (Fault("error", path="/channels/*", method="GET", status=500), Fault("drop", path="/channels/*"))
        self.h.discord.order(self.chance.choice(kinds), count=2)

    async def _kill(self) -> None:
        """One of the listeners dies, and is there again soon."""
        one = self.chance.choice(self.listeners)
        await one.killed()
        one.start()


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_thirty_people_say_is_heard_once_and_in_order(tmp_path: Path, seed: int) -> None:
    # DC-04, DC-05, DC-06
    chance = random.Random(seed)
    async with apart(tmp_path, ["listener"], here=()) as h:
        crowd, other = Crowd(h, chance), h.another("listener")
        other.start()
        try:
            await crowd.gather()
            trouble = Trouble(h, chance, [h.victims["listener"], other])
            while crowd.count < 1500:
                crowd.speak()
                if chance.random() < 0.02:
                    await trouble.strike()
                await asyncio.sleep(chance.choice((0, 0, 0, 0.02, 0.2)))
            # Everywhere something is said last, so that what is missing before it is lost, and not late.
            for name in PEOPLE:
                crowd.direct(name)
            await h.forget_identifies()
            await crowd.heard()
        finally:
            await other.end()


@pytest.mark.parametrize("seed", [3])
async def test_each_question_is_answered_once_whoever_is_killed(tmp_path: Path, seed: int) -> None:  # DC-22
    chance = random.Random(seed)
    async with apart(tmp_path, ["listener", "sender", "worker"]) as h:
        people = [h.person(name) for name in PEOPLE[:12]]
        for number in range(1, 7):
            for one in people:
                one.dm("which versions are there?")
                # Who writes for the first time while nobody listens is not heard: the first round is a quiet one.
                if number > 1 and chance.random() < 0.1:
                    victim = h.victims[chance.choice(("listener", "sender", "sender", "worker"))]
                    await victim.killed()
                    h.discord.clock.forward(chance.choice((0, 600)))
                    victim.start()
                    await h.forget_identifies()
            async with asyncio.timeout(AT_LAST):
                for one in people:
                    while len([m for m in one.dms if ANSWER in words(m)]) < number:
                        await asyncio.sleep(0.1)
        for one in people:
            await h.quiet(one.dms[0])
            assert [ANSWER in words(m) for m in one.dms].count(True) == 6
