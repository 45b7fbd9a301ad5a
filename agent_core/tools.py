"""Tools as the core sees them: a name, a schema, a risk. What a tool does lives elsewhere, with the runner.

Arguments from a model are parsed once, strictly, and kept from then on as the exact JSON text that an approver is
shown, that the digest binds, and that the tool gets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from agent_core.errors import BadArguments
from agent_core.events import Call, Risk

MAX_ARGUMENTS = 16_384
MAX_DEPTH = 32
MAX_INTEGER = 2**53
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool's schema. `repeatable`: starting it again after a crash does no harm, so a lost run is simply redone."""

    name: str
    version: str
    description: str
    arguments: type[BaseModel]
    risk: Risk
    approval: bool
    repeatable: bool


def tool(
    *, risk: Risk, approval: bool, version: str = "1", repeatable: bool = False
) -> Callable[[type[BaseModel]], Tool]:
    """Make a tool of an argument model: its snake-cased name is the tool's, its docstring the description."""

    def declare(arguments: type[BaseModel]) -> Tool:
        name = "".join(f"_{c.lower()}" if c.isupper() else c for c in arguments.__name__).lstrip("_")
        return Tool(
            name=name,
            version=version,
            description=(arguments.__doc__ or "").strip(),
            arguments=arguments,
            risk=risk,
            approval=approval,
            repeatable=repeatable,
        )

    return declare


def call_of(tool: Tool, text: str) -> Call:
    """The call with these arguments, validated and in canonical JSON text. Raises BadArguments."""
    try:
        parsed = tool.arguments.model_validate(strict_json(text))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise BadArguments(f"{tool.name}: {problems}") from error
    return Call(tool=tool.name, version=tool.version, arguments=parsed.model_dump_json())


def strict_json(text: str) -> dict[str, object]:
    """A JSON object with one meaning only: no duplicate keys, NaN, huge integers or deep nests. Raises BadArguments."""
    if len(text) > MAX_ARGUMENTS:
        raise BadArguments(f"the arguments are longer than {MAX_ARGUMENTS} characters")
    if _depth(text) > MAX_DEPTH:
        raise BadArguments(f"the arguments are nested deeper than {MAX_DEPTH}")
    try:
        value = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant, parse_int=_safe_integer)
    except ValueError as error:
        raise BadArguments(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadArguments("the arguments are not a JSON object")
    return value


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key appears twice")
    return dict(pairs)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a number")


def _safe_integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise ValueError("an integer is beyond 2^53")
    return int(digits)
