"""conversations.*: opening DMs, looking at conversations, reading them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

from sandbox.slack.appearance import channel_object, thread_summary
from sandbox.slack.errors import Refusal
from sandbox.slack.methods.call import Call
from sandbox.slack.shapes import Json
from sandbox.slack.world import Channel, Message

_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
_READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}
MOST = 1000
T = TypeVar("T")


async def open_conversation(call: Call) -> Json:
    """conversations.open: the DM with one person. Several people (an mpim) are not played here."""
    if call.text("channel"):
        return {"ok": True, "channel": {"id": call.channel().id}}
    if not call.text("users"):
        raise Refusal("users_list_not_supplied")
    users = call.text("users").split(",")
    if len(users) > 1:
        raise Refusal("too_many_users")
    user = call.core.world.users.get(users[0])
    if user is None or user.kind == "bot":
        raise Refusal("user_not_found" if user is None else "cannot_dm_bot")
    known = call.core.world.direct(call.bot.id, user.id) is not None
    channel = call.core.direct(call.team_id, user.id)
    shown = channel_object(channel, member=True) if call.flag("return_im") else {"id": channel.id}
    return {"ok": True, "no_op": known, "already_open": known, "channel": shown}


async def info(call: Call) -> Json:
    """conversations.info."""
    channel = call.channel()
    call.history_scope(channel, "read")
    return {"ok": True, "channel": _shown(call, channel)}


async def list_conversations(call: Call) -> Json:
    """conversations.list: the kinds asked for, each with its own scope."""
    kinds = [_TYPES.get(one, "") for one in (call.text("types") or "public_channel").split(",")]
    if "" in kinds:
        raise Refusal("invalid_types")
    for kind in kinds:
        call.needs(_READ[kind])
    found = [one for one in call.core.world.channels.values() if one.team_id == call.team_id and one.kind in kinds]
    seen = [one for one in found if one.kind == "channel" or call.bot.id in one.members]
    page, cursor = _page(call, seen, 100)
    shown = [_shown(call, one) for one in page]
    return {"ok": True, "channels": shown, "response_metadata": {"next_cursor": cursor}}


async def history(call: Call) -> Json:
    """conversations.history: the latest first, without replies."""
    channel = _readable(call)
    top = [one for one in _kept(channel) if not one.is_reply or one.subtype == "thread_broadcast"]
    messages = [one for one in reversed(top) if _between(call, one)]
    page, cursor = _page(call, messages, 100)
    shown = [_message(call, one) | thread_summary(one, channel) for one in page]
    return {
        "ok": True,
        "messages": shown,
        "has_more": bool(cursor),
        "pin_count": 0,
        "response_metadata": {"next_cursor": cursor},
    }


async def replies(call: Call) -> Json:
    """conversations.replies: a thread, its first message first."""
    call.require("ts")
    channel = _readable(call)
    root = channel.message(call.text("ts"))
    if root is None or root.ephemeral_for:
        raise Refusal("thread_not_found")
    thread = [one for one in _kept(channel) if one.root == root.root]
    messages = [one for one in thread if one.ts == root.root or _between(call, one)]
    page, cursor = _page(call, messages, MOST)
    shown = [_message(call, one) | thread_summary(one, channel) for one in page]
    return {"ok": True, "messages": shown, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.history_scope(channel)
    if call.bot.id not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _kept(channel: Channel) -> list[Message]:
    return [one for one in channel.messages if not one.ephemeral_for]


def _between(call: Call, message: Message) -> bool:
    ts, inclusive = float(message.ts), call.flag("inclusive")
    oldest, latest = _moment(call, "oldest", 0.0), _moment(call, "latest", math.inf)
    return oldest < ts < latest or (inclusive and ts in (oldest, latest))


def _moment(call: Call, name: str, default: float) -> float:
    try:
        return float(call.text(name) or default)
    except ValueError:
        raise Refusal(f"invalid_ts_{name}") from None


def _message(call: Call, message: Message) -> Json:
    shown = call.core.shown(message)
    if call.flag("include_all_metadata") and message.metadata:
        shown["metadata"] = message.metadata
    return shown


def _shown(call: Call, channel: Channel) -> Json:
    shown = channel_object(channel, member=call.bot.id in channel.members)
    if channel.kind == "im":
        shown["user"] = next(one for one in channel.members if one != call.bot.id)
    return shown


def _page(call: Call, items: Sequence[T], default: int) -> tuple[Sequence[T], str]:
    """A page of them, and the cursor of the next; a cursor says from where on."""
    if not (call.text("cursor") or "0").isdecimal():
        raise Refusal("invalid_cursor")
    start = call.number("cursor", 0)
    limit = min(max(call.number("limit", default), 1), MOST)
    end = start + limit
    return items[start:end], str(end) if end < len(items) else ""
