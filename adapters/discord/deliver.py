"""Deliver: one parcel to one place, in as many messages as it takes, each of them once.

Every message has a nonce made of the effect and its part, so that Discord takes it once within minutes. After that,
what is there already is looked up (see look.py), and only the rest is sent. What is said to one person in a room is
said unseen by others as long as an interaction of theirs can be answered: such an answer has no nonce and cannot be
looked up, so in doubt it is said twice.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from adapters.base import Parcel, Receipt
from adapters.discord import thread
from adapters.discord.account import Sealing
from adapters.discord.api import Api, Refused
from adapters.discord.card import Message, draw, in_words
from adapters.discord.components import Json, in_room
from adapters.discord.look import Claims, look
from adapters.discord.meaning import Us
from adapters.discord.where import CHANNEL, DIRECT, Where, moment, where_of
from adapters.errors import Rejected, Unreachable
from adapters.heard import Address
from adapters.meter import Meter
from adapters.seen import as_put, request_of
from agent_core.events import AgentMessage, Notice, RequestClosed, Vote

# What became of the conversation concerns everybody in it.
FOR_ALL = frozenset({"paused", "resumed", "stopped", "finished_after_stop"})
_NONCE = 25
_UNSEEN = 1 << 6
# They take no direct messages from us, or share no server with us any more.
_CLOSED_TO_US = {50007, 50278}
_GONE = (403, 404)
# The message is gone, or is not ours to change: the channel is there.
_OF_A_MESSAGE = {10008, 50005}
_REPLY = re.compile(r"(?P<application>\d{1,20})/(?P<token>[^/\s]+)/(?P<ends>\d{1,12})")
# No file may be sent there, or none so large.
_NO_FILE = {50013, 40005}


async def deliver(
    api: Api, us: Us, parcel: Parcel, meter: Meter, sealing: Sealing, clock: Callable[[], float]
) -> Receipt:
    """Show the event; `clock` gives seconds since the epoch. Raises TryLater, Rejected, OutcomeUnknown, StoreError."""
    where, messages = where_of(parcel.address), draw(parcel)
    delivery = _Delivery(api, us, parcel, Claims(meter, parcel))
    event = parcel.event
    if isinstance(event, Notice) and event.kind not in FOR_ALL and (in_room(parcel) or where.reply):
        return await delivery.aside(where, messages, _reply(where, sealing, clock()))
    if isinstance(event, Vote):
        return await delivery.voted(messages)
    if isinstance(event, RequestClosed) and parcel.shown:
        return await delivery.redrawn(messages)
    if isinstance(event, RequestClosed) and in_room(parcel):
        return Receipt(provider_id="")
    return await delivery.post(where.here, messages)


@dataclass(frozen=True)
class _Spot:
    """Where to write: a channel, the message that is answered, if any, and whether a conversation begins there."""

    channel: str
    answers: str = ""
    begins: bool = True


@dataclass(frozen=True)
class _Delivery:
    """One parcel."""

    api: Api
    us: Us
    parcel: Parcel
    claims: Claims

    async def post(self, where: Where, messages: Sequence[Message]) -> Receipt:
        """To a person, into a channel, or into a thread, which is begun if it is not there; else as an answer."""
        try:
            if where.user:
                return await self._say(_Spot(await self.api.direct(where.user)), messages)
            if where.thread:
                return await self._in_thread(where, messages)
            return await self._say(_Spot(where.channel), messages)
        except Refused as error:
            raise _meant(error) from error

    async def redrawn(self, messages: Sequence[Message]) -> Receipt:
        """The card as how it ended; where it can be changed no more, that is said in answer to it."""
        channel, _, message = self.parcel.shown.partition("/")
        card, changed = _Spot(channel, answers=message, begins=False), True
        try:
            await self._change(channel, message, messages[0])
        except Refused as error:
            if isinstance(meant := _meant(error), Unreachable):
                raise meant from error
            changed = False
        try:
            await self._say(card, messages, first=int(changed))
        except Refused as error:
            raise _meant(error) from error
        return Receipt(provider_id=self.parcel.shown)

    async def voted(self, messages: Sequence[Message]) -> Receipt:
        """The card with what was decided so far. Where there is none to be redrawn, nobody waits to be told so."""
        if request := request_of(self.parcel) if self.parcel.shown else None:
            channel, _, message = self.parcel.shown.partition("/")
            with contextlib.suppress(Refused):
                await self._change(channel, message, messages[0])
                there = draw(as_put(self.parcel, request))
                new = [one for one in messages if one is messages[0] or one not in there]
                await self._say(_Spot(channel, answers=message, begins=False), new, first=1)
        return Receipt(provider_id=self.parcel.shown)

    async def aside(self, where: Where, messages: Sequence[Message], reply: tuple[str, str] | None) -> Receipt:
        """To one person only: unseen by others, else as a direct message, else where they wrote."""
        if reply:
            with contextlib.suppress(Refused):
                return await self._whisper(reply, messages)
        person = where_of(Address(channel=CHANNEL, ref=f"{DIRECT}/{self.parcel.identity.rpartition(':')[2]}"))
        try:
            return await self.post(person, messages)
        except Unreachable:
            if where.user:
                raise
            return await self.post(where.here, messages)

    # --- where it is said

    async def _in_thread(self, where: Where, messages: Sequence[Message]) -> Receipt:
        spot = _Spot(where.thread, begins=False)
        try:
            return await self._say(spot, messages)
        except Refused as error:
            if error.code != thread.UNKNOWN_CHANNEL:
                raise
        if await thread.begin(self.api, where, self.parcel):
            try:
                return await self._say(spot, messages)
            except Refused as error:
                if error.code != thread.UNKNOWN_CHANNEL:
                    raise
        return await self._say(_Spot(where.channel, answers=where.thread), messages)

    async def _say(self, spot: _Spot, messages: Sequence[Message], first: int = 0) -> Receipt:
        """The messages from the one with this number on; those that are there already are left as they are."""
        there: Mapping[int, str] = {}
        if self.parcel.repeat and messages[first:]:
            there = await look(self.api, self.us, self.claims, spot.channel, messages)
        said = [there.get(part) or await self._part(spot, messages, part) for part in range(first, len(messages))]
        if not said:
            return Receipt(provider_id="")
        place = f"{spot.channel}/{said[0]}"
        if not spot.begins:
            return Receipt(provider_id=place)
        return Receipt(provider_id=place, conversation=said[0], at=moment(said[0]), place=spot.channel)

    async def _part(self, spot: _Spot, messages: Sequence[Message], part: int) -> str:
        """One message; its id. The answer to somebody is the first."""
        message, answers = messages[part], replace(spot, answers=spot.answers if part == 0 else "")
        try:
            return await self._sent(answers, message, part)
        except Refused as error:
            if not message.file or error.code not in _NO_FILE or not isinstance(self.parcel.event, AgentMessage):
                raise
        said = await self._say(answers, in_words(self.parcel.event), first=part)
        return said.provider_id.partition("/")[2]

    async def _sent(self, spot: _Spot, message: Message, part: int) -> str:
        try:
            sent = await self._create(spot, message, part)
        except Refused as error:
            if error.code != thread.ARCHIVED:
                raise
            await thread.wake(self.api, spot.channel)
            sent = await self._create(spot, message, part)
        await self.claims.take(sent, part)
        return sent

    # --- calls

    async def _create(self, spot: _Spot, message: Message, part: int) -> str:
        body: Json = {**message.arguments(), "nonce": nonce(self.parcel.effect_id, part), "enforce_nonce": True}
        if spot.answers:
            body["message_reference"] = {"message_id": spot.answers, "fail_if_not_exists": False}
        sent = await self.api.call(
            "POST",
            "/channels/{channel_id}/messages",
            channel_id=spot.channel,
            json=body,
            files=(message.file,) if message.file else (),
        )
        return str(sent["id"])

    async def _change(self, channel: str, message: str, card: Message) -> None:
        path, body = "/channels/{channel_id}/messages/{message_id}", card.arguments()
        try:
            await self.api.call("PATCH", path, channel_id=channel, message_id=message, json=body)
        except Refused as error:
            if error.code != thread.ARCHIVED:
                raise
            await thread.wake(self.api, channel)
            await self.api.call("PATCH", path, channel_id=channel, message_id=message, json=body)

    async def _whisper(self, reply: tuple[str, str], messages: Sequence[Message]) -> Receipt:
        application, token = reply
        for message in messages:
            arguments: dict[str, JsonValue] = message.arguments()
            sent = await self.api.call(
                "POST",
                "/webhooks/{webhook_id}/{webhook_token}",
                webhook_id=application,
                webhook_token=token,
                params={"wait": "true"},
                json={**arguments, "flags": _UNSEEN},
            )
        return Receipt(provider_id=f"{sent['channel_id']}/{sent['id']}")


def nonce(effect: str, part: int) -> str:
    """What Discord knows one message of an effect by, whoever sends it and whenever."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{effect}/{part}".encode()).digest()).decode()[:_NONCE]


def _reply(where: Where, sealing: Sealing, now: float) -> tuple[str, str] | None:
    """The application and the token by which an interaction is answered, while it can be."""
    found = _REPLY.fullmatch(sealing.open(where.reply) or "") if where.reply else None
    return (found["application"], found["token"]) if found and now < int(found["ends"]) else None


def _meant(error: Refused) -> Rejected:
    """What a refusal says of where it was to go. Who was refused so is not asked again."""
    gone = error.status in _GONE and error.code not in _OF_A_MESSAGE
    return Unreachable(str(error)) if gone or error.code in _CLOSED_TO_US else error
