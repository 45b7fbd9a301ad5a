"""Routes of messages: sent, changed, deleted, read; and the typing indicator.

https://docs.discord.com/developers/resources/message
"""

from __future__ import annotations

from datetime import timedelta

from sandbox.discord.core import Core
from sandbox.discord.errors import Exhausted, Refusal
from sandbox.discord.events import readable
from sandbox.discord.limits import refuse, table
from sandbox.discord.permissions import held, need
from sandbox.discord.posting import allowed, compose, revise
from sandbox.discord.ratelimit import Rate
from sandbox.discord.routes import Answer, Asked, Route
from sandbox.discord.shapes import Json
from sandbox.discord.world import DIRECT, SUPPRESS_EMBEDS, Channel, Message, Permission

PAGE = 100
OLD = timedelta(hours=1)
# How often a channel's old messages may be changed: Discord does not say; this is what people have met.
OLD_EDITS = Rate(3, 20.0)


def create(asked: Asked) -> Answer:
    """Send a message; one with the nonce of another, if that is asked for, is the other."""
    core, channel = asked.core, channel_of(asked)
    _may_write(core, channel, asked)
    message = compose(core, channel.id, asked.body, asked.files)
    if table(asked.body).get("enforce_nonce") and (before := core.nonces.find(message.author, message.nonce)):
        if before.deleted:
            raise Refusal(10008)
        return Answer(_shown(core, before))
    _unarchive(core, channel)
    core.post(message, allowed(asked.body))
    core.nonces.keep(message)
    return Answer(_shown(core, message))


def change(asked: Asked) -> Answer:
    """Change a message of the bot's."""
    core, channel = asked.core, channel_of(asked)
    need(core.world, channel)
    message = message_of(asked, channel)
    if message.author != core.world.app.bot:
        return _suppress(asked, channel, message)
    _may_change(channel)
    if core.clock.now() - message.created > OLD:
        _count_old_edit(core, channel)
    revise(core, message, asked.body, asked.files)
    return Answer(core.shown.object(message))


def delete(asked: Asked) -> Answer:
    """Delete a message: the bot's own, or with MANAGE_MESSAGES another's."""
    core, channel = asked.core, channel_of(asked)
    message = message_of(asked, channel)
    if message.author != core.world.app.bot:
        if channel.type == DIRECT:
            raise Refusal(50003)
        need(core.world, channel, "MANAGE_MESSAGES")
    need(core.world, channel)
    core.remove(message)
    return Answer()


def read_one(asked: Asked) -> Answer:
    """One message."""
    channel = channel_of(asked)
    need(asked.core.world, channel, "READ_MESSAGE_HISTORY")
    return Answer(_readable(asked.core, channel, message_of(asked, channel)))


def read(asked: Asked) -> Answer:
    """Messages of a channel, the newest first: the last ones, or those next to the one that is named."""
    core, channel = asked.core, channel_of(asked)
    need(core.world, channel)
    limit = _limit(asked)
    if "READ_MESSAGE_HISTORY" not in held(core.world, channel):
        return Answer([])
    chosen = _chosen(channel, asked, limit)
    return Answer([_readable(core, channel, one) for one in reversed(chosen)])


def typing(asked: Asked) -> Answer:
    """Say that the bot is typing."""
    core, channel = asked.core, channel_of(asked)
    may_say(core, channel)
    told: Json = {"channel_id": channel.id, "user_id": core.world.app.bot, "timestamp": int(core.clock.seconds())}
    core.tell(channel, "TYPING_START", told | ({"guild_id": channel.guild_id} if channel.guild_id else {}))
    return Answer()


def channel_of(asked: Asked) -> Channel:
    """The channel of the path. Raises 10003."""
    found = asked.core.world.channels.get(asked.parts["channel_id"])
    if found is None:
        raise Refusal(10003)
    return found


def message_of(asked: Asked, channel: Channel) -> Message:
    """The message of the path. Raises 10008."""
    found = channel.message(asked.parts["message_id"])
    if found is None:
        raise Refusal(10008)
    return found


def may_say(core: Core, channel: Channel) -> None:
    """Whether the bot may write here. Raises 50001, 50013, 50007, 50278, and 50083 or 160005 in a locked thread."""
    world = core.world
    if channel.type == DIRECT:
        _reachable(core, channel)
        return
    need(world, channel, "SEND_MESSAGES_IN_THREADS" if channel.is_thread else "SEND_MESSAGES")
    if channel.locked and "MANAGE_THREADS" not in held(world, channel):
        raise Refusal(50083 if channel.archived else 160005)


