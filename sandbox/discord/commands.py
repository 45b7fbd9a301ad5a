"""Routes of an application's commands: read, written one by one or all at once. Their limits.

https://docs.discord.com/developers/interactions/application-commands
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sandbox.discord.core import Core
from sandbox.discord.errors import Refusal
from sandbox.discord.limits import Complaint, items, listed, refuse, table, text
from sandbox.discord.routes import Answer, Asked, Route
from sandbox.discord.shapes import Json

CHAT, MOST, OPTIONS, A_DAY = 1, 100, 25, 200
_NAME = re.compile(r"[-_'\w]{1,32}")


def read(asked: Asked) -> Answer:
    """All of them."""
    return Answer(_kept(asked))


def write_all(asked: Asked) -> Answer:
    """These, and no others. Those that were there by name and type keep their ids."""
    kept = _kept(asked)
    refuse([*items("", asked.body, MOST), *_every(asked.body)])
    kept[:] = [_written(asked, one, kept) for one in asked.body]
    return Answer(kept)


def write(asked: Asked) -> Answer:
    """One more, or in the place of the one of this name: 201 or 200."""
    kept, body = _kept(asked), table(asked.body)
    refuse(_complaints("", body))
    before = _same(body, kept)
    if before is None and len(kept) >= MOST:
        raise Refusal(30032)
    made = _written(asked, body, kept)
    kept[:] = [one for one in kept if one is not before] + [made]
    return Answer(made, 201 if before is None else 200)


def delete(asked: Asked) -> Answer:
    """One of them."""
    kept = _kept(asked)
    found = next((one for one in kept if one["id"] == asked.parts["command_id"]), None)
    if found is None:
        raise Refusal(10063)
    kept.remove(found)
    return Answer()


def _kept(asked: Asked) -> list[Json]:
    world, guild = asked.core.world, asked.parts.get("guild_id", "")
    if asked.parts["application_id"] != world.app.id:
        raise Refusal(20012)
    if guild and guild != world.guild.id:
        raise Refusal(50001)
    return world.commands.setdefault(guild, [])


def _same(body: Json, kept: list[Json]) -> Json | None:
    named = body.get("name"), body.get("type", CHAT)
    return next((one for one in kept if (one["name"], one["type"]) == named), None)


def _written(asked: Asked, body: Json, kept: list[Json]) -> Json:
    core, guild = asked.core, asked.parts.get("guild_id", "")
    before = _same(body, kept)
    if before is None:
        _count_created(core, guild)
    return {
        "id": before["id"] if before else core.ids.snowflake(),
        "application_id": core.world.app.id,
        "version": core.ids.snowflake(),
        "type": body.get("type", CHAT),
        "name": body["name"],
        "name_localizations": body.get("name_localizations"),
        "description": body.get("description", ""),
        "description_localizations": body.get("description_localizations"),
        "options": body.get("options") or [],
        "default_member_permissions": body.get("default_member_permissions"),
        "dm_permission": body.get("dm_permission", True),
        "nsfw": body.get("nsfw", False),
        "contexts": body.get("contexts"),
        "integration_types": body.get("integration_types") or [0],
        **({"guild_id": guild} if guild else {}),
    }


def _count_created(core: Core, guild: str) -> None:
    """So many new ones a day."""
    now, made = core.clock.seconds(), core.commands_created.setdefault(guild, [])
    made[:] = [one for one in made if now - one < 86_400]
    if len(made) >= A_DAY:
        raise Refusal(30034)
    made.append(now)


def _every(body: Any) -> Iterator[Complaint]:
    seen = set()
    for number, one in enumerate(listed(body)):
        command = table(one)
        yield from _complaints(f"{number}.", command)
        named = command.get("name"), command.get("type", CHAT)
        if named in seen:
            yield str(number), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
        seen.add(named)


def _complaints(where: str, command: Json) -> Iterator[Complaint]:
    yield from _named(where, command)
    if command.get("type", CHAT) == CHAT:
        yield from text(f"{where}description", command.get("description"), 100, 1)
    yield from items(f"{where}options", command.get("options"), OPTIONS)
    for number, one in enumerate(listed(command.get("options"))):
        here = f"{where}options.{number}."
        yield from _named(here, table(one))
        yield from text(f"{here}description", table(one).get("description"), 100, 1)
        yield from items(f"{here}choices", table(one).get("choices"), 25)


def _named(where: str, owner: Json) -> Iterator[Complaint]:
    name = owner.get("name")
    yield from text(f"{where}name", name, 32, 1)
    chat = owner.get("type", CHAT) == CHAT or "choices" in owner
    if chat and isinstance(name, str) and name and (not _NAME.fullmatch(name) or name != name.lower()):
        words = "Command name is invalid"
        yield f"{where}name", "APPLICATION_COMMAND_INVALID_NAME", words


ROUTES = tuple(
    route
    for base in ("/applications/{application_id}", "/applications/{application_id}/guilds/{guild_id}")
    for route in (
        Route("GET", f"{base}/commands", read),
        Route("PUT", f"{base}/commands", write_all),
        Route("POST", f"{base}/commands", write),
        Route("DELETE", f"{base}/commands/{{command_id}}", delete),
    )
)
