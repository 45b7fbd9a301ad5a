"""The script: ordered rules, each saying when it holds and what the model then does. Read from YAML.

models: [scripted]                 # the model names the server knows; default: scripted
say: {tool: say, argument: text}   # how `say` reaches the person: by which tool, in which of its arguments
ignore: '<failure '                # events that `last_event` looks past; default: none
rules:
  - name: deploy
    when:                          # all of these must hold; a rule without `when` always holds
      last_event: '<user_message .*deploy (?P<version>[0-9.]+)'
      regex: ...                   # found anywhere in the latest user message
      contains: production         # in the latest user message: one text, or a list of which all must be there
      not_contains: ...            # none of them
      offers: [deploy]             # functions the request must offer
      lacks: [...]                 # functions it must not offer
    then:                          # exactly one of call, say, raw, fault; a fault that bends goes with one of them
      call: {name: deploy, arguments: {version: '{version}', environment: production}}

The first rule that holds answers. Texts and patterns ignore case, `.` matches line ends too. `last_event` may be a
list: the last events, oldest first. `{group}` in an answer is the named group of the rule's patterns, XML-unescaped
and trimmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    model_validator,
)

from sandbox.model.fault import Fault, Reply

PLACEHOLDER = re.compile(r"\{(\w+)\}")


class ScriptError(Exception):
    """The script cannot be used; the message names the rule and the field."""


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_pattern(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return re.compile(value, re.IGNORECASE | re.DOTALL)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error


def _as_fault(value: object) -> object:
    return {"kind": value} if isinstance(value, str) else value


Pattern = Annotated[re.Pattern[str], BeforeValidator(_as_pattern)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_as_list)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class When(_Closed):
    """The conditions of a rule."""

    last_event: Patterns = ()
    regex: Patterns = ()
    contains: Texts = ()
    not_contains: Texts = ()
    offers: Texts = ()
    lacks: Texts = ()

    @property
    def groups(self) -> set[str]:
        """The named groups of all patterns."""
        return {name for pattern in (*self.last_event, *self.regex) for name in pattern.groupindex}


class Call(_Closed):
    """A function to call; texts in the arguments are templates."""

    name: str
    arguments: dict[str, JsonValue] = {}


class Then(_Closed):
    """What the model does."""

    call: Call | None = None
    say: Annotated[str, Field(min_length=1)] | None = None
    raw: Reply | None = None
    fault: Annotated[Fault, BeforeValidator(_as_fault)] | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        answers = sum(answer is not None for answer in (self.call, self.say, self.raw))
        if self.fault is None and answers != 1:
            raise ValueError("give exactly one of call, say, raw and fault")
        if self.fault is not None and answers != int(self.fault.bends):
            wanted = "needs one of call, say and raw to bend" if self.fault.bends else "stands alone"
            raise ValueError(f"the fault {self.fault.kind} {wanted}")
        return self

    @property
    def templates(self) -> Iterator[str]:
        """Every text in which `{group}` is filled in."""
        if self.say is not None:
            yield self.say
        if self.call is not None:
            yield from _texts(self.call.arguments)


class Rule(_Closed):
    """When this holds, the model does that."""

    name: str
    when: When = When()
    then: Then

    @model_validator(mode="after")
    def _groups_exist(self) -> Self:
        used = {name for text in self.then.templates for name in PLACEHOLDER.findall(text)}
        if missing := sorted(used - self.when.groups):
            raise ValueError(f"{{{missing[0]}}} is no named group of the rule's patterns")
        return self


class SayTool(_Closed):
    """The tool, and its argument, by which the model speaks to the person."""

    tool: str = "say"
    argument: str = "text"


def _at_least_one(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    if not rules:
        raise ValueError("give at least one rule")
    return rules


class Script(_Closed):
    """The whole script."""

    models: Annotated[Texts, Field(min_length=1)] = ("scripted",)
    say: SayTool = SayTool()
    ignore: Patterns = ()
    rules: Annotated[tuple[Rule, ...], AfterValidator(_at_least_one)]


def _texts(value: JsonValue) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for item in value.values():
                yield from _texts(item)


def load_script(path: Path) -> Script:
    """The script in this YAML file. Raises ScriptError, OSError."""
    try:
        return parse_script(path.read_text(encoding="utf-8"))
    except ScriptError as error:
        raise ScriptError(f"{path.name}: {error}") from error


def parse_script(text: str) -> Script:
    """The script in this YAML (or JSON) text. Raises ScriptError."""
    try:
        source = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ScriptError(f"not YAML: {' '.join(str(error).split())}") from error
    try:
        return Script.model_validate(source)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        raise ScriptError("; ".join(_problem(source, p["loc"], p["msg"]) for p in problems)) from error


def _problem(source: object, loc: tuple[str | int, ...], message: str) -> str:
    """One line such as `rule 'deploy': when.regex: not a regular expression: ...`."""
    message = message.removeprefix("Value error, ")
    match loc:
        case ("rules", int() as index, *rest):
            where, steps = f"rule {_rule_name(source, index)}: ", rest
        case _:
            where, steps = "", list(loc)
    path = ".".join(str(step) for step in steps)
    return f"{where}{path}: {message}" if path else f"{where}{message}"


def _rule_name(source: object, index: int) -> str:
    match source:
        case {"rules": [*rules]} if isinstance(rules[index], dict) and rules[index].get("name"):
            return repr(rules[index]["name"])
    return f"number {index + 1}"
