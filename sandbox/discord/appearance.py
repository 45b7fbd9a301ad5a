"""How the API and the gateway's events show what exists: users, members, roles, channels, the application. Pure.

https://docs.discord.com/developers/resources/user, .../resources/guild, .../resources/channel, .../topics/permissions
"""

from __future__ import annotations

from sandbox.discord.ids import made_at, timestamp
from sandbox.discord.permissions import bits
from sandbox.discord.shapes import Json
from sandbox.discord.world import DIRECT, Application, Channel, Guild, Member, Role, User, World


def user_object(user: User) -> Json:
    """A user."""
    return {
        "id": user.id,
        "username": user.name,
        "discriminator": "0" if not user.bot else "0000",
        "global_name": None if user.bot else user.display,
        "avatar": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "display_name_styles": None,
        "primary_guild": None,
        "clan": None,
        "public_flags": 0,
        **({"bot": True} if user.bot else {}),
    }


def own_user_object(user: User) -> Json:
    """The bot's own user, as GET /users/@me and READY have it."""
    return user_object(user) | {"mfa_enabled": True, "verified": True, "email": None, "flags": 0, "locale": "en-US"}


def member_object(member: Member) -> Json:
    """A member, without the user."""
    return {
        "roles": list(member.roles),
        "joined_at": timestamp(member.joined),
        "premium_since": None,
        "nick": None,
        "avatar": None,
        "banner": None,
        "pending": False,
        "communication_disabled_until": None,
        "flags": 0,
        "deaf": False,
        "mute": False,
    }


def role_object(role: Role, guild: Guild, world: World) -> Json:
    """A role; what the bot may is what @everyone may."""
    return {
        "id": role.id,
        "name": role.name,
        "description": None,
        "permissions": str(bits(world.granted)) if role.id == guild.id else "0",
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": True,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel_object(channel: Channel, world: World) -> Json:
    """A channel, a thread or a DM."""
    last = channel.messages[-1].id if channel.messages else None
    shown: Json = {"id": channel.id, "type": channel.type, "last_message_id": last, "flags": 0}
    if channel.type == DIRECT:
        return shown | {"recipients": [user_object(world.users[channel.recipient])]}
    shown |= {"guild_id": channel.guild_id, "name": channel.name, "rate_limit_per_user": 0}
    shown |= {"parent_id": channel.parent_id or None, "last_pin_timestamp": None}
    if channel.is_thread:
        return shown | _thread(channel)
    return shown | {
        "topic": None,
        "position": 0,
        "nsfw": False,
        "permission_overwrites": _overwrites(channel, world),
        "icon_emoji": None,
        "theme_color": None,
    }


def _overwrites(channel: Channel, world: World) -> list[Json]:
    """What the bot is allowed and denied here, if it is anything."""
    if not channel.denied and not channel.allowed:
        return []
    kept = {"id": world.app.bot, "type": 1, "allow": str(bits(channel.allowed)), "deny": str(bits(channel.denied))}
    return [kept]


def _thread(thread: Channel) -> Json:
    made = timestamp(made_at(thread.id))
    # The message that says where the thread began is not counted.
    count = max(len(thread.messages) - 1, 0)
    return {
        "owner_id": thread.owner_id,
        "thread_metadata": {
            "archived": thread.archived,
            "archive_timestamp": timestamp(thread.archived_at) if thread.archived_at else made,
            "auto_archive_duration": thread.auto_archive_minutes,
            "locked": thread.locked,
            "create_timestamp": made,
        },
        "message_count": count,
        "total_message_sent": count,
        "member_count": len(thread.members),
        "bitrate": 64000,
        "user_limit": 0,
        "rtc_region": None,
    }


def thread_member_object(thread: Channel, user: str) -> Json:
    """Somebody in a thread."""
    return {"id": thread.id, "user_id": user, "join_timestamp": timestamp(made_at(thread.id)), "flags": 1}


def application_object(app: Application, world: World) -> Json:
    """The application, as GET /oauth2/applications/@me has it."""
    owner = world.users.get(world.guild.owner) or world.users[app.bot]
    return {
        "id": app.id,
        "name": app.name,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot": user_object(world.users[app.bot]),
        "owner": user_object(owner),
        "team": None,
        "rpc_origins": [],
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": app.public_key,
        "flags": 0,
        "hook": True,
        "is_monetized": False,
        "interactions_endpoint_url": None,
        "redirect_uris": [],
        "approximate_guild_count": 1,
    }


def partial_application(app: Application) -> Json:
    """The application as READY has it."""
    return {"id": app.id, "flags": 0}


def guild_object(guild: Guild, world: World) -> Json:
    """The server, as REST has it."""
    return {
        "id": guild.id,
        "name": guild.name,
        "icon": None,
        "owner_id": guild.owner or world.app.bot,
        "description": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "application_id": None,
        "features": [],
        "roles": [role_object(one, guild, world) for one in guild.roles.values()],
        "emojis": [],
        "stickers": [],
    }
