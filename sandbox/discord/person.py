"""A person: what they write, change and take back, and what they see. `hands` adds what they press."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sandbox.discord.core import Core
from sandbox.discord.errors import CannotDo
from sandbox.discord.world import Attachment, Channel, Message, Reference, User

Where: TypeAlias = "str | Channel | Message"
File: TypeAlias = tuple[str, bytes]
LONGEST = 2000
REPLY = 19
_HANDLE = re.compile(r"(?<![\w<])@([A-Za-z0-9_][\w.-]*)")


@dataclass(frozen=True)
class Person:
    """Somebody, and the sandbox they are in."""

    core: Core
    user: User

    @property
    def id(self) -> str:
        """Their user id."""
        return self.user.id

    @property
    def name(self) -> str:
        """Their handle."""
        return self.user.name

    @property
    def dms(self) -> list[Message]:
        """What stands in their direct messages with the bot, oldest first."""
        direct = self.core.world.direct(self.id)
        return list(direct.messages) if direct else []

    @property
    def whispers(self) -> list[Message]:
        """What only they can see, oldest first."""
        return [one for one in self.core.world.whispers if one.ephemeral_for == self.id]

    def dm(self, text: str, *, files: Sequence[File] = (), reply_to: Message | None = None) -> Message:
        """Write to the bot directly."""
        return self._write(self.core.direct(self.id), text, files, reply_to)

    def say(self, where: Where, text: str, *, files: Sequence[File] = (), reply_to: Message | None = None) -> Message:
        """Write in a channel, or in the thread of a message; `@name` becomes a mention, as a client makes it."""
        return self._write(self.channel(where), text, files, reply_to)

    def edit(self, message: Message, text: str) -> None:
        """Change a message of one's own."""
        self._own(message)
        message.content = self._typed(text)
        self.core.change(message)

    def delete(self, message: Message) -> None:
        """Delete a message of one's own."""
        self._own(message)
        self.core.remove(message)

    def refuse_dms(self) -> None:
        """Take no direct messages from the server's members any more."""
        self.user.refuses_dms = True

    def leave(self) -> None:
        """Leave the server."""
        self.core.leave(self.user)

    def channel(self, where: Where | None) -> Channel:
        """A place this person can see: by its name or id, or the thread of a message; None is the DM."""
        if where is None:
            return self.core.direct(self.id)
        if isinstance(where, Message):
            return self._seen(self._thread(where))
        if isinstance(where, Channel):
            return self._seen(where)
        world = self.core.world
        found = world.channels.get(where) or world.channel_named(where)
        if found is None:
            raise CannotDo(f"{self.name} sees no channel {where!r}")
        return self._seen(found)

    def sees(self, channel: Channel) -> bool:
        """Whether it is their DM, or a channel of the server they are in."""
        return self.id in self.core.world.guild.members if channel.guild_id else channel.recipient == self.id

    def _seen(self, channel: Channel) -> Channel:
        if not self.sees(channel):
            raise CannotDo(f"{self.name} does not see this channel")
        return channel

    def _thread(self, message: Message) -> Channel:
        """The thread that began at a message, or in which it stands; in direct messages the DM."""
        channels = self.core.world.channels
        found, home = channels.get(message.id), channels[message.channel]
        if found is None and home.guild_id and not home.is_thread:
            raise CannotDo("no thread began at this message")
        return found or home

    def _write(self, channel: Channel, text: str, files: Sequence[File], reply_to: Message | None) -> Message:
        core = self.core
        if channel.locked:
            raise CannotDo("this thread is locked")
        if len(text) > LONGEST or not (text or files):
            raise CannotDo(f"a message has between 1 and {LONGEST} characters, or a file")
        message = Message(core.ids.snowflake(), channel.id, self.id, self._typed(text))
        message.attachments = [self._attached(channel, *one) for one in files]
        if reply_to is not None:
            message.type, message.reference = REPLY, self._reference(channel, reply_to)
        if channel.archived:
            core.update_thread(channel, archived=False)
        if channel.is_thread:
            channel.members.add(self.id)
        return core.post(message)

    def _reference(self, channel: Channel, message: Message) -> Reference:
        if message.channel != channel.id or message.deleted:
            raise CannotDo("there is no such message to reply to")
        return Reference(message.id, channel.id, channel.guild_id)

    def _attached(self, channel: Channel, name: str, content: bytes) -> Attachment:
        media_type = mimetypes.guess_type(name)[0] or ""
        return Attachment(self.core.ids.snowflake(), channel.id, name, content, media_type)

    def _typed(self, text: str) -> str:
        """What a client sends for what was typed: names of people and roles become mentions."""
        world = self.core.world

        def mention(found: re.Match[str]) -> str:
            user, role = world.user_named(found[1]), world.role_named(found[1])
            if user is not None:
                return f"<@{user.id}>"
            return f"<@&{role.id}>" if role is not None else found[0]

        return _HANDLE.sub(mention, text)

    def _own(self, message: Message) -> None:
        if message.author != self.id or message.deleted:
            raise CannotDo(f"this message is not {self.name}'s")
