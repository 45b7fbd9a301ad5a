"""Deliver: one parcel to one place, in as many messages as it takes, each of them once.

Every message carries the effect's id and its own number in its metadata. Before a parcel is sent again, what is there
already is looked up, and only the rest is sent.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from adapters.base import Parcel, Receipt
from adapters.errors import Rejected, SendError
from adapters.slack.api import Answer, Api, SlackRefused
from adapters.slack.buttons import in_room
from adapters.slack.card import Message, draw
from adapters.slack.install import Installation
from adapters.slack.status import show
from agent_core.events import Notice, RequestClosed

EVENT_TYPE = "holdpoint_delivery"
_NAMES = uuid.UUID("6f1f2a4e-5d1c-5b0e-9a53-0a5a9f1b7c11")
_LOOKED_AT = 50
_PAGE = 200


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


async def deliver(api: Api, home: Installation, parcel: Parcel) -> Receipt:
    """Show the event. Raises TryLater, Rejected, OutcomeUnknown."""
    spot, messages = spot_of(parcel.address.ref), draw(parcel)
    if isinstance(parcel.event, Notice) and in_room(parcel):
        return await _aside(api, home, parcel, spot, messages)
    if isinstance(parcel.event, RequestClosed) and parcel.shown and await _redrawn(api, home, parcel, messages[0]):
        await _below(api, home, parcel, spot, messages)
        return Receipt(provider_id=parcel.shown)
    if isinstance(parcel.event, RequestClosed) and not parcel.shown and in_room(parcel):
        return Receipt(provider_id="")
    receipt = await _post(api, home, parcel, spot, enumerate(messages))
    with contextlib.suppress(SendError):  # The status line is a courtesy; the message is out.
        await show(api, home, spot.channel, spot.thread_ts, parcel.event)
    return receipt


async def _post(
    api: Api, home: Installation, parcel: Parcel, spot: Spot, messages: Iterable[tuple[int, Message]]
) -> Receipt:
    """The messages by their number in the parcel; those that Slack has already are left as they are."""
    first, channel, thread, there = "", spot.channel, spot.thread_ts, dict[int, str]()
    if parcel.repeat:
        channel = await _conversation(api, home, spot.channel)
        there = await _there(api, home, parcel, channel, thread)
    for number, message in messages:
        ts = there.get(number)
        if ts is None:
            answer = await api.call(
                home.bot_token,
                "chat.postMessage",
                channel=channel,
                **({"thread_ts": thread} if thread else {}),
                client_msg_id=str(uuid.uuid5(_NAMES, f"{parcel.effect_id}/{number}")),
                metadata=_mark(parcel, number),
                **message.arguments(),
            )
            channel, ts = str(answer["channel"]), str(answer["ts"])
        first = first or ts
        thread = thread or first
    begun = not spot.thread_ts
    place = f"{spot.team}/{channel}/{first}"
    return Receipt(provider_id=place, conversation=place if begun else "")


def _mark(parcel: Parcel, number: int) -> JsonValue:
    return {"event_type": EVENT_TYPE, "event_payload": {"effect": parcel.effect_id, "part": number}}


async def _there(api: Api, home: Installation, parcel: Parcel, channel: str, thread: str) -> dict[int, str]:
    """The messages of this very parcel that Slack has already, by their number. What begins goes on in its thread."""
    found: dict[int, str] = {}
    if not thread:
        recent = await api.call(
            home.bot_token, "conversations.history", channel=channel, limit=_LOOKED_AT, include_all_metadata=True
        )
        found = _marked(parcel, recent)
    return found | (await _below_it(api, home, parcel, channel, root) if (root := thread or found.get(0)) else {})


async def _below_it(api: Api, home: Installation, parcel: Parcel, channel: str, root: str) -> dict[int, str]:
    """Those in a thread, whole: Slack tells the oldest first."""
    found: dict[int, str] = {}
    where: dict[str, JsonValue] = {"channel": channel, "ts": root, "limit": _PAGE, "include_all_metadata": True}
    while True:
        page = await api.call(home.bot_token, "conversations.replies", **where)
        found |= _marked(parcel, page)
        cursor = page.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            return found
        where["cursor"] = str(cursor)


def _marked(parcel: Parcel, page: Answer) -> dict[int, str]:
    found: dict[int, str] = {}
    for message in page.get("messages", []):
        mark = message.get("metadata", {})
        payload = mark.get("event_payload", {})
        if mark.get("event_type") == EVENT_TYPE and payload.get("effect") == parcel.effect_id:
            found[int(payload.get("part", 0))] = str(message["ts"])
    return found


async def _conversation(api: Api, home: Installation, channel: str) -> str:
    """The id of a conversation; of the DM with them, for a person."""
    if channel[:1] not in ("U", "W"):
        return channel
    answer = await api.call(home.bot_token, "conversations.open", users=channel)
    return str(answer["channel"]["id"])


async def _redrawn(api: Api, home: Installation, parcel: Parcel, message: Message) -> bool:
    """Whether the card could be replaced by how it ended; if not, that is said in a message of its own."""
    card = spot_of(parcel.shown)
    with contextlib.suppress(SlackRefused):
        await api.call(home.bot_token, "chat.update", channel=card.channel, ts=card.thread_ts, **message.arguments())
        return True
    return False


async def _below(api: Api, home: Installation, parcel: Parcel, spot: Spot, messages: Sequence[Message]) -> None:
    """What of a card drawn anew does not fit into it, in its thread."""
    if len(messages) > 1:
        card = spot_of(parcel.shown)
        thread = spot.thread_ts if spot.channel == card.channel else card.thread_ts
        await _post(api, home, parcel, Spot(card.team, card.channel, thread), list(enumerate(messages))[1:])


async def _aside(api: Api, home: Installation, parcel: Parcel, spot: Spot, messages: Sequence[Message]) -> Receipt:
    """To one person only, in a room; as a direct message where they cannot be spoken to aside."""
    user = parcel.identity.rpartition("/")[2]
    try:
        for message in messages:
            answer = await api.call(
                home.bot_token,
                "chat.postEphemeral",
                channel=spot.channel,
                user=user,
                **({"thread_ts": spot.thread_ts} if spot.thread_ts else {}),
                **message.arguments(),
            )
        return Receipt(provider_id=f"{spot.team}/{spot.channel}/{answer['message_ts']}")
    except SlackRefused:
        receipt = await _post(api, home, parcel, Spot(spot.team, user), enumerate(messages))
        return receipt.model_copy(update={"conversation": ""})
