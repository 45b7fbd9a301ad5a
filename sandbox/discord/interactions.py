"""Interactions: what a person set going, how long it may be answered, and how Discord tells the app of it.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from sandbox.discord.appearance import channel_object, member_object, user_object
from sandbox.discord.core import Core
from sandbox.discord.errors import Refusal
from sandbox.discord.forms import Form
from sandbox.discord.ids import secret
from sandbox.discord.permissions import bits, held
from sandbox.discord.replies import Reply
from sandbox.discord.shapes import Json
from sandbox.discord.world import BITS, Channel, Message

Kind: TypeAlias = Literal[2, 3, 5]  # a command, a component, a form that was sent off
COMMAND: Final = 2
COMPONENT: Final = 3
SUBMITTED: Final = 5
DEADLINE = 3.0  # seconds for the first answer
GOOD_FOR = 900.0  # seconds in which more can be said
FILE_MOST = 10 * 1024 * 1024
# What the person is shown when no good answer came in time.
FAILURES = {
    COMMAND: "The application did not respond",
    COMPONENT: "This interaction failed",
    SUBMITTED: "Something went wrong. Try again.",
}


@dataclass(eq=False)
class Interaction:
    """One interaction. `message` is what the component, or the button that opened the form, is on.

    `answer` is the type of the first callback, 0 before it; `reply` what more can be said to. `failed` is what the
    person is shown instead of an answer.
    """

    id: str
    kind: Kind
    channel: Channel
    data: Json
    at: float
    reply: Reply
    message: Message | None = None
    token: str = field(default_factory=lambda: secret(160), repr=False)
    answer: int = 0
    failed: str = ""
    over: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def user(self) -> str:
        """Whose it is."""
        return self.reply.user

    def answered(self, answer: int) -> None:
        """The first answer came in time."""
        self.answer = answer
        self.over.set()

    def fail(self) -> None:
        """Nobody answered, or nothing that can be used."""
        if not self.over.is_set():
            self.failed = FAILURES[self.kind]
            self.over.set()


class Interactions:
    """All of them by token, and the forms that lie open, by person."""

    def __init__(self, core: Core, deadline: float = DEADLINE) -> None:
        self._core = core
        self._deadline = deadline
        self._by_token: dict[str, Interaction] = {}
        self.forms: dict[str, Form] = {}
        core.clock.when_forwarded(self._expire)

    def begin(self, kind: Kind, user: str, channel: Channel, data: Json, message: Message | None = None) -> Interaction:
        """A person does something; they see that it failed if nobody answers within three seconds."""
        core = self._core
        id = core.ids.snowflake()
        reply = Reply(channel.id, user, self._said(id, kind, user, channel, data, message))
        made = Interaction(id, kind, channel, data, core.clock.seconds(), reply, message)
        self._by_token[made.token] = made
        asyncio.get_running_loop().call_later(self._deadline, made.fail)
        return made

    def unanswered(self, id: str, token: str) -> Interaction:
        """The one a first answer is for. Raises Refusal: there is none, it is too late, or it was answered."""
        found = self._by_token.get(token)
        if found is None or found.id != id or found.failed:
            raise Refusal(10062)
        if found.answer:
            raise Refusal(40060)
        return found

    def reply(self, application: str, token: str) -> Reply:
        """What a token opens. Raises Refusal: 10015 for one that never was, 50027 when its 15 minutes are over."""
        found = self._by_token.get(token)
        if application != self._core.world.app.id or found is None:
            raise Refusal(10015)
        if found.failed or self._age(found) > GOOD_FOR:
            raise Refusal(50027)
        if not found.answer:
            raise Refusal(10015)
        return found.reply

    def _age(self, one: Interaction) -> float:
        return self._core.clock.seconds() - one.at

    def _expire(self) -> None:
        for one in self._by_token.values():
            if self._age(one) > self._deadline:
                one.fail()

    # How the app is told

    def object(self, one: Interaction) -> Json:
        """The interaction as INTERACTION_CREATE, or what is posted to the app, has it."""
        app, guild = self._core.world.app, one.channel.guild_id
        may = str(bits(held(self._core.world, one.channel)))
        shown: Json = {
            "id": one.id,
            "application_id": app.id,
            "type": one.kind,
            "token": one.token,
            "version": 1,
            "data": one.data,
            "channel_id": one.channel.id,
            "channel": self._channel(one.channel),
            "app_permissions": may,
            "locale": "en-US",
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": {"0": guild or "0"},
            "context": 0 if guild else 1,
            "attachment_size_limit": FILE_MOST,
        }
        if one.message is not None:
            shown["message"] = self._core.shown.object(one.message)
        return shown | self._who(one)

    def _who(self, one: Interaction) -> Json:
        """In a server the member and the server, in direct messages the user."""
        world, guild = self._core.world, one.channel.guild_id
        user = user_object(world.users[one.user])
        if not guild:
            return {"user": user}
        member = member_object(world.guild.members[one.user]) | {"user": user, "permissions": str(bits(BITS))}
        where = {"id": guild, "locale": "en-US", "features": []}
        return {"member": member, "guild_id": guild, "guild_locale": "en-US", "guild": where}

    def _channel(self, channel: Channel) -> Json:
        shown = channel_object(channel, self._core.world)
        return shown | ({"permissions": str(bits(BITS))} if channel.guild_id else {})

    def _said(self, id: str, kind: Kind, user: str, channel: Channel, data: Json, message: Message | None) -> Json:
        """The interaction_metadata of messages that answer it."""
        shown: Json = {
            "id": id,
            "type": kind,
            "user": user_object(self._core.world.users[user]),
            "authorizing_integration_owners": {"0": channel.guild_id or "0"},
        }
        if kind == COMMAND:
            return shown | {"name": data["name"], "command_type": 1}
        return shown | ({"interacted_message_id": message.id} if message is not None else {})
