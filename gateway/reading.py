"""Reading: `people.yaml` and `policies.yaml`. What is wrong is named by its line and place, and never quoted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from agent_core.people import People
from agent_core.policy.faults import Fault, Where, faults_of
from agent_core.policy.rules import Policy
from agent_core.tools import Tool
from gateway.errors import Misconfigured
from gateway.misshaped import either, sentence
from gateway.yaml_lines import Lines, read_lines

CHANNELS = frozenset({"console", "discord", "email", "slack", "sms", "whatsapp"})
Shape = TypeVar("Shape", bound=BaseModel)


def read_people(path: Path) -> People:
    """Everybody known. Raises Misconfigured: a line `file:line: place: what is wrong` for each thing."""
    lines = read_lines(path)
    return _shaped(lines, People, _twice(lines.plain))


def read_policy(path: Path, people: People, tools: Mapping[str, Tool]) -> Policy:
    """What the policy says of these people and tools (by name). Raises Misconfigured, as `read_people` does."""
    lines = read_lines(path)
    policy = _shaped(lines, Policy, _no_such_hours(lines.plain))
    if faults := faults_of(policy, people, tools, CHANNELS):
        raise Misconfigured(lines.said(faults))
    return policy


def _shaped(lines: Lines, shape: type[Shape], faults: Iterable[Fault]) -> Shape:
    """What the file says, as a value of this shape, unless these or other things are wrong with it."""
    found = [*lines.faults, *faults]
    try:
        value = shape.model_validate({} if lines.plain is None else lines.plain)
    except ValidationError as error:
        own = [*_misshaped(error, shape, lines)]
        # Of what is wrong with the whole, the very place is known better here.
        found += [fault for fault in own if fault.where or not found]
    if found:
        raise Misconfigured(lines.said(found))
    return value


def _misshaped(error: ValidationError, shape: type[BaseModel], lines: Lines) -> Iterator[Fault]:
    """Each thing once: of a value that could be several things, it is said what all of them are."""
    said: dict[Where, list[str]] = {}
    for one in _of_themselves(error.errors(include_input=False, include_url=False)):
        missing = one["type"] == "missing"
        where = lines.known(one["loc"][:-1]) + one["loc"][-1:] if missing else lines.known(one["loc"])
        said.setdefault(where, []).append(sentence(one, shape))
    yield from (Fault(where, either(sentences)) for where, sentences in said.items())


def _of_themselves(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """All but that a list is too short because of what is wrong inside it: that does not count as being there."""
    for one in errors:
        inside = [other for other in errors if other is not one and other["loc"][: len(one["loc"])] == one["loc"]]
        if one["type"] != "too_short" or not inside:
            yield one


# --- what belongs together, in files that may say anything


def _twice(plain: object) -> Iterator[Fault]:
    names = [*_each(plain, "people", "*", "id"), *_each(plain, "groups", "*", "id")]
    yield from _again(names, "a person or group is called so already")
    yield from _again([*_each(plain, "people", "*", "identities", "*")], "this identity belongs to somebody already")
    persons = {name for _, name in _each(plain, "people", "*", "id")}
    named = [*_each(plain, "groups", "*", "members", "*"), *_each(plain, "people", "*", "away", "*", "delegate")]
    yield from (Fault(where, "there is no such person") for where, name in named if name and name not in persons)


def _no_such_hours(plain: object) -> Iterator[Fault]:
    known = plain.get("hours") if isinstance(plain, dict) else None
    named = _each(plain, "rules", "*", "hours")
    yield from (
        Fault(where, "there are no hours of this name")
        for where, name in named
        if name and not (isinstance(known, dict) and name in known)
    )


def _again(named: list[tuple[Where, str]], what: str) -> Iterator[Fault]:
    seen = Counter[str]()
    for where, name in named:
        seen[name] += 1
        if seen[name] > 1:
            yield Fault(where, what)


def _each(plain: object, *path: str) -> Iterator[tuple[Where, str]]:
    """Every text at a path, with where it stands; `*` is each of a list. What is not there is not said."""
    found: list[tuple[Where, object]] = [((), plain)]
    for step in path:
        found = [inner for where, value in found for inner in _inside(where, value, step)]
    yield from ((where, value) for where, value in found if isinstance(value, str))


def _inside(where: Where, value: object, step: str) -> list[tuple[Where, object]]:
    if step == "*":
        return [((*where, n), one) for n, one in enumerate(value)] if isinstance(value, list) else []
    return [((*where, step), value[step])] if isinstance(value, dict) and step in value else []
