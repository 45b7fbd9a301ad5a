"""Deliver: one parcel to one place, in as many messages as it takes, each of them once.

Every message carries the effect's id and its own name in its metadata. Before a parcel is sent again, what is there
already is looked up, and only the rest is sent.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from adapters.base import Parcel, Receipt
from adapters.errors import Rejected, SendError
from adapters.seen import as_put, request_of
from adapters.slack.api import Answer, Api, SlackRefused
from adapters.slack.blocks import Json
from adapters.slack.buttons import in_room
from adapters.slack.card import Message, draw
from adapters.slack.files import SHOWN, send_whole, too_many
from adapters.slack.fit import TOO_LONG, headline, smaller
from adapters.slack.install import Installation
from adapters.slack.mark import Seen, look, mark
from adapters.slack.status import show
from adapters.slack.stream import PACE, Pace, Streams
from adapters.slack.wire import moment
from agent_core.events import AgentMessage, Notice, RequestClosed, Vote

_NAMES = uuid.UUID("6f1f2a4e-5d1c-5b0e-9a53-0a5a9f1b7c11")
# What became of the conversation concerns everybody in it.
FOR_ALL = frozenset({"paused", "resumed", "stopped", "finished_after_stop"})


@dataclass(frozen=True)
class Spot:
    """Where to write: a conversation and, unless one begins, its thread."""

    team: str
    channel: str
    thread_ts: str = ""


def spot_of(ref: str) -> Spot:
    """`team/channel/thread_ts`, or `team/user` for a conversation that is to begin. Raises Rejected."""
    team, channel, thread_ts = (*ref.split("/"), "")[:3] if ref.count("/") in (1, 2) else ("", "", "")
    if not team or not channel:
        raise Rejected("this is no address on Slack")
    return Spot(team, channel, thread_ts)


async def deliver(api: Api, home: Installation, parcel: Parcel, pace: Pace = PACE) -> Receipt:
    """Show the event. Raises TryLater, Rejected, OutcomeUnknown."""
    spot, messages = spot_of(parcel.address.ref), draw(parcel)
    delivery = _Delivery(api, home, parcel, pace)
    if isinstance(parcel.event, Notice) and in_room(parcel) and parcel.event.kind not in FOR_ALL:
        return await delivery.aside(spot, messages)
    if isinstance(parcel.event, Vote):
        return await delivery.voted(spot, messages)
    if isinstance(parcel.event, RequestClosed) and parcel.shown and await delivery.redrawn(messages[0]):
        await delivery.below(spot, messages)
        return Receipt(provider_id=parcel.shown)
    if isinstance(parcel.event, RequestClosed) and not parcel.shown and in_room(parcel):
        return Receipt(provider_id="")
    say = delivery.with_file if too_many(parcel, messages) else delivery.post
    receipt = await say(spot, list(enumerate(messages)))
    with contextlib.suppress(SendError):  # The status line is a courtesy; the message is out.
        await show(api, home, spot.channel, spot.thread_ts, parcel.event)
    return receipt


@dataclass(frozen=True)
class _Delivery:
    """One parcel, in one workspace."""

    api: Api
    home: Installation
    parcel: Parcel
    pace: Pace

    async def post(self, spot: Spot, messages: Sequence[tuple[int, Message]]) -> Receipt:
        """The messages by their number in the parcel; those that Slack has already are left as they are."""
        seen, first = Seen(), ""
        if self.parcel.repeat:
            spot = replace(spot, channel=await self._conversation(spot.channel))
            seen = await look(self.api, self.home, self.parcel, spot.channel, spot.thread_ts)
        begins, streams, loose = not spot.thread_ts, self._streams(spot, messages), seen.loose
        for number, message in messages:
            part = str(number)
            ts = seen.parts.get(part, "")
            if streams and not ts:
                written = await streams.put(message, mark(self.parcel, part), loose)
                ts, loose, streams = written.ts, (), streams if written.more else None
            if not ts:
                spot, ts = await self._say(spot, seen, part, message)
            first = first or ts
            spot = replace(spot, thread_ts=spot.thread_ts or first)
        place = f"{spot.team}/{spot.channel}/{first}"
        return Receipt(provider_id=place, conversation=place if begins else "", at=moment(first) if begins else 0)

    async def with_file(self, spot: Spot, messages: Sequence[tuple[int, Message]]) -> Receipt:
        """How it begins as messages, and all of it as a file; as messages after all where Slack takes no file."""
        receipt = await self.post(spot, messages[:SHOWN])
        begun = spot_of(receipt.provider_id)
        below = replace(begun, thread_ts=spot.thread_ts or begun.thread_ts)
        try:
            await send_whole(self.api, self.home, self.parcel, below.channel, below.thread_ts)
        except SlackRefused:
            await self.post(below, messages[SHOWN:])
        return receipt

    async def redrawn(self, message: Message) -> bool:
        """Whether the card could be replaced by how it ended; if not, that is said in a message of its own."""
        try:
            await self._change(message)
            return True
        except SlackRefused as error:
            too_long = error.error in TOO_LONG
        if too_long:  # Then at least its buttons go.
            with contextlib.suppress(SlackRefused):
                await self._change(headline(message))
        return False

    async def voted(self, spot: Spot, messages: Sequence[Message]) -> Receipt:
        """The card with what was decided so far. Where there is none to be redrawn, nobody waits to be told so."""
        if request := request_of(self.parcel) if self.parcel.shown else None:
            with contextlib.suppress(SlackRefused):
                await self._change(messages[0])
                there = draw(as_put(self.parcel, request))
                await self.below(spot, [one for one in messages if one is messages[0] or one not in there])
        return Receipt(provider_id=self.parcel.shown)

    async def below(self, spot: Spot, messages: Sequence[Message]) -> None:
        """What of a card drawn anew does not fit into it, in its thread."""
        if len(messages) > 1:
            card = spot_of(self.parcel.shown)
            thread = spot.thread_ts if spot.channel == card.channel else card.thread_ts
            await self.post(Spot(card.team, card.channel, thread), list(enumerate(messages))[1:])

    async def aside(self, spot: Spot, messages: Sequence[Message]) -> Receipt:
        """To one person only, in a room; as a direct message where they cannot be spoken to aside."""
        user, thread = self.parcel.identity.rpartition("/")[2], _thread(spot) if await self._is_thread(spot) else {}
        where: Json = {"channel": spot.channel, "user": user}
        try:
            for message in messages:
                answer = await self._call("chat.postEphemeral", **where, **thread, **message.arguments())
            return Receipt(provider_id=f"{spot.team}/{spot.channel}/{answer['message_ts']}")
        except SlackRefused:
            receipt = await self.post(Spot(spot.team, user), list(enumerate(messages)))
            return receipt.model_copy(update={"conversation": ""})

    async def _is_thread(self, spot: Spot) -> bool:
        """Whether something is there already: below a message that nobody has answered, what is said aside is lost."""
        if not isinstance(self.parcel.event, Notice) or self.parcel.event.kind != "unknown_request":
            return True  # It is about a request, and the request stands there.
        with contextlib.suppress(SendError):
            page = await self._call("conversations.replies", channel=spot.channel, ts=spot.thread_ts, limit=2)
            return len(page.get("messages", ())) > 1
        return False

    async def _say(self, spot: Spot, seen: Seen, part: str, message: Message) -> tuple[Spot, str]:
        """Post it, in pieces if Slack calls it too long; where it stands, and the ts of the first."""
        if ts := seen.parts.get(part):
            return spot, ts
        try:
            if f"{part}.0" not in seen.parts:
                return await self._posted(spot, part, message)
        except SlackRefused as error:
            if error.error not in TOO_LONG or not smaller(message):
                raise
        said = []
        for number, piece in enumerate(smaller(message)):
            spot, ts = await self._say(spot, seen, f"{part}.{number}", piece)
            spot = replace(spot, thread_ts=spot.thread_ts or ts)
            said.append(ts)
        return spot, said[0]

    async def _posted(self, spot: Spot, part: str, message: Message) -> tuple[Spot, str]:
        answer = await self._call(
            "chat.postMessage",
            channel=spot.channel,
            client_msg_id=str(uuid.uuid5(_NAMES, f"{self.parcel.effect_id}/{part}")),
            metadata=mark(self.parcel, part),
            **_thread(spot),
            **message.arguments(),
        )
        return replace(spot, channel=str(answer["channel"])), str(answer["ts"])

    async def _change(self, message: Message) -> None:
        card = spot_of(self.parcel.shown)
        await self._call("chat.update", channel=card.channel, ts=card.thread_ts, **message.arguments())

    async def _conversation(self, channel: str) -> str:
        """The id of a conversation; of the DM with them, for a person."""
        if channel[:1] not in ("U", "W"):
            return channel
        answer = await self._call("conversations.open", users=channel)
        return str(answer["channel"]["id"])

    def _streams(self, spot: Spot, messages: Sequence[tuple[int, Message]]) -> Streams | None:
        """What a long answer is written with; nothing for any other event."""
        if not isinstance(self.parcel.event, AgentMessage) or len(messages) < 2 or not spot.thread_ts:
            return None
        team, _, user = self.parcel.identity.partition(":")[2].partition("/")
        reader: Json = {"recipient_team_id": team, "recipient_user_id": user} if in_room(self.parcel) else {}
        return Streams(self.api, self.home.bot_token, spot.channel, spot.thread_ts, reader, self.pace)

    async def _call(self, method: str, **arguments: JsonValue) -> Answer:
        return await self.api.call(self.home.bot_token, method, **arguments)


def _thread(spot: Spot) -> Json:
    return {"thread_ts": spot.thread_ts} if spot.thread_ts else {}
