"""Wire: careful reading of what Discord sends, pure. Whatever the bytes or shapes, only Unreadable comes out."""

from __future__ import annotations

import json
import re

from adapters.discord.meaning import Room, RoomKind
from adapters.discord.where import CHANNEL
from adapters.errors import Unreadable
from adapters.wire import Json, at, child, required, words
from agent_core.values import Author

# By what an author is known: the connection of our own, Discord's signature, or that we asked Discord.
GATEWAY = "discord gateway"
SIGNATURE = "discord signature"
READ = "read from discord"

_SNOWFLAKE = re.compile(r"[0-9]{1,20}")
_DIRECT = 1
_THREADS = frozenset({10, 11, 12})


def unwrap(body: bytes) -> Json:
    """The object in a frame or a request's body. Raises Unreadable."""
    try:
        found: object = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON") from error
    if not isinstance(found, dict):
        raise Unreadable("the body is not an object")
    return found


def ident(data: object, *path: str) -> str:
    """The snowflake at a path; empty when there is none. Raises Unreadable for any other text."""
    found = words(data, *path)
    if found and not _SNOWFLAKE.fullmatch(found):
        raise Unreadable(f"{'.'.join(path)} is not an id")
    return found


def number(data: object, *path: str) -> int | None:
    """The whole number at a path; None when there is none. `true` is no number."""
    found = at(data, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def texts(data: object, *path: str) -> tuple[str, ...]:
    """The strings in a list at a path, without whatever else is in it."""
    found = at(data, *path)
    return tuple(words({"": one}, "") for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def author(user: str, member: Json, guild: str, evidence: str) -> Author:
    """Who did it. Roles are a server's: what `member` says counts in the server `guild` alone. Raises Unreadable."""
    roles = [ident({"role": role}, "role") for role in texts(member, "roles")] if guild else []
    return Author(
        identity=f"{CHANNEL}:{user}",
        assurance="verified",
        evidence=evidence,
        roles=tuple(f"{CHANNEL}:{guild}/{role}" for role in roles if role),
    )


def room_of(channel: Json, guild: str = "") -> Room:
    """The room a channel object describes; `guild` where the object does not say. Raises Unreadable."""
    there = ident(channel, "guild_id") or guild
    kind = _kind(number(channel, "type"), there)
    return Room(
        id=required(ident(channel, "id"), "the channel"),
        kind=kind,
        guild="" if kind == "direct" else there,
        parent=ident(channel, "parent_id") if kind == "thread" else "",
    )


def _kind(kind: int | None, guild: str) -> RoomKind:
    if kind in _THREADS:
        return "thread"
    return "channel" if guild and kind != _DIRECT else "direct"


def user_of(payload: Json) -> Json:
    """Who interacted: a member in a server, a user elsewhere."""
    return child(payload, "member", "user") or child(payload, "user")
