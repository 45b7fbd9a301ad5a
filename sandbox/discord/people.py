"""Routes of people and their server: users, members, roles, and direct messages opened.

https://docs.discord.com/developers/resources/user, https://docs.discord.com/developers/resources/guild
"""

from __future__ import annotations

from sandbox.discord.appearance import channel_object, guild_object, member_object, role_object, user_object
from sandbox.discord.errors import Refusal
from sandbox.discord.limits import refuse, required, table
from sandbox.discord.permissions import sees
from sandbox.discord.routes import Answer, Asked, Route
from sandbox.discord.world import DIRECT, Guild


def user(asked: Asked) -> Answer:
    """Somebody, whether in the server or not."""
    found = asked.core.world.users.get(asked.parts["user_id"])
    if found is None:
        raise Refusal(10013)
    return Answer(user_object(found))


def open_direct(asked: Asked) -> Answer:
    """The direct messages with somebody; whether they take any shows only when one is sent."""
    core, recipient = asked.core, table(asked.body).get("recipient_id")
    if not recipient:
        refuse([required("recipient_id")])
    if str(recipient) not in core.world.users:
        raise Refusal(10013)
    if str(recipient) == core.world.app.bot:
        raise Refusal(50007)
    return Answer(channel_object(core.direct(str(recipient)), core.world))


def guild(asked: Asked) -> Answer:
    """The server."""
    return Answer(guild_object(_guild(asked), asked.core.world))


def channels(asked: Asked) -> Answer:
    """Its channels, without threads."""
    _guild(asked)
    world = asked.core.world
    found = [one for one in world.channels.values() if one.type != DIRECT and not one.is_thread and sees(world, one)]
    return Answer([channel_object(one, world) for one in found])


def threads(asked: Asked) -> Answer:
    """Its threads that are not archived."""
    _guild(asked)
    world = asked.core.world
    found = [one for one in world.channels.values() if one.is_thread and not one.archived and sees(world, one)]
    return Answer({"threads": [channel_object(one, world) for one in found], "members": []})


def roles(asked: Asked) -> Answer:
    """Its roles."""
    found = _guild(asked)
    return Answer([role_object(one, found, asked.core.world) for one in found.roles.values()])


def member(asked: Asked) -> Answer:
    """Somebody in the server."""
    found = _guild(asked).members.get(asked.parts["user_id"])
    if found is None:
        raise Refusal(10007 if asked.parts["user_id"] in asked.core.world.users else 10013)
    return Answer(member_object(found) | {"user": user_object(asked.core.world.users[found.user])})


def _guild(asked: Asked) -> Guild:
    """The server of the path. Raises 10004, and 50001 where the bot is not."""
    found = asked.core.world.guild
    if asked.parts["guild_id"] != found.id:
        raise Refusal(10004)
    if asked.core.world.app.bot not in found.members:
        raise Refusal(50001)
    return found


ROUTES = (
    Route("POST", "/users/@me/channels", open_direct),
    Route("GET", "/users/{user_id}", user),
    Route("GET", "/guilds/{guild_id}", guild),
    Route("GET", "/guilds/{guild_id}/channels", channels),
    Route("GET", "/guilds/{guild_id}/threads/active", threads),
    Route("GET", "/guilds/{guild_id}/roles", roles),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", member),
)
