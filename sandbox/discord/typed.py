"""Slash commands as a person types them: which options a registered command takes, and what is sent for them. Pure.

https://docs.discord.com/developers/interactions/application-commands#application-command-object
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.discord.errors import CannotDo
from sandbox.discord.shapes import Json

STRING, INTEGER, BOOLEAN, NUMBER = 3, 4, 5, 10
LONGEST = 6000
_KINDS: Mapping[int, type | tuple[type, ...]] = {STRING: str, INTEGER: int, BOOLEAN: bool, NUMBER: (int, float)}


def options(command: Json, given: Mapping[str, object]) -> list[Json]:
    """The options of the interaction. Raises CannotDo for what a client does not let anybody type."""
    known = {one["name"]: one for one in command.get("options") or ()}
    strange = set(given) - set(known)
    missing = [name for name, one in known.items() if one.get("required") and name not in given]
    if strange or missing:
        raise CannotDo(f"/{command['name']} takes {sorted(known)}, and needs {missing}")
    return [_option(known[name], value) for name, value in given.items()]


def _option(option: Json, value: object) -> Json:
    name, kind = option["name"], option["type"]
    wanted = _KINDS.get(kind)
    if wanted is None or not isinstance(value, wanted) or (isinstance(value, bool) and kind != BOOLEAN):
        raise CannotDo(f"{name} is not of this kind")
    if isinstance(value, str):
        least, most = option.get("min_length", 0), option.get("max_length", LONGEST)
        if not max(least, 1) <= len(value) <= most:
            raise CannotDo(f"{name} has between {least} and {most} characters")
    choices = [one["value"] for one in option.get("choices") or ()]
    if choices and value not in choices:
        raise CannotDo(f"{name} is one of {choices}")
    return {"name": name, "type": kind, "value": value}
