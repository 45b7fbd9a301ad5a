"""Mark: what a message of ours is known again by, and what of a parcel a conversation shows already.

A part of a parcel carries its mark in the message's metadata: the effect's id and the part's own name. A stream gets
its mark when it ends, so one that was torn off has none; what it says tells whose it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from adapters.base import Parcel
from adapters.slack.api import Answer, Api
from adapters.slack.install import Installation

EVENT_TYPE = "holdpoint_delivery"
_LOOKED_AT = 50
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Loose:
    """A message of ours without any mark: `stream` if Slack says that it was written as one."""

    ts: str
    text: str
    stream: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What is there: the parts of a parcel by name, and what is of ours below the last of them without a mark."""

    parts: Mapping[str, str] = field(default_factory=dict)
    loose: Sequence[Loose] = ()


def mark(parcel: Parcel, part: str) -> JsonValue:
    """The metadata of a part."""
    return {"event_type": EVENT_TYPE, "event_payload": {"effect": parcel.effect_id, "part": part}}


async def look(api: Api, home: Installation, parcel: Parcel, channel: str, thread_ts: str) -> Seen:
    """What Slack has of this parcel. What begins with it goes on in its thread. Raises SendError."""
    top: list[Answer] = []
    if not thread_ts:
        recent = await api.call(
            home.bot_token, "conversations.history", channel=channel, limit=_LOOKED_AT, include_all_metadata=True
        )
        top = list(recent.get("messages", []))
    root = thread_ts or _parts(parcel, top).get("0")
    below = [message async for message in thread(api, home, channel, root)] if root else []
    parts = _parts(parcel, top) | _parts(parcel, below)
    last = max(map(_moment, parts.values()), default=(0, 0))
    loose = (_loose(message) for message in below if _is_loose(home, message))
    return Seen(parts, tuple(one for one in loose if _moment(one.ts) > last))


async def thread(api: Api, home: Installation, channel: str, root: str) -> AsyncIterator[Answer]:
    """The messages of a thread, whole: Slack tells the oldest first."""
    where: dict[str, JsonValue] = {"channel": channel, "ts": root, "limit": _PAGE, "include_all_metadata": True}
    while True:
        page = await api.call(home.bot_token, "conversations.replies", **where)
        for message in page.get("messages", []):
            yield message
        cursor = page.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            return
        where["cursor"] = str(cursor)


def _parts(parcel: Parcel, messages: Sequence[Answer]) -> dict[str, str]:
    found: dict[str, str] = {}
    for message in messages:
        named = message.get("metadata", {})
        payload = named.get("event_payload", {})
        if named.get("event_type") == EVENT_TYPE and payload.get("effect") == parcel.effect_id:
            found[str(payload.get("part"))] = str(message["ts"])
    return found


def _is_loose(home: Installation, message: Answer) -> bool:
    return message.get("bot_id") == home.us.bot_id and not message.get("metadata")


def _loose(message: Answer) -> Loose:
    return Loose(str(message["ts"]), str(message.get("text", "")), "streaming_state" in message)


def _moment(ts: str) -> tuple[int, ...]:
    return tuple(map(int, ts.split(".")))
