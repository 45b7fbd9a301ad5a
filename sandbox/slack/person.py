"""A person in front of Slack: what they can do, and what they see.

What is typed goes to the app as events; clicks, modals and slash commands wait for the app's answer, three seconds.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass

from sandbox.slack.appearance import file_object
from sandbox.slack.core import Core
from sandbox.slack.errors import CannotDo
from sandbox.slack.ids import secret
from sandbox.slack.record import Delivery
from sandbox.slack.shapes import Json
from sandbox.slack.surface import View
from sandbox.slack.typed import mentions, rich_text, typed
from sandbox.slack.world import Channel, Message, StoredFile, User

Where = Channel | str


@dataclass(frozen=True)
class Person:
    """Somebody. A conversation is named by `#name` or id, or is the DM with the bot when left out."""

    core: Core
    user: User

    @property
    def id(self) -> str:
        """The user id."""
        return self.user.id

    @property
    def modals(self) -> list[View]:
        """The modals open on this person's screen, the last one on top."""
        return self.core.modals.get(self.id, [])

    @property
    def modal(self) -> View | None:
        """The modal on top."""
        return self.modals[-1] if self.modals else None

    @property
    def home(self) -> View | None:
        """The Home tab of the app."""
        return self.core.homes.get(self.id)

    def say(self, where: Where | None, text: str, *, thread: str = "", broadcast: bool = False) -> Message:
        """Type a message, `@handle` for mentions; `thread` is the ts of the message to answer."""
        channel = self.channel(where)
        message = self._new(channel, text, thread)
        if broadcast:
            message.subtype = "thread_broadcast"
        return self._post(channel, message)

    def upload(self, where: Where | None, name: str, content: bytes, *, text: str = "", thread: str = "") -> Message:
        """Share a file, with or without words."""
        channel = self.channel(where)
        file = StoredFile(self.core.ids.named("F"), self.user.team_id, self.id, name, len(content), secret(32))
        file.content, file.shared, file.connect = content, True, self.user.team_id != channel.team_id
        self.core.world.files[file.id] = file
        message = self._new(channel, text, thread)
        message.subtype, message.files = "file_share", [file_object(file, self.core.url)]
        return self._post(channel, message)

    def edit(self, message: Message, text: str) -> None:
        """Change a message of one's own."""
        self._own(message)
        before = self.core.shown(message)
        channel = self.core.world.channels[message.channel]
        message.text = self._typed(channel, text)
        message.blocks = rich_text(message.text)
        message.edited = {"user": self.id, "ts": self.core.ids.ts()}
        self.core.change(message, before)

    def delete(self, message: Message) -> None:
        """Delete a message of one's own."""
        self._own(message)
        self.core.remove(message)

    def open_home(self) -> None:
        """Open the app's Home tab."""
        self._opened("home")

    def open_messages(self) -> None:
        """Open the app's Messages tab."""
        self._opened("messages")

    def look_at(self, where: Where) -> None:
        """Look at a conversation while the app is open beside it: app_context_changed."""
        seen, direct = self.channel(where), self.core.direct(self._team(), self.id)
        entity = {"type": "slack#/types/channel_id", "value": seen.id, "team_id": seen.team_id}
        event: Json = {"type": "app_context_changed", "user": self.id, "channel": direct.id}
        self.core.tell(direct, event | {"context": {"entities": [entity]}, "event_ts": self.core.ids.ts()})

    async def stop(self, message: Message) -> Delivery | None:
        """Press the stop button of the agent working in this message's thread."""
        session = self.core.sessions.get((message.channel, message.root))
        if session is None or session.status != "processing":
            raise CannotDo("no agent is at work in this thread")
        channel = self.core.world.channels[message.channel]
        growing = [one for one in channel.messages if one.root == message.root and self.core.streams_still(one)]
        for one in growing:
            one.streaming = "stopped"
        event = {
            "type": "agent_session_stopped",
            "channel": channel.id,
            "thread_ts": message.root,
            "user": self.id,
            "streaming_message_ts": [one.ts for one in growing],
            "event_ts": self.core.ids.ts(),
        }
        told = self.core.tell(channel, event)
        return None if told is None else await told

    def messages(self, where: Where | None) -> list[Message]:
        """What this person sees of a conversation: no one else's ephemeral messages."""
        return [one for one in self.channel(where).messages if one.ephemeral_for in ("", self.id)]

    def channel(self, where: Where | None) -> Channel:
        """A conversation this person can see."""
        if isinstance(where, Channel):
            return self._member(where)
        if where is None:
            return self.core.direct(self._team(), self.id)
        found = self.core.world.channels.get(where) or self.core.world.channel_named(where, self.user.team_id)
        shared = (self.core.world.channel_named(where, one) for one in self.core.world.teams)
        found = found or next((one for one in shared if one is not None and self.id in one.members), None)
        if found is None:
            raise CannotDo(f"{self.user.name} sees no conversation {where!r}")
        return self._member(found)

    def _member(self, channel: Channel) -> Channel:
        if self.id not in channel.members:
            raise CannotDo(f"{self.user.name} is not in {channel.name or channel.id}")
        return channel

    def _team(self) -> str:
        """The workspace whose bot this person talks to."""
        if self.user.team_id in self.core.world.installations:
            return self.user.team_id
        raise CannotDo(f"the app is not installed where {self.user.name} is")

    def _typed(self, channel: Channel, text: str) -> str:
        def user_id(handle: str) -> str:
            for team in (channel.team_id, self.user.team_id):
                if (found := self.core.world.user_named(handle, team)) is not None:
                    return found.id
            return ""

        return typed(text, user_id)

    def _new(self, channel: Channel, text: str, thread: str) -> Message:
        words = self._typed(channel, text)
        message = Message(self.core.ids.ts(), channel.id, self.user.team_id, self.id, words)
        message.blocks = rich_text(words) if words else []
        message.thread_ts, message.client_msg_id = thread, str(uuid.uuid4())
        root = channel.message(thread) if thread else None
        if thread and root is None:
            raise CannotDo(f"there is no message {thread} to answer")
        if root is not None:
            message.thread_ts = root.root
        return message

    def _post(self, channel: Channel, message: Message) -> Message:
        self.core.post(message)
        twice = self.core.faults.take(("double_message",))
        if twice is not None:
            again = self.core.message_event(message)
            again["ts"] = again["event_ts"] = self.core.ids.ts()
            self.core.tell(channel, again)
        bot = self.core.world.installations.get(channel.team_id)
        if channel.kind != "im" and bot is not None and mentions(message.text, bot.bot_user):
            self.core.tell(channel, self._mention(message))
        return message

    def _mention(self, message: Message) -> Json:
        """app_mention: the same ts and client_msg_id as the `message` beside it."""
        event = self.core.message_event(message) | {"type": "app_mention"}
        return {name: value for name, value in event.items() if name not in ("channel_type", "subtype")}

    def _own(self, message: Message) -> None:
        if message.user != self.id:
            raise CannotDo(f"this message is not {self.user.name}'s")

    def _opened(self, tab: str) -> asyncio.Task[Delivery] | None:
        channel = self.core.direct(self._team(), self.id)
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": channel.id, "tab": tab}
        event["event_ts"] = self.core.ids.ts()
        if tab == "home" and self.home is not None:
            event["view"] = self.core.shown_view(self.home)
        return self.core.tell(channel, event)
