"""The heart of the sandbox: everything that happens to channels and messages, whoever does it, and the events of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sandbox.discord.appearance import channel_object, member_object, thread_member_object, user_object
from sandbox.discord.clock import Clock
from sandbox.discord.fault import Faults
from sandbox.discord.files import Files
from sandbox.discord.ids import Ids, made_at
from sandbox.discord.mentions import Allowed, named, replied_user
from sandbox.discord.nonces import Nonces
from sandbox.discord.permissions import sees
from sandbox.discord.record import Record
from sandbox.discord.replies import Interactions
from sandbox.discord.shapes import Json
from sandbox.discord.shown import Messages
from sandbox.discord.starts import Starts
from sandbox.discord.world import (
    DIRECT,
    HAS_THREAD,
    PUBLIC_THREAD,
    STARTER,
    TEXT,
    Channel,
    Member,
    Message,
    Reference,
    Role,
    User,
    World,
)


@dataclass
class Core:
    """The state of one sandbox. `url` is where it listens, `gateway_url` what GET /gateway tells.

    `interactions` opens what is below /webhooks; without it there is nothing there. `commands_created` are the seconds
    at which commands were, by server.
    """

    clock: Clock
    ids: Ids
    world: World
    files: Files
    faults: Faults
    record: Record
    starts: Starts
    shown: Messages
    nonces: Nonces
    interactions: Interactions | None = None
    url: str = ""
    gateway_url: str = ""
    commands_created: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock.when_forwarded(self.archive_idle)

    # Messages

    def post(self, message: Message, allowed: Allowed = None) -> Message:
        """Put a message into its channel and tell of it; an ephemeral one is only whispered."""
        channel = self.world.channels[message.channel]
        self._name(message, allowed)
        for one in message.attachments:
            self.files.keep(one)
        if message.ephemeral_for:
            self.world.whispers.append(message)
            return message
        channel.messages.append(message)
        if channel.is_thread:
            channel.members |= {message.author, *message.pinged & self.world.guild.members.keys()}
        told = {"nonce": message.nonce} if message.nonce is not None else {}
        self.tell(channel, "MESSAGE_CREATE", self.shown.event(message) | told)
        return message

    def change(self, message: Message, allowed: Allowed = None, *, edited: bool = True) -> None:
        """A message is not what it was. Not `edited`: something was added to it, as previews of links are.

        Nobody is notified of a change, whomever it names.
        """
        rung = message.pinged
        if edited:
            message.edited = self.clock.now()
        self._name(message, allowed)
        message.pinged = rung
        for one in message.attachments:
            self.files.keep(one)
        self._changed(message)

    def remove(self, message: Message) -> None:
        """A message is gone."""
        message.deleted = True
        for one in message.attachments:
            self.files.forget(one)
        if message.ephemeral_for:
            self.world.whispers.remove(message)
            return
        channel = self.world.channels[message.channel]
        channel.messages.remove(message)
        told = {"guild_id": channel.guild_id} if channel.guild_id else {}
        self.tell(channel, "MESSAGE_DELETE", {"id": message.id, "channel_id": channel.id} | told)

    def _changed(self, message: Message) -> None:
        if not message.ephemeral_for:
            self.tell(self.world.channels[message.channel], "MESSAGE_UPDATE", self.shown.event(message))

    def _name(self, message: Message, allowed: Allowed) -> None:
        """Whom it mentions, and whom it notifies: what is named but not allowed is shown, and rings nowhere."""
        may = named(message.content).within(allowed)
        answered = self._answered(message) if replied_user(allowed) else ""
        users = tuple(dict.fromkeys((*named(message.content).users, *((answered,) if answered else ()))))
        message.mentions = tuple(one for one in users if one in self.world.users)
        message.mention_roles = tuple(one for one in may.roles if one in self.world.guild.roles)
        message.mention_everyone = may.everyone
        message.pinged = may.pinged | ({answered} if answered else frozenset())

    def _answered(self, message: Message) -> str:
        reference = message.reference
        if reference is None or reference.type != 0:
            return ""
        channel = self.world.channels.get(reference.channel)
        found = channel.message(reference.message) if channel else None
        return found.author if found else ""

    # Channels and threads

    def channel(self, name: str) -> Channel:
        """A channel of the server by name; made if need be."""
        found = self.world.channel_named(name)
        if found is None:
            found = Channel(self.ids.snowflake(), TEXT, name.removeprefix("#"), self.world.guild.id)
            self.world.channels[found.id] = found
            self.tell(found, "CHANNEL_CREATE", channel_object(found, self.world))
        return found

    def direct(self, user: str) -> Channel:
        """The DM of the bot with somebody, opened when needed."""
        found = self.world.direct(user)
        if found is None:
            found = Channel(self.ids.snowflake(), DIRECT, recipient=user)
            self.world.channels[found.id] = found
            self.tell(found, "CHANNEL_CREATE", channel_object(found, self.world))
        return found

    def begin_thread(self, message: Message, name: str, owner: str, minutes: int = 1440) -> Channel:
        """A thread at a message; it has the message's id, and begins with a message that says where it began."""
        home = self.world.channels[message.channel]
        thread = Channel(message.id, PUBLIC_THREAD, name, home.guild_id, home.id, owner_id=owner)
        thread.auto_archive_minutes = minutes
        thread.members |= {owner, message.author}
        self.world.channels[thread.id] = thread
        message.flags |= HAS_THREAD
        shown = channel_object(thread, self.world) | {"newly_created": True}
        if self.world.app.bot in thread.members:
            shown["member"] = thread_member_object(thread, self.world.app.bot)
        self.tell(thread, "THREAD_CREATE", shown)
        self._changed(message)
        starter = Message(self.ids.snowflake(), thread.id, owner, type=STARTER)
        starter.reference = Reference(message.id, home.id, home.guild_id)
        self.post(starter, {"parse": []})
        return thread

    def enter(self, thread: Channel, user: str) -> None:
        """Somebody joins a thread."""
        if user in thread.members:
            return
        thread.members.add(user)
        added = [thread_member_object(thread, user)]
        told: Json = {"id": thread.id, "guild_id": thread.guild_id, "member_count": len(thread.members)}
        self.tell(thread, "THREAD_MEMBERS_UPDATE", told | {"added_members": added})

    def update_thread(self, thread: Channel, *, archived: bool | None = None, locked: bool | None = None) -> None:
        """Archive or lock a thread, or undo it."""
        if archived is not None and archived != thread.archived:
            thread.archived, thread.archived_at = archived, self.clock.now()
        if locked is not None:
            thread.locked = locked
        self.tell(thread, "THREAD_UPDATE", channel_object(thread, self.world))

    def archive_idle(self) -> None:
        """Archive the threads in which nothing was said for too long."""
        for thread in [one for one in self.world.channels.values() if one.is_thread and not one.archived]:
            active = [one.created for one in thread.messages[-1:]] + [thread.archived_at or made_at(thread.id)]
            if self.clock.now() - max(active) > timedelta(minutes=thread.auto_archive_minutes):
                self.update_thread(thread, archived=True)

    # People

    def user(self, name: str, display: str = "", *, bot: bool = False) -> User:
        """Somebody by handle; made if need be."""
        found = self.world.user_named(name)
        if found is None:
            found = User(self.ids.snowflake(), name, display or name.capitalize(), bot)
            self.world.users[found.id] = found
        return found

    def join(self, user: User) -> None:
        """Somebody joins the server."""
        guild = self.world.guild
        if user.id in guild.members:
            return
        guild.members[user.id] = member = Member(user.id, self.clock.now())
        self._tell_of_member("GUILD_MEMBER_ADD", member, user)

    def leave(self, user: User) -> None:
        """Somebody leaves the server."""
        guild = self.world.guild
        if guild.members.pop(user.id, None) is not None:
            gone = {"guild_id": guild.id, "user": user_object(user)}
            self.world.publish("GUILD_MEMBER_REMOVE", gone, guild=guild.id)

    def role(self, name: str) -> Role:
        """A role by name; made if need be."""
        found = self.world.role_named(name)
        if found is None:
            found = Role(self.ids.snowflake(), name, len(self.world.guild.roles))
            self.world.guild.roles[found.id] = found
        return found

    def give(self, user: User, role: Role, *, held: bool = True) -> None:
        """Give somebody a role, or take it away."""
        member = self.world.guild.members[user.id]
        roles = [one for one in member.roles if one != role.id]
        member.roles = [*roles, role.id] if held else roles
        self._tell_of_member("GUILD_MEMBER_UPDATE", member, user)

    def _tell_of_member(self, kind: str, member: Member, user: User) -> None:
        guild = self.world.guild.id
        told: Json = member_object(member) | {"guild_id": guild, "user": user_object(user)}
        self.world.publish(kind, told, guild=guild)

    # Events

    def tell(self, channel: Channel, kind: str, data: Json) -> None:
        """Tell of something in a channel, if the bot sees it."""
        if sees(self.world, channel):
            self.world.publish(kind, data, guild=channel.guild_id, user=channel.recipient)