def _reachable(core: Core, channel: Channel) -> None:
    members = core.world.guild.members
    if channel.recipient not in members or core.world.app.bot not in members:
        raise Refusal(50278)
    if core.world.users[channel.recipient].refuses_dms:
        raise Refusal(50007)


def _may_write(core: Core, channel: Channel, asked: Asked) -> None:
    may_say(core, channel)
    needed: list[Permission] = ["ATTACH_FILES"] if asked.files else []
    needed += ["EMBED_LINKS"] if table(asked.body).get("embeds") else []
    needed += ["READ_MESSAGE_HISTORY"] if table(asked.body).get("message_reference") else []
    need(core.world, channel, *needed)


def _unarchive(core: Core, channel: Channel) -> None:
    """Whoever writes in an archived thread opens it again, and is in it."""
    if channel.is_thread and channel.archived:
        core.update_thread(channel, archived=False)


def _shown(core: Core, message: Message) -> Json:
    """As who sent it gets it: with the nonce, which no one is told later."""
    return core.shown.object(message) | ({"nonce": message.nonce} if message.nonce is not None else {})


def _readable(core: Core, channel: Channel, message: Message) -> Json:
    """As an app may read it: the message content intent counts here as it does at the gateway."""
    app = core.world.app
    shown = readable(core.shown.object(message) | {"guild_id": channel.guild_id}, app.bot, all_content=app.may_read_all)
    return {name: value for name, value in shown.items() if name != "guild_id"}


def _suppress(asked: Asked, channel: Channel, message: Message) -> Answer:
    """Of another's message only the embeds may be hidden."""
    body = table(asked.body)
    if set(body) != {"flags"}:
        raise Refusal(50005)
    need(asked.core.world, channel, "MANAGE_MESSAGES")
    message.flags = (message.flags & ~SUPPRESS_EMBEDS) | (int(body["flags"] or 0) & SUPPRESS_EMBEDS)
    asked.core.change(message, edited=False)
    return Answer(asked.core.shown.object(message))


def _may_change(channel: Channel) -> None:
    if channel.is_thread and channel.archived:
        raise Refusal(50083)


def _count_old_edit(core: Core, channel: Channel) -> None:
    """Only so many edits of what is older than an hour."""
    now = core.clock.seconds()
    channel.old_edits = [one for one in channel.old_edits if now - one < OLD_EDITS.seconds]
    if len(channel.old_edits) >= OLD_EDITS.limit:
        raise Exhausted(30046, channel.old_edits[0] + OLD_EDITS.seconds - now)
    channel.old_edits.append(now)


def _limit(asked: Asked) -> int:
    given = asked.query.get("limit", "50")
    words = f"int value should be between 1 and {PAGE}."
    if not given.isdecimal() or not 1 <= int(given) <= PAGE:
        refuse([("limit", "NUMBER_TYPE_COERCE", words)])
    for name in ("after", "before", "around"):
        if not asked.query.get(name, "0").isdecimal():
            refuse([(name, "NUMBER_TYPE_COERCE", f'Value "{asked.query[name]}" is not snowflake.')])
    return int(given)


def _chosen(channel: Channel, asked: Asked, limit: int) -> list[Message]:
    """Oldest first. `after`: the first that came after it; else the last, before the one that is named."""
    query, messages = asked.query, channel.messages
    if "after" in query:
        return [one for one in messages if int(one.id) > int(query["after"])][:limit]
    if "before" in query:
        return [one for one in messages if int(one.id) < int(query["before"])][-limit:]
    if "around" in query:
        older = [one for one in messages if int(one.id) < int(query["around"])][-(limit // 2) :]
        return older + [one for one in messages if int(one.id) >= int(query["around"])][: limit - len(older)]
    return messages[-limit:]


ROUTES = (
    Route("POST", "/channels/{channel_id}/messages", create),
    Route("GET", "/channels/{channel_id}/messages", read),
    Route("GET", "/channels/{channel_id}/messages/{message_id}", read_one),
    Route("PATCH", "/channels/{channel_id}/messages/{message_id}", change),
    Route("DELETE", "/channels/{channel_id}/messages/{message_id}", delete),
    Route("POST", "/channels/{channel_id}/typing", typing),
)
