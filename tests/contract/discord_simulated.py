"""The people of simcord, found by their ids: they act through Python objects there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import discord
import simcord
from simcord.backend.models import Message
from simcord.results import InteractionResult

from tests.contract.discord_simcord import TOKEN, Served
from tests.doors.scene import until

NOT_HERE = discord.PermissionOverwrite(view_channel=True, send_messages=False, create_public_threads=False)

Json = dict[str, Any]
T = TypeVar("T")


@dataclass
class Simulated:
    """One server of simcord's, and who is in it."""

    here: Served
    token: str = TOKEN
    _pressed: dict[str, InteractionResult] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._world = self.here.env.create_guild("holdpoint")
        self.api_url, self.application = self.here.api_url, str(self.here.backend.application_id)
        self.bot, self.guild = str(self.here.backend.bot_user.id), str(self._world.id)
        self._channels: dict[str, simcord.ChannelHandle] = {}
        self._people: dict[str, simcord.MemberActor] = {}

    def channel(self, name: str) -> str:
        """As a text channel."""
        if name not in self._channels:
            self._channels[name] = self._world.create_text_channel(name)
        return str(self._channels[name].id)

    def forbidden(self) -> str:
        """By a permission overwrite."""
        me = self._world.me
        assert me is not None
        self._channels["forbidden"] = self._world.create_text_channel("forbidden", overwrites={me: NOT_HERE})
        return str(self._channels["forbidden"].id)

    def person(self, name: str) -> str:
        """As a member."""
        if name not in self._people:
            self._people[name] = self._world.add_member(self.here.env.create_user(name))
        return str(self._people[name].id)

    def direct(self, person: str) -> str:
        """Theirs with the bot."""
        return str(self._member(person).user.dm_channel.id)

    def refuse_direct(self, person: str) -> None:
        """simcord knows nothing of it."""

    def lock(self, thread: str) -> None:
        """By hand: only the bot acts on channels."""
        metadata = self.here.backend.get_channel(int(thread)).thread_metadata
        assert metadata is not None
        metadata.locked = True

    def pinged(self, channel: str, message: str) -> set[str]:
        """As simcord has found out."""
        return {str(one) for one in self.here.backend.get_message(int(channel), int(message)).ping_user_ids}

    async def say(self, person: str, channel: str, text: str, reply_to: str = "") -> str:
        """Through the member, or the user where it is a direct message."""
        member = self._member(person)
        if channel == self.direct(person):
            return str((await member.user.send_dm(text)).id)
        answered = self._message(channel, reply_to) if reply_to else None
        return str((await member.send(self._handle(channel), text, reply_to=answered)).id)

    async def edit(self, person: str, channel: str, message: str, text: str) -> None:
        """Through the member, or the user."""
        await self._actor(person, channel).edit(self._message(channel, message), text)

    def listening(self) -> int:
        """Besides the client that nobody listens to."""
        return len(self.here.backend.subscribers) - 1

    def whispers(self, person: str) -> list[str]:
        """Whatever is ephemeral, and answers them."""
        everywhere = (one for channel in self.here.backend.messages.values() for one in channel.values())
        unseen = [one for one in everywhere if one.is_ephemeral and one.interaction_metadata]
        shown = ({"content": one.content, "embeds": one.embeds} for one in unseen if _to(one) == person)
        return [spoken(one) for one in shown]

    async def click(self, person: str, channel: str, message: str, label: str) -> None:
        """Its result is kept: a form may follow."""
        self._pressed[person] = await self._actor(person, channel).click(self._message(channel, message), label=label)

    async def choose(self, person: str, channel: str, message: str, *labels: str) -> None:
        """By values, which simcord wants."""
        shown = self._message(channel, message)
        select = next(one for row in shown.components for one in row["components"] if one["type"] == 3)
        values = [option["value"] for option in select["options"] if option["label"] in labels]
        self._pressed[person] = await self._actor(person, channel).select(shown, values)

    async def submit(self, person: str, values: Mapping[str, str]) -> None:
        """By custom ids, which simcord wants."""
        pressed = self._pressed[person]
        form = await until(lambda: soon(pressed.modal))
        named = {label["label"]: label["component"] for label in form["components"]}
        given = {named[label]["custom_id"]: _value(named[label], value) for label, value in values.items()}
        actor = self._actor(person, str(pressed._interaction.channel_id))
        self._pressed[person] = await actor.submit_modal(pressed, given)

    async def slash(self, person: str, channel: str, command: str, **options: str) -> None:
        """In a channel, or in the direct messages."""
        member = self._member(person)
        if channel == self.direct(person):
            self._pressed[person] = await member.user.slash(command, **options)
        else:
            self._pressed[person] = await member.slash(self._handle(channel), command, **options)

    async def forward(self, seconds: float) -> None:
        """Its clock stands still but for this."""
        await self.here.env.advance_time(seconds)

    def _member(self, person: str) -> simcord.MemberActor:
        return next(one for one in self._people.values() if str(one.id) == person)

    def _actor(self, person: str, channel: str) -> simcord.MemberActor | simcord.UserHandle:
        member = self._member(person)
        return member.user if channel == self.direct(person) else member

    def _handle(self, channel: str) -> simcord.ChannelHandle:
        return simcord.ChannelHandle(self.here.env, self._world, self.here.backend.get_channel(int(channel)))

    def _message(self, channel: str, message: str) -> simcord.ResponseMessage:
        stored = self.here.backend.get_message(int(channel), int(message))
        return simcord.ResponseMessage(self.here.env, stored)


def spoken(message: Json) -> str:
    """The words of a message, within its frames and without."""
    return "\n".join((message["content"], *(one.get("description", "") for one in message["embeds"]))).strip()


async def soon(found: T | None) -> T | None:
    """What may be there by now, to be waited for."""
    return found


def _to(message: Message) -> str:
    """Whose interaction it answers."""
    assert message.interaction_metadata is not None
    return str(message.interaction_metadata["user"]["id"])


def _value(control: Json, given: str) -> str | list[str]:
    """Words, or the values of the options that say so."""
    if control["type"] == 4:
        return given
    return [option["value"] for option in control["options"] if option["label"] == given]
