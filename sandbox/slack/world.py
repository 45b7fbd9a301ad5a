"""What exists in the sandbox Slack: workspaces, people, conversations, messages and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sandbox.slack.shapes import Blocks, Json

ChannelKind = Literal["channel", "group", "im", "mpim"]
UserKind = Literal["member", "guest", "bot"]
StreamMode = Literal["", "markdown_text", "chunks"]
Streaming = Literal["", "in_progress", "completed", "stopped"]


@dataclass(frozen=True)
class Team:
    """A workspace; `enterprise` is the id of the organisation it belongs to, empty if it is on its own."""

    id: str
    domain: str
    name: str
    enterprise: str = ""


@dataclass(frozen=True)
class User:
    """Somebody. A `guest` is a single-channel guest; who is of another workspace is a stranger in a shared channel."""

    id: str
    team_id: str
    name: str
    real_name: str
    email: str
    kind: UserKind = "member"


@dataclass
class Message:
    """A message. `ephemeral_for` is the one person who sees it; `bot_id` is set when an app wrote it."""

    ts: str
    channel: str
    team: str
    user: str
    text: str
    blocks: Blocks = field(default_factory=list)
    thread_ts: str = ""
    subtype: str = ""
    bot_id: str = ""
    app_id: str = ""
    client_msg_id: str = ""
    metadata: Json = field(default_factory=dict)
    edited: Json = field(default_factory=dict)
    files: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    ephemeral_for: str = ""
    streaming: Streaming = ""
    stream_mode: StreamMode = ""
    state: dict[str, Json] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The ts of the thread it is in, or would open."""
        return self.thread_ts or self.ts

    @property
    def is_reply(self) -> bool:
        """Whether it stands inside a thread."""
        return self.thread_ts not in ("", self.ts)


@dataclass
class Channel:
    """A conversation. `name` is empty in a DM; `messages` are in order of ts, ephemeral ones among them."""

    id: str
    team_id: str
    name: str
    kind: ChannelKind
    members: set[str]
    archived: bool = False
    shared: bool = False
    messages: list[Message] = field(default_factory=list)

    def message(self, ts: str) -> Message | None:
        """The message with this ts."""
        return next((one for one in self.messages if one.ts == ts), None)

    @property
    def payload_name(self) -> str:
        """The name interaction payloads carry."""
        return {"im": "directmessage", "group": "privategroup", "mpim": "privategroup"}.get(self.kind, self.name)


@dataclass
class StoredFile:
    """A file: what was announced, and its bytes once uploaded. `shared` after completeUploadExternal."""

    id: str
    team_id: str
    user: str
    name: str
    length: int
    secret: str
    title: str = ""
    alt_text: str = ""
    content: bytes | None = None
    shared: bool = False
    connect: bool = False


@dataclass
class Installation:
    """The app in a workspace. `scopes` as granted; `installed` is false after an uninstall.

    `org_wide`: its organisation has installed the app. What the app is sent then says so; that one token serves all
    workspaces of the organisation is not played: each has its own here.
    """

    team_id: str
    bot_user: str
    bot_id: str
    scopes: set[str]
    installed: bool = True
    org_wide: bool = False


class World:
    """All of it, by id."""

    def __init__(self) -> None:
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, StoredFile] = {}
        self.installations: dict[str, Installation] = {}

    def user_named(self, name: str, team_id: str) -> User | None:
        """Somebody of a workspace by handle."""
        name = name.removeprefix("@")
        return next((one for one in self.users.values() if one.name == name and one.team_id == team_id), None)

    def channel_named(self, name: str, team_id: str) -> Channel | None:
        """A conversation of a workspace by name, with or without the `#`."""
        name = name.removeprefix("#")
        named = (one for one in self.channels.values() if one.name == name and one.team_id == team_id)
        return next((one for one in named if one.kind != "im"), None)

    def direct(self, user: str, other: str) -> Channel | None:
        """The DM of two people, if one was opened."""
        pair = {user, other}
        return next((one for one in self.channels.values() if one.kind == "im" and one.members == pair), None)

    def bot_in(self, channel: Channel) -> bool:
        """Whether our app's bot is a member."""
        installation = self.installations.get(channel.team_id)
        return installation is not None and installation.bot_user in channel.members
