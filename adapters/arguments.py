"""Arguments as people change them: each as text, and the call's JSON made of the texts again. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NoReturn

from pydantic import JsonValue

from adapters.errors import BadAnswer
from agent_core.values import Call


def arguments_of(call: Call) -> dict[str, JsonValue]:
    """The arguments by name; none if they are no object."""
    arguments = json.loads(call.arguments)
    return arguments if isinstance(arguments, dict) else {}


def written(value: JsonValue) -> str:
    """An argument as a person edits it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def arguments_from(values: Iterable[tuple[str, str]], call: Call) -> str:
    """The arguments as changed in a form: JSON text, the very bytes of the call when nothing was changed.

    `values` are the texts by the arguments' names; a text left empty is not among them. Raises BadAnswer with the
    names of those that are not JSON.
    """
    before, typed = arguments_of(call), dict(values)
    after: dict[str, JsonValue] = {}
    problems: dict[str, str] = {}
    for name, value in before.items():
        try:
            after[name] = _read(typed.get(name, ""), value)
        except (ValueError, RecursionError) as wrong:
            problems[name] = f"This is not JSON: {wrong}. Text goes in quotes."
    if problems:
        raise BadAnswer(problems)
    # As text: to Python, `true` is `1`.
    return call.arguments if _text(after) == _text(before) else _text(after)


def _text(arguments: dict[str, JsonValue]) -> str:
    return json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))


def _read(text: str, before: JsonValue) -> JsonValue:
    if text == written(before) or (isinstance(before, str) and not before.strip() and not text):
        return before
    if isinstance(before, str):
        return text
    read: JsonValue = json.loads(text, parse_constant=_no_constant)
    return read


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no value of JSON")
