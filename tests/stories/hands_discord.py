"""Discord: people who write to the bot directly, press the buttons of its cards and fill in its forms."""

from __future__ import annotations

import asyncio
import contextlib
import copy
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.discord import DiscordSandbox, Hands as Fingers, Message
from tests.stories.desk import Passing
from tests.stories.hands import Filled, Hands, Impossible, Means, Shown, offered
from tests.stories.language import Channel
from tests.stories.watched import PATIENCE

BUTTONS: Mapping[str, Means] = {
    "Approve": "approve",
    "Approve (high risk)": "approve",
    "Deny": "deny",
    "Change and approve": "change",
    "Ask a question": "ask",
    "Answer instead": "answer",
    "Hand over": "delegate",
    "Take it back": "undo",
    "Answer": "respond",
    "CONFIRM": "confirm",
}
FIELDS: Mapping[Means, str] = {
    "deny": "Why not?",
    "ask": "What do you want to know?",
    "answer": "What is to be done instead?",
    "delegate": "Who is to decide in your place?",
    "respond": "Your answer",
}


@dataclass
class DiscordHands:
    """Everybody has a DM with the bot. What they write is brought to `desk`."""

    discord: DiscordSandbox
    desk: Passing
    channel: Channel = "discord"

    def identity(self, name: str) -> str:
        """Their id."""
        return f"discord:{self._fingers(name).id}"

    def begin(self) -> None:
        """Nothing stands there: we look for what we may have sent, and would find it in a story before."""
        for channel in self.discord.core.world.channels.values():
            channel.messages.clear()
        self.discord.core.world.whispers.clear()
        for member in self.discord.guild.members.values():
            member.roles = []

    async def start(self, name: str, text: str) -> None:
        """A direct message."""
        async with self._heard():
            self._fingers(name).dm(text)

    async def go_on(self, name: str, text: str, root: str) -> None:
        """A direct message: there is only one conversation with somebody."""
        await self.start(name, text)

    async def reply(self, name: str, shown: Shown, text: str) -> None:
        """A direct message that refers to what was shown."""
        async with self._heard():
            self._fingers(name).dm(text, reply_to=_message(shown))

    async def decide(self, name: str, shown: Shown, means: Means, text: str, changed: dict[str, str]) -> None:
        """The button, and the form behind it."""
        person, message = self._fingers(name), _message(shown)
        label = next((label for label in _labels(message) if BUTTONS.get(label) == means), text)
        if means in ("approve", "undo", "choose", "confirm"):
            async with self._heard():
                _must(await person.click(message, label))
            return
        _must(await person.click(message, label))
        if person.modal:
            async with self._heard():
                _must(await person.submit(dict(changed) if means == "change" else _form(means, text)))
            person.close()

    async def fill(self, name: str, shown: Shown, filled: Filled) -> str:
        """The form; what cannot stand is said to them alone."""
        person = self._fingers(name)
        _must(await person.click(_message(shown), "Answer"))
        if person.modal:
            async with self._heard():
                _must(await person.submit({field: _entry(person, field, values) for field, values in filled.items()}))
            person.close()
        return ""

    def readable(self, name: str) -> list[Shown]:
        """Their DM, and what only they see elsewhere."""
        person, world = self._fingers(name), self.discord.core.world
        direct = world.direct(person.id)
        rooms = [one for one in world.channels.values() if one.guild_id] if person.id in world.guild.members else []
        dms = [one for room in (*rooms, *([direct] if direct else [])) for one in room.messages]
        whispers = [one for one in world.whispers if one.ephemeral_for == person.id]
        seen = [one for one in (*dms, *whispers) if one.author != person.id and not one.deleted]
        return [_shown(one) for one in sorted(seen, key=lambda message: int(message.id))]

    def posted(self) -> list[str]:
        """What the bot said to everybody in a channel, not in answer to a press."""
        said = (one for channel in self.discord.core.world.channels.values() for one in channel.messages)
        ours = (one for one in said if one.author == self.discord.app.bot and not one.deleted)
        return [f"{one.channel}/{one.id}" for one in ours if not one.interaction]

    async def again(self, number: int) -> None:
        """Over the gateway nothing comes twice but by a resume, which has tests of its own."""

    async def settled(self) -> None:
        """When everything that is posted was answered; what is pressed or written is waited for as it happens."""
        await self.discord.settled()

    @contextlib.asynccontextmanager
    async def _heard(self) -> AsyncIterator[None]:
        """What is done inside has been brought to the desk at the end: Discord is answered before."""
        before = self.desk.taken
        yield
        async with asyncio.timeout(PATIENCE), self.desk.bell:
            await self.desk.bell.wait_for(lambda: self.desk.taken > before)

    def _fingers(self, name: str) -> Fingers:
        return self.discord.person(name)


def _must(failed: str | None) -> None:
    if failed:
        raise Impossible(f"Discord says: {failed}")


def _form(means: Means, text: str) -> dict[str, str]:
    if means != "delegate":
        return {FIELDS[means]: text} if text else {}
    to, _, why = text.partition(" ")
    return {FIELDS[means]: to} | ({"Why?": why} if why else {})


def _entry(person: Fingers, field: str, values: Sequence[str]) -> str | list[str]:
    found = person.modal.field(field) if person.modal else None
    return list(values) if found and found.options else ", ".join(values)


def _message(shown: Shown) -> Message:
    assert isinstance(shown.source, Message)
    return shown.source


def _labels(message: Message) -> Iterator[str]:
    for row in message.components:
        yield from (one["label"] for one in row["components"] if one["type"] == 2 and "custom_id" in one)


def _shown(message: Message) -> Shown:
    offers = offered(_labels(message), BUTTONS)
    said = "\n".join((message.content, *(text for embed in message.embeds for text in _texts(embed))))
    return Shown(f"{message.channel}/{message.id}", said, offers, copy.deepcopy(message))


def _texts(part: Any) -> Iterator[str]:
    """Every text that stands in an embed."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from _texts(value)
    elif isinstance(part, list):
        for one in part:
            yield from _texts(one)


_: type[Hands] = DiscordHands
