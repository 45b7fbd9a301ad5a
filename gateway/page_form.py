"""The form on the decision page: what can be chosen and changed there, and what somebody chose. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from adapters.arguments import arguments_from, arguments_of, written
from adapters.errors import BadAnswer
from adapters.text import one_line, visible
from agent_core.errors import BadArguments
from agent_core.events import ApprovalRequest
from agent_core.tools import Tool, call_of
from agent_core.values import Decision

# How each choice on the page is called, and what it is as a decision.
CHOICES: Mapping[str, Decision] = {
    "approve": "approve",
    "change": "approve",
    "deny": "deny",
    "answer": "answer",
    "ask": "ask",
    "delegate": "delegate",
}
_WORDS_NEEDED = {
    "answer": "Please write the answer that is to be given instead.",
    "ask": "Please write what you want to know first.",
}


class Chosen(NamedTuple):
    """A decision as it is stored; `mark` tells it from another one made on the same page."""

    decision: Decision
    mark: str
    reason: str = ""
    arguments: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as somebody filled it in; `typed` are its texts by the names of their fields."""

    choice: str
    reason: str
    to: str
    typed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """An argument that can be changed: `text` stands in its field, `problem` is what is wrong with it."""

    name: str
    label: str
    text: str
    problem: str = ""


NOTHING_FILLED = Filled("", "", "", {})
NO_PROBLEMS: Mapping[str, str] = {}


class NotPossible(Exception):
    """The form says nothing that could be stored; in words for its author, and by the names of arguments."""

    def __init__(self, why: str, problems: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.problems = problems or {}


def fields(request: ApprovalRequest, typed: Mapping[str, str], problems: Mapping[str, str]) -> tuple[Field, ...]:
    """A field for each argument that a page can carry letter by letter; the others stay as they are."""
    return tuple(
        Field(key, one_line(name), typed.get(key, text), problems.get(name, ""))
        for key, name, text in _editable(request)
    )


def unchangeable(request: ApprovalRequest) -> tuple[str, ...]:
    """The arguments that have no field."""
    known = {name for _, name, _ in _editable(request)}
    return tuple(one_line(name) for name in arguments_of(request.call) if name not in known)


def chosen(filled: Filled, request: ApprovalRequest | None, tool: Tool | None) -> Chosen:
    """The decision of a form. Of what is not open any more the thread tells them. Raises NotPossible."""
    choice, reason, to = filled.choice, filled.reason, filled.to
    decision = CHOICES.get(choice)
    if decision is None:
        raise NotPossible("Please choose what to do: to approve, to deny, or something else.")
    if choice in _WORDS_NEEDED and not reason:
        raise NotPossible(_WORDS_NEEDED[choice])
    if choice == "delegate":
        if request and to not in request.terms.delegates:
            raise NotPossible("Please choose who is to decide instead.")
        return Chosen(decision, f"{choice}:{_short(to)}", reason, to=to)
    if decision != "approve" or request is None:
        return Chosen(decision, choice, reason)
    arguments = _changed(request, filled.typed, tool)
    if choice == "approve" and arguments:
        raise NotPossible("You changed arguments, and chose to approve what was asked. Please choose one of both.")
    if choice == "change" and not arguments:
        raise NotPossible("You chose to approve with changes, and changed nothing.")
    return Chosen(decision, f"{choice}:{_short(arguments)}" if arguments else choice, reason, arguments)


def changes(before: str, after: str) -> Iterator[tuple[str, str, str]]:
    """The arguments that are not the same in two calls, as they are passed: name, before, after; `-` for none."""
    old, new = json.loads(before), json.loads(after)
    for name in dict.fromkeys((*old, *new)):
        if (was := _shown(old, name)) != (now := _shown(new, name)):
            yield one_line(name), was, now


def _shown(arguments: Mapping[str, object], name: str) -> str:
    return visible(json.dumps(arguments[name], ensure_ascii=False)) if name in arguments else "-"


def _editable(request: ApprovalRequest) -> Iterator[tuple[str, str, str]]:
    """The key of each field, its argument and its text. Hidden characters are lost or changed in a field."""
    for number, (name, value) in enumerate(arguments_of(request.call).items()):
        text = written(value)
        if visible(text) == text:
            yield f"argument-{number}", name, text


def _changed(request: ApprovalRequest, typed: Mapping[str, str], tool: Tool | None) -> str:
    """The arguments as changed, in JSON text; empty if they are not. Raises NotPossible."""
    values = {name: written(value) for name, value in arguments_of(request.call).items()}
    for key, name, text in _editable(request):
        # Browsers send a line break in a field as two characters.
        values[name] = typed.get(key, text).replace("\r\n", "\n")
    try:
        arguments = arguments_from(values.items(), request.call)
        if arguments == request.call.arguments:
            return ""
        if tool is not None:
            call_of(tool, arguments)
    except BadAnswer as error:
        raise NotPossible("Some arguments cannot be used as they are.", error.problems) from error
    except BadArguments as error:
        raise NotPossible(f"The arguments cannot be used: {error}.", error.by_name) from error
    return arguments


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
