"""The heart of the sandbox: everything that happens to a conversation, and the events it sends to the app."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sandbox.slack.app import App
from sandbox.slack.appearance import message_object
from sandbox.slack.clock import Clock
from sandbox.slack.courier import Courier
from sandbox.slack.fault import Faults
from sandbox.slack.ids import Ids
from sandbox.slack.payload import Here, event_callback
from sandbox.slack.record import Delivery, Record
from sandbox.slack.shapes import Json
from sandbox.slack.sockets import Sockets
from sandbox.slack.surface import View
from sandbox.slack.tickets import Tickets
from sandbox.slack.tokens import Tokens
from sandbox.slack.world import Channel, Installation, Message, World

_SCOPES = {"channel": "channels:history", "group": "groups:history", "im": "im:history", "mpim": "mpim:history"}
_EVENTS = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}
TEXT_SECONDS = 120.0


@dataclass
class Session:
    """What a thread shows of an agent: its session's status, or the older status text (one slot, two ways)."""

    status: str = ""
    title: str = ""
    text: str = ""
    text_since: float = 0.0


@dataclass
class Core:
    """The state of one sandbox. `modals` are stacks, the last on top; `homes` the Home tabs by user."""

    app: App
    clock: Clock
    ids: Ids
    world: World
    tokens: Tokens
    tickets: Tickets
    faults: Faults
    record: Record
    sockets: Sockets
    courier: Courier
    stream_seconds: float
    url: str = ""
    modals: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    sessions: dict[tuple[str, str], Session] = field(default_factory=dict)
    streams: dict[tuple[str, str], float] = field(default_factory=dict)

    def post(self, message: Message) -> Message:
        """Put a message into its conversation, and tell the app."""
        channel = self.world.channels[message.channel]
        channel.messages.append(message)
        if not message.ephemeral_for and not message.streaming:
            self.tell(channel, self.message_event(message))
        return message

    def change(self, message: Message, before: Json) -> None:
        """A message is not what it was."""
        channel = self.world.channels[message.channel]
        if message.ephemeral_for:
            return
        event = self._hidden("message_changed", channel)
        self.tell(channel, event | {"message": self.shown(message), "previous_message": before})

    def remove(self, message: Message) -> None:
        """A message is gone."""
        channel = self.world.channels[message.channel]
        channel.messages.remove(message)
        if message.ephemeral_for:
            return
        event = self._hidden("message_deleted", channel)
        self.tell(channel, event | {"previous_message": self.shown(message), "deleted_ts": message.ts})

    def _hidden(self, subtype: str, channel: Channel) -> Json:
        ts = self.ids.ts()
        kind = {"channel": channel.id, "channel_type": channel.kind}
        return {"type": "message", "subtype": subtype, "hidden": True, "ts": ts, "event_ts": ts} | kind

    def shown(self, message: Message) -> Json:
        """The message as the API shows it."""
        return message_object(message, self.world, self.app)

    def message_event(self, message: Message) -> Json:
        """The `message` event of a new message."""
        channel = self.world.channels[message.channel]
        event = self.shown(message)
        event |= {"channel": channel.id, "event_ts": message.ts, "channel_type": channel.kind}
        author = self.world.users[message.user]
        if channel.shared:
            event |= {"user_team": author.team_id, "source_team": author.team_id}
        return event

    def tell(self, channel: Channel, event: Json) -> asyncio.Task[Delivery] | None:
        """Deliver an event of a conversation, if the bot is in it."""
        if not self.world.bot_in(channel):
            return None
        named = event["type"] == "message"
        needs = _SCOPES[channel.kind] if named else {"app_mention": "app_mentions:read"}.get(event["type"], "")
        name = _EVENTS[channel.kind] if named else event["type"]
        return self.emit(channel.team_id, event, name=name, needs=needs, shared=channel.shared)

    def emit(
        self, team_id: str, event: Json, *, name: str = "", needs: str = "", shared: bool = False
    ) -> asyncio.Task[Delivery] | None:
        """Deliver an event to a workspace's installation: if it is there, subscribed, and has the scope."""
        installation = self.world.installations.get(team_id)
        if installation is None or not installation.installed:
            return None
        if (name or event["type"]) not in self.app.events or (needs and needs not in installation.scopes):
            return None
        return self.courier.send("events_api", team_id, self.envelope(installation, event, shared=shared))

    def envelope(self, installation: Installation, event: Json, *, shared: bool = False) -> Json:
        """The event in an envelope of its own."""
        here = Here(self.app, installation, self.world.teams[installation.team_id])
        return event_callback(here, event, event_id=self.ids.named("Ev"), shared=shared)

    def shown_view(self, view: View) -> Json:
        """The view as the API shows it."""
        installation = self.world.installations[view.team_id]
        shown = view.shown(self.app.id, installation.bot_id)
        if installation.org_wide:
            shown["app_installed_team_id"] = self.world.teams[view.team_id].enterprise
        return shown

    def streams_still(self, message: Message) -> bool:
        """Whether the message still grows; a stream that lasted too long is over."""
        begun = self.streams.get((message.channel, message.ts), 0.0)
        if message.streaming == "in_progress" and self.clock.now() - begun > self.stream_seconds:
            message.streaming = "completed"
        return message.streaming == "in_progress"

    def channel(self, team_id: str, name: object) -> Channel | None:
        """A conversation by id or name, as somebody of this workspace sees it."""
        if not isinstance(name, str):
            return None
        found = self.world.channels.get(name)
        if found is not None and found.team_id == team_id:
            return found
        return self.world.channel_named(name, team_id)

    def direct(self, team_id: str, user: str) -> Channel:
        """The DM of somebody with the bot, opened when needed."""
        bot = self.world.installations[team_id].bot_user
        found = self.world.direct(bot, user)
        if found is None:
            found = Channel(self.ids.named("D"), team_id, "", "im", {bot, user})
            self.world.channels[found.id] = found
        return found
