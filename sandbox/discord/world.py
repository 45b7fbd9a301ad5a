"""What exists in the sandbox Discord: a server, its roles and people, channels, threads, messages; what is told of it.

`World.publish` tells everybody who listens (the gateway) what happened, as the gateway's events have it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sandbox.discord.ids import made_at
from sandbox.discord.shapes import Json

TEXT, DIRECT, PUBLIC_THREAD, PRIVATE_THREAD = 0, 1, 11, 12
# Types of messages: an answer to another; what a thread begins with, which points to where it began and says nothing.
REPLY, STARTER = 19, 21
EPHEMERAL, SUPPRESS_EMBEDS, HAS_THREAD, LOADING, COMPONENTS_V2 = 1 << 6, 1 << 2, 1 << 5, 1 << 7, 1 << 15

Permission: TypeAlias = Literal[
    "VIEW_CHANNEL",
    "SEND_MESSAGES",
    "READ_MESSAGE_HISTORY",
    "EMBED_LINKS",
    "ATTACH_FILES",
    "CREATE_PUBLIC_THREADS",
    "SEND_MESSAGES_IN_THREADS",
    "MANAGE_MESSAGES",
    "MANAGE_THREADS",
    "MENTION_EVERYONE",
]
BITS: dict[Permission, int] = {
    "VIEW_CHANNEL": 1 << 10,
    "SEND_MESSAGES": 1 << 11,
    "MANAGE_MESSAGES": 1 << 13,
    "EMBED_LINKS": 1 << 14,
    "ATTACH_FILES": 1 << 15,
    "READ_MESSAGE_HISTORY": 1 << 16,
    "MENTION_EVERYONE": 1 << 17,
    "MANAGE_THREADS": 1 << 34,
    "CREATE_PUBLIC_THREADS": 1 << 35,
    "SEND_MESSAGES_IN_THREADS": 1 << 38,
}


@dataclass
class Application:
    """The app. `bot` is its user's id, `token` the bot's; interactions that are posted are signed with its key.

    `may_read_all`: it was given the message content intent.
    """

    id: str
    name: str
    bot: str
    token: str = field(repr=False)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)
    may_read_all: bool = False

    @property
    def public_key(self) -> str:
        """What signatures are checked with, hexadecimal."""
        return self.key.public_key().public_bytes_raw().hex()


@dataclass(frozen=True)
class Role:
    """A role of the server; the one with the server's own id is @everyone."""

    id: str
    name: str
    position: int = 1


@dataclass
class User:
    """Somebody. `name` is the handle; `refuses_dms`: takes no direct messages from the server's members."""

    id: str
    name: str
    display: str
    bot: bool = False
    refuses_dms: bool = False


@dataclass
class Member:
    """Somebody in the server, with the ids of their roles."""

    user: str
    joined: datetime
    roles: list[str] = field(default_factory=list)


@dataclass
class Guild:
    """The server."""

    id: str
    name: str
    owner: str = ""
    roles: dict[str, Role] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)


@dataclass(frozen=True)
class Attachment:
    """A file of a message. `content` is served by the CDN below `path`."""

    id: str
    channel: str
    name: str
    content: bytes = field(repr=False)
    media_type: str = ""
    description: str = ""
    seconds: float | None = None

    @property
    def path(self) -> str:
        """Where the CDN has it."""
        return f"/attachments/{self.channel}/{self.id}/{self.name}"


@dataclass(frozen=True)
class Reference:
    """What a message points to. `type` 0 is a reply, 1 a forward."""

    message: str
    channel: str
    guild: str = ""
    type: int = 0


@dataclass
class Message:
    """A message. `ephemeral_for` is the one person who sees it; `webhook` is set when it came by an interaction.

    `mentions`, `mention_roles` and `mention_everyone` are what it shows, `pinged` the ids of those who are notified
    (users, roles, and `everyone`).
    """

    id: str
    channel: str
    author: str
    content: str = ""
    type: int = 0
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    stickers: list[Json] = field(default_factory=list)
    poll: Json | None = None
    snapshots: list[Json] = field(default_factory=list)
    reference: Reference | None = None
    flags: int = 0
    nonce: str | int | None = None
    webhook: str = ""
    interaction: Json | None = None
    ephemeral_for: str = ""
    mentions: tuple[str, ...] = ()
    mention_roles: tuple[str, ...] = ()
    mention_everyone: bool = False
    pinged: frozenset[str] = frozenset()
    edited: datetime | None = None
    deleted: bool = False

    @property
    def created(self) -> datetime:
        """When it was sent."""
        return made_at(self.id)


@dataclass
class Channel:
    """A channel, a thread in one (`parent_id`), or the DM with somebody (`recipient`). Messages are oldest first.

    `denied` and `allowed` are permissions the bot lacks, or has, here apart from those it has in the server.
    `old_edits` are the seconds at which messages older than an hour were changed.
    """

    id: str
    type: int
    name: str = ""
    guild_id: str = ""
    parent_id: str = ""
    recipient: str = ""
    owner_id: str = ""
    messages: list[Message] = field(default_factory=list)
    members: set[str] = field(default_factory=set)
    archived: bool = False
    locked: bool = False
    archived_at: datetime | None = None
    auto_archive_minutes: int = 1440
    old_edits: list[float] = field(default_factory=list)
    denied: set[Permission] = field(default_factory=set)
    allowed: set[Permission] = field(default_factory=set)

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread."""
        return self.type in (PUBLIC_THREAD, PRIVATE_THREAD)

    def message(self, id: str) -> Message | None:
        """The message with this id."""
        return next((one for one in self.messages if one.id == id), None)


@dataclass(frozen=True)
class Event:
    """Something that happened: a dispatch of the gateway, in the server `guild`, or in somebody's DM (`user`)."""

    kind: str
    data: Json
    guild: str = ""
    user: str = ""


Listener: TypeAlias = Callable[[Event], None]


@dataclass
class World:
    """All of it. `granted` is what the bot may in the server; `whispers` are ephemeral messages, in no channel.

    `commands` are the application's, by server id; "" are the global ones.
    """

    app: Application
    guild: Guild
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    whispers: list[Message] = field(default_factory=list)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    granted: set[Permission] = field(default_factory=lambda: set(BITS) - {"MANAGE_THREADS", "MANAGE_MESSAGES"})
    _listeners: list[Listener] = field(default_factory=list, repr=False)

    def listen(self, listener: Listener) -> None:
        """Call this with everything that happens from now on, in its order."""
        self._listeners.append(listener)

    def publish(self, kind: str, data: Json, *, guild: str = "", user: str = "") -> None:
        """Tell whoever listens. One of `guild` and `user` is given."""
        for listener in self._listeners:
            listener(Event(kind, data, guild, user))

    def user_named(self, name: str) -> User | None:
        """Somebody by handle."""
        return next((one for one in self.users.values() if one.name == name.removeprefix("@")), None)

    def channel_named(self, name: str) -> Channel | None:
        """A channel of the server by name, with or without the `#`."""
        name = name.removeprefix("#")
        return next((one for one in self.channels.values() if one.type == TEXT and one.name == name), None)

    def role_named(self, name: str) -> Role | None:
        """A role by name."""
        return next((one for one in self.guild.roles.values() if one.name == name.removeprefix("@")), None)

    def direct(self, user: str) -> Channel | None:
        """The DM of the bot with somebody, if one was opened."""
        return next((one for one in self.channels.values() if one.type == DIRECT and one.recipient == user), None)
