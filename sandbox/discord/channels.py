"""Routes of channels and threads: read, opened at a message, archived, locked, joined.

https://docs.discord.com/developers/resources/channel, https://docs.discord.com/developers/topics/threads
"""

from __future__ import annotations

from typing import Any

from sandbox.discord.appearance import channel_object, thread_member_object
from sandbox.discord.core import Core
from sandbox.discord.errors import Refusal
from sandbox.discord.limits import choices, refuse, table, text
from sandbox.discord.messages import channel_of, message_of
from sandbox.discord.permissions import held, need
from sandbox.discord.routes import Answer, Asked, Route
from sandbox.discord.shapes import Json
from sandbox.discord.world import TEXT, Channel

MINUTES = (60, 1440, 4320, 10080)


def read(asked: Asked) -> Answer:
    """A channel or thread."""
    channel = channel_of(asked)
    need(asked.core.world, channel)
    return Answer(_shown(asked.core, channel))


def begin(asked: Asked) -> Answer:
    """Begin a thread at a message."""
    core, channel = asked.core, channel_of(asked)
    need(core.world, channel)
    if channel.type != TEXT:
        raise Refusal(50024)
    need(core.world, channel, "CREATE_PUBLIC_THREADS")
    message, body = message_of(asked, channel), table(asked.body)
    refuse([*text("name", body.get("name"), 100, 1), *_minutes(body)])
    if message.id in core.world.channels:
        raise Refusal(160004)
    thread = core.begin_thread(message, body["name"], core.world.app.bot, body.get("auto_archive_duration") or 1440)
    return Answer(_shown(core, thread), 201)


def change(asked: Asked) -> Answer:
    """Change a thread: archive it or open it again, lock it, give it another name."""
    core, thread, body = asked.core, channel_of(asked), table(asked.body)
    need(core.world, thread)
    if not thread.is_thread:
        raise Refusal(50013 if thread.guild_id else 50024)
    refuse([*(text("name", body["name"], 100, 1) if "name" in body else ()), *_minutes(body)])
    _may_change(core, thread, body)
    thread.name = body.get("name") or thread.name
    thread.auto_archive_minutes = body.get("auto_archive_duration") or thread.auto_archive_minutes
    core.update_thread(thread, archived=body.get("archived"), locked=body.get("locked"))
    return Answer(_shown(core, thread))


def _may_change(core: Core, thread: Channel, body: Json) -> None:
    """A thread's own people may open it again unless it is locked, who began it may change it, moderators may all."""
    if "MANAGE_THREADS" in held(core.world, thread):
        return
    opens = body.get("archived") is False
    if thread.locked or "locked" in body:
        raise Refusal(50013)
    if thread.archived and not opens:
        raise Refusal(50083)
    bot = core.world.app.bot
    mine = bot in thread.members if set(body) == {"archived"} and opens else bot == thread.owner_id
    if not mine:
        raise Refusal(50013)


def join(asked: Asked) -> Answer:
    """Join a thread."""
    core, thread = asked.core, channel_of(asked)
    need(core.world, thread)
    if not thread.is_thread:
        raise Refusal(50024)
    if thread.archived:
        raise Refusal(50083)
    core.enter(thread, core.world.app.bot)
    return Answer()


def _minutes(body: Json) -> list[Any]:
    given = body.get("auto_archive_duration")
    return [] if given is None or given in MINUTES else [choices("auto_archive_duration", MINUTES)]


def _shown(core: Core, channel: Channel) -> Json:
    shown, bot = channel_object(channel, core.world), core.world.app.bot
    return shown | {"member": thread_member_object(channel, bot)} if bot in channel.members else shown


ROUTES = (
    Route("GET", "/channels/{channel_id}", read),
    Route("PATCH", "/channels/{channel_id}", change),
    Route("POST", "/channels/{channel_id}/messages/{message_id}/threads", begin),
    Route("PUT", "/channels/{channel_id}/thread-members/@me", join),
)
