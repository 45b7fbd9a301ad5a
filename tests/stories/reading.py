"""Reading stories: from YAML to values. Whatever is wrong is said with its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tests.stories.happenings import EVENTS, AtOnce
from tests.stories.language import DEEDS, Step, Story
from tests.stories.questions import QUESTIONS

SAID = {**DEEDS, **QUESTIONS}

MOMENT, BOOLEAN = "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"


class BadStory(Exception):
    """A story that cannot be told: `file:line: what is wrong`."""


def stories_in(folder: Path) -> Iterator[tuple[str, Story]]:
    """All stories of a folder, by name. Raises BadStory."""
    for path in sorted(folder.glob("*.yaml")):
        yield path.stem, read_story(path.read_text(encoding="utf-8"), path.name)


def read_story(text: str, name: str = "story") -> Story:
    """The story in a text. Raises BadStory."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadStory(f"{name}:{line}: {error.problem}") from error
    if not isinstance(node, MappingNode):
        raise BadStory(f"{name}:1: a story is a mapping")
    return _Reader(name).story(node)


class _Reader:
    """Reads one file."""

    def __init__(self, name: str) -> None:
        self._name = name

    def story(self, node: MappingNode) -> Story:
        """The whole of it."""
        parts = {key.value: value for key, value in node.value}
        people = _people(_plain(parts["people"])) if "people" in parts else {}
        given = {name: _plain(part) for name, part in parts.items() if name not in ("people", "steps")}
        steps = self._steps(parts["steps"], people) if "steps" in parts else ()
        try:
            return Story.model_validate(given | {"people": people, "steps": steps})
        except ValidationError as error:
            raise self._wrong(node, error) from error

    def _steps(self, node: Node, people: Mapping[str, Any]) -> tuple[Step, ...]:
        if not isinstance(node, SequenceNode):
            raise self._at(node, "steps are a list")
        return tuple(self._step(one, people) for one in node.value)

    def _step(self, node: Node, people: Mapping[str, Any]) -> Step:
        """`bo approves`, or `bo approves: {on: sms}`."""
        told: Node | None = None
        if isinstance(node, MappingNode) and len(node.value) == 1:
            node, told = node.value[0]
        if not isinstance(node, ScalarNode):
            raise self._at(node, "a step is a sentence, or a sentence with one object")
        kind, who = self._kind(node, people)
        values: dict[str, Any] = {"line": node.start_mark.line + 1, "who": who}
        if kind is AtOnce:
            values["steps"] = self._steps(told or node, people)
        elif isinstance(told, MappingNode) and kind.brief != "policy":
            values |= _plain(told)
        elif told is not None:
            if not kind.brief:
                raise self._at(told, "this sentence takes no object but a mapping")
            values[_alias(kind)] = _plain(told)
        try:
            return kind.model_validate(values)
        except ValidationError as error:
            raise self._wrong(told or node, error) from error

    def _kind(self, node: ScalarNode, people: Mapping[str, Any]) -> tuple[type[Step], str]:
        said = " ".join(str(node.value).split())
        if said in EVENTS:
            return EVENTS[said], ""
        who, _, verb = said.partition(" ")
        if verb not in SAID:
            raise self._at(node, f"nobody knows how to play {said!r}")
        if who not in people:
            raise self._at(node, f"there is nobody called {who!r} in this story")
        return SAID[verb], who

    def _at(self, node: Node, why: str) -> BadStory:
        return BadStory(f"{self._name}:{node.start_mark.line + 1}: {why}")

    def _wrong(self, node: Node, error: ValidationError) -> BadStory:
        """The first thing that is wrong, at the line of the innermost part that there is."""
        first = error.errors(include_url=False)[0]
        found, rest = _innermost(node, first["loc"])
        place = ".".join(map(str, first["loc"]))
        return self._at(found, f"{place}: {first['msg']}" if rest or place else first["msg"])


def _alias(kind: type[Step]) -> str:
    return kind.model_fields[kind.brief].alias or kind.brief


def _people(given: Any) -> dict[str, Any]:
    """A list of names, or a mapping of names to what is particular about them."""
    if isinstance(given, list):
        return {name: {} for name in given}
    return {name: about or {} for name, about in given.items()} if isinstance(given, dict) else {}


def _plain(node: Node) -> Any:
    """The value of a node, as `yaml.safe_load` has it; but names, moments, `yes` and `on` are as they were written."""
    if isinstance(node, MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_plain(value) for value in node.value]
    if node.tag == MOMENT or (node.tag == BOOLEAN and node.value not in ("true", "false")):
        return str(node.value)
    return yaml.SafeLoader("").construct_object(node)


def _innermost(node: Node, loc: Sequence[int | str]) -> tuple[Node, Sequence[int | str]]:
    for place, name in enumerate(loc):
        inner: Node | None = None
        if isinstance(node, MappingNode):
            inner = next((value for key, value in node.value if key.value == str(name)), None)
        elif isinstance(node, SequenceNode) and isinstance(name, int) and name < len(node.value):
            inner = node.value[name]
        if inner is None:
            return node, loc[place:]
        node = inner
    return node, ()
