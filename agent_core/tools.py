"""Tools as the core sees them: a name, a schema, a risk. What a tool does lives elsewhere, with the runner.

Arguments from a model are parsed once, strictly, and kept from then on as the exact JSON text that an approver is
shown, that the digest binds, and that the tool gets.
"""

from __future__ import annotations

import inspect
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from agent_core.errors import BadArguments, ToolFailed as ToolFailed
from agent_core.values import Call, Risk

MAX_ARGUMENTS = 16_384
MAX_DEPTH = 32
MAX_INTEGER = 2**53
MAX_PROBLEMS = 5
# The closing quote is optional so that each match swallows all it has looked at: linear on any text.
_STRING = re.compile(r'"(?:\\.|[^"\\])*"?', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool's schema. `repeatable`: starting it again after a crash does no harm, so a lost run is simply redone.

    `previews`: it can tell what a call would do, and is asked before anybody is.
    """

    name: str
    version: str
    description: str
    arguments: type[BaseModel]
    risk: Risk
    approval: bool
    repeatable: bool
    previews: bool = False


class Executor(Protocol):
    """What a tool does. `key` is the id of this one effect: a far end that takes an idempotency key gets it.

    Returns what the agent is told. Raises ToolFailed when nothing happened; any other error means that it is unknown.
    """

    async def __call__(self, arguments: BaseModel, *, key: str) -> str:
        """Do it, once, with the validated arguments of the tool's own model."""
        ...


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a call would do: `consequences` in words for people, `state` what that rests on; empty: on nothing.

    As long as the state is the same text, what people were told holds.
    """

    consequences: str
    state: str


class Previewer(Protocol):
    """What a tool would do. Nothing may come of asking: it is asked as often as it takes.

    Raises ToolFailed, in words for the agent, when the call could not work at all.
    """

    async def __call__(self, arguments: BaseModel) -> Foreseen:
        """Look, with the validated arguments of the tool's own model."""
        ...


def tool(
    *, risk: Risk, approval: bool, version: str = "1", repeatable: bool = False, previews: bool = False
) -> Callable[[Callable[..., None]], Tool]:
    """Make a tool of a signature: its name, docstring and parameters are the tool's; its body is never run."""

    def declare(signature: Callable[..., None]) -> Tool:
        arguments = _model_of(signature)
        if approval and "reason" in arguments.model_fields:
            raise TypeError(f"{signature.__name__}: `reason` is taken by the agent's own words to the approver")
        return Tool(
            name=signature.__name__,
            version=version,
            description=inspect.getdoc(signature) or "",
            arguments=arguments,
            risk=risk,
            approval=approval,
            repeatable=repeatable,
            previews=previews,
        )

    return declare


def _model_of(signature: Callable[..., None]) -> type[BaseModel]:
    hints = get_type_hints(signature, include_extras=True)
    fields: dict[str, Any] = {
        name: (hints[name], ... if parameter.default is inspect.Parameter.empty else parameter.default)
        for name, parameter in inspect.signature(signature).parameters.items()
    }
    closed = ConfigDict(frozen=True, extra="forbid")
    return create_model(signature.__name__, __config__=closed, **fields)


def call_of(tool: Tool, text: str) -> Call:
    """The call with these arguments, validated and in canonical JSON text. Raises BadArguments."""
    try:
        parsed = tool.arguments.model_validate(strict_json(text))
    except ValidationError as error:
        raise BadArguments(f"{tool.name}: {problems(error)}", _by_name(error)) from error
    return Call(tool=tool.name, version=tool.version, arguments=parsed.model_dump_json())


def problems(error: ValidationError) -> str:
    """The first few things wrong, each with its place and without the value."""
    wrong = error.errors(include_url=False, include_input=False, include_context=False)[:MAX_PROBLEMS]
    return "; ".join(f"{'.'.join(map(str, e['loc']))[:80]}: {e['msg']}" for e in wrong)


def _by_name(error: ValidationError) -> dict[str, str]:
    """What is wrong with each argument, without the value."""
    wrong = error.errors(include_url=False, include_input=False, include_context=False)
    found: dict[str, list[str]] = {}
    for one in wrong:
        name, *rest = map(str, one["loc"] or ("",))
        inside = ".".join(rest)[:80]
        found.setdefault(name, []).append(f"{inside}: {one['msg']}" if inside else one["msg"])
    return {name: "; ".join(said[:MAX_PROBLEMS]) for name, said in found.items()}


def strict_json(text: str) -> dict[str, object]:
    """A JSON object with one meaning only. Raises BadArguments.

    No duplicate keys, NaN, infinities, integers beyond 2^53, deep nests, or text that is not Unicode.
    """
    if len(text) > MAX_ARGUMENTS:
        raise BadArguments(f"the arguments are longer than {MAX_ARGUMENTS} characters")
    if _depth(text) > MAX_DEPTH:
        raise BadArguments(f"the arguments are nested deeper than {MAX_DEPTH}")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_no_twins,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_safe_integer,
        )
        json.dumps(value, ensure_ascii=False).encode()  # Half a surrogate pair has no bytes to approve.
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


def _finite(digits: str) -> float:
    if not math.isfinite(value := float(digits)):
        raise ValueError("a number is too large")
    return value


def _safe_integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise ValueError("an integer is beyond 2^53")
    return int(digits)
