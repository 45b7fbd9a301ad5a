"""What a session hears first, and who is in the server: READY, GUILD_CREATE, GUILD_MEMBERS_CHUNK.

https://discord.com/developers/docs/events/gateway-events#ready, #guild-create and #guild-members-chunk.
"""

from __future__ import annotations

from sandbox.discord.appearance import (
    channel_object,
    guild_object,
    member_object,
    own_user_object,
    partial_application,
    thread_member_object,
    user_object,
)
from sandbox.discord.events import GUILD_MEMBERS
from sandbox.discord.ids import timestamp
from sandbox.discord.permissions import sees
from sandbox.discord.session import Session
from sandbox.discord.shapes import Json
from sandbox.discord.world import TEXT, Member, World

AT_ONCE = 100  # members that may be asked for by id


def ready(world: World, session: Session, url: str) -> Json:
    """READY; the servers follow one by one."""
    guilds = [{"id": world.guild.id, "unavailable": True}] if session.has(world.guild.id) else []
    return {
        "v": 10,
        "user": own_user_object(world.users[world.app.bot]),
        "guilds": guilds,
        "session_id": session.id,
        "resume_gateway_url": url,
        "shard": list(session.shard),
        "application": partial_application(world.app),
        "private_channels": [],
        "relationships": [],
        "presences": [],
        "session_type": "normal",
        "user_settings": {},
        "_trace": [],
    }


def guild_create(world: World) -> Json:
    """GUILD_CREATE: the channels the bot sees, the threads that are not archived; of the members the bot alone."""
    channels = [one for one in world.channels.values() if one.guild_id and sees(world, one)]
    guild, bot = world.guild, world.app.bot
    return guild_object(guild, world) | {
        "joined_at": timestamp(guild.members[bot].joined),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [],
        "members": [_member(world, guild.members[bot])],
        "channels": [channel_object(one, world) for one in channels if one.type == TEXT],
        "threads": [
            channel_object(one, world) | ({"member": thread_member_object(one, bot)} if bot in one.members else {})
            for one in channels
            if one.is_thread and not one.archived
        ],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def members_chunk(world: World, session: Session, asked: Json) -> Json | None:
    """Those asked for by id, or by how their names begin; None if the app may not ask that.

    To ask for everybody takes the intent for members.
    """
    ids, query, limit = asked.get("user_ids"), asked.get("query"), asked.get("limit")
    members = world.guild.members
    if ids is not None:
        wanted = [str(one) for one in (ids if isinstance(ids, list) else [ids])][:AT_ONCE]
        found = [members[one] for one in wanted if one in members]
        not_found = [one for one in wanted if one not in members]
    elif isinstance(query, str) and isinstance(limit, int) and (limit or session.intents & GUILD_MEMBERS):
        named = [one for one in members.values() if world.users[one.user].name.startswith(query)]
        found, not_found = named[: limit or None], []
    else:
        return None
    told = {"nonce": asked["nonce"]} if asked.get("nonce") else {}
    return told | {
        "guild_id": world.guild.id,
        "members": [_member(world, one) for one in found],
        "chunk_index": 0,
        "chunk_count": 1,
        "not_found": not_found,
    }


def _member(world: World, member: Member) -> Json:
    return member_object(member) | {"user": user_object(world.users[member.user])}
