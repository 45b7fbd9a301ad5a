"""Commands: the slash commands of the app as data, and telling Discord of them if it knows others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from pydantic import JsonValue

from adapters.discord.api import Api
from adapters.discord.where import CHANNEL
from adapters.wire import Json, children, words

log = structlog.get_logger(__name__)

_CHAT = 1
_TEXT = 3
# Where they may be given: in a server, and in the direct messages with us.
_WHERE: Mapping[str, JsonValue] = {"type": _CHAT, "contexts": [0, 1], "integration_types": [0]}
# Half of what a message may hold: what was asked is said again where the thread begins.
MOST_ASKED = 1000

COMMANDS: Sequence[Mapping[str, JsonValue]] = (
    {
        "name": "ask",
        "description": "Ask for something: a conversation begins here",
        "options": [
            {
                "type": _TEXT,
                "name": "what",
                "description": "What you want",
                "required": True,
                "max_length": MOST_ASKED,
            }
        ],
        **_WHERE,
    },
    {"name": "status", "description": "What waits for you, and how this conversation stands", **_WHERE},
    {"name": "stop", "description": "Stop what is going on in this conversation", **_WHERE},
)


def same(ours: Sequence[Json], theirs: object) -> bool:
    """Whether Discord knows these commands and no others; it says more of each than we ever set."""
    known = {words(one, "name"): one for one in children({"all": theirs}, "all")}
    return {words(one, "name") for one in ours} == set(known) and all(
        _holds(one, known[words(one, "name")]) for one in ours
    )


async def sync(api: Api, application: str) -> bool:
    """Tell Discord of our commands unless it knows them; whether it had to be told. Raises SendError."""
    path = "/applications/{application_id}/commands"
    known = await api.call("GET", path, application_id=application)
    if same(COMMANDS, known):
        return False
    await api.call("PUT", path, application_id=application, json=list(COMMANDS))
    log.info("commands told", source=CHANNEL, count=len(COMMANDS))
    return True


def _holds(ours: object, theirs: object) -> bool:
    """Whether all that is ours is there, whatever stands beside it. Numbers in a list may come in any order."""
    if isinstance(ours, Mapping):
        return isinstance(theirs, Mapping) and all(_holds(value, theirs.get(name)) for name, value in ours.items())
    if isinstance(ours, list):
        if not isinstance(theirs, list) or len(ours) != len(theirs):
            return False
        return all(map(_holds, _ordered(ours), _ordered(theirs)))
    return ours == theirs


def _ordered(found: list[object]) -> list[object]:
    numbers = [one for one in found if isinstance(one, int)]
    return [*sorted(numbers)] if len(numbers) == len(found) else found
