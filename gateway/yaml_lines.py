"""YAML with its lines: the plain values of a file, and where in it each of them stands.

Read as YAML 1.2 has it: `17:00` is text and no number, `no` is text and not false. Keys are text. Tags and aliases are
not read: what a file says stands where it says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, Event, ScalarEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from agent_core.policy.faults import Fault, Where
from gateway.errors import Misconfigured

MAX_DEPTH = 16
MAX_NAME = 60


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}  # noqa: RUF012 (PyYAML's own way; none of its older ones)


# What a plain value is, by its first characters and its whole text; text, if it is none of these.
for _name, _first, _whole in (
    ("null", ["~", "n", "N", ""], r"^(?:~|null|Null|NULL|)$"),
    ("bool", [*"tTfF"], r"^(?:true|True|TRUE|false|False|FALSE)$"),
    ("int", [*"-+0123456789"], r"^[-+]?(?:0|[1-9][0-9]{0,29})$"),
    ("float", [*"-+0123456789"], r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]{1,2})?$"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(_whole), _first)


@dataclass(frozen=True)
class Lines:
    """A file as it was read: `plain` is what it says, None for nothing, `faults` are keys that stand there twice."""

    path: Path
    root: Node | None
    plain: object
    faults: tuple[Fault, ...]

    def known(self, where: Iterable[str | int]) -> Where:
        """The part of a path that the file has; steps in between that it does not have are left out."""
        return tuple(step for step, _ in self._steps(where))

    def line(self, where: Where) -> int:
        """The line of what stands at a path, or of what it would stand in; from 1."""
        lines = [line for _, line in self._steps(where)]
        return lines[-1] if lines else 1

    def said(self, faults: Iterable[Fault]) -> str:
        """All that is wrong, from the top down, each on its line: `file:4: rules.0.need: what is wrong`."""
        each = {(self.line(fault.where), _written(fault.where), fault.what): None for fault in faults}
        return "\n".join(_one(self.path, *fault) for fault in sorted(each))

    def _steps(self, where: Iterable[str | int]) -> Iterator[tuple[str | int, int]]:
        node = self.root
        for step in where:
            found = _child(node, step)
            if found is not None:
                line, node = found
                yield step, line


def read_lines(path: Path) -> Lines:
    """The file at a path. Raises Misconfigured, if it is not there, or no YAML as it is read here."""
    try:
        text = path.read_bytes().decode()
        for line, what in _refused(text):
            raise Misconfigured(_one(path, line, "", what))
        root = yaml.compose(text, _Loader)
    except OSError as error:
        raise Misconfigured(f"{path}: it cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(_one(path, error.object[: error.start].count(b"\n") + 1, "", "it is not UTF-8")) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise Misconfigured(_one(path, line, "", "a character that YAML does not have")) from error
    except yaml.MarkedYAMLError as error:
        raise Misconfigured(_one(path, _line_of(error), "", "it is not YAML")) from error
    return Lines(path, root, _plain(root), tuple(_twice(root, ())))


def _line_of(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1


def _one(path: Path, line: int, where: str, what: str) -> str:
    return f"{path}:{line}: {where}: {what}" if where else f"{path}:{line}: {what}"


def _written(where: Where) -> str:
    """A path on one line, whatever a key is made of."""
    return ".".join(step if isinstance(step, str) and step.isprintable() else repr(step) for step in map(_short, where))


def _short(step: str | int) -> str | int:
    return step[:MAX_NAME] if isinstance(step, str) else step


def _refused(text: str) -> Iterator[tuple[int, str]]:
    """What is YAML, and not read here."""
    depth, event = 0, Event()
    for event in yaml.parse(text, _Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, AliasEvent):
            yield line, "what is said elsewhere is not repeated by an alias here"
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            yield line, "there are no tags here"
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            yield line, "it is nested too deeply"


def _child(node: Node | None, step: str | int) -> tuple[int, Node] | None:
    """The line and the value of a key or a place; the last, of a key that is there twice."""
    if isinstance(node, MappingNode):
        found = ((key.start_mark.line + 1, value) for key, value in reversed(node.value) if key.value == step)
        return next(found, None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


def _plain(node: Node | None) -> object:
    if isinstance(node, MappingNode):
        return {_key(key): _plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_plain(value) for value in node.value]
    return _scalar(node) if isinstance(node, ScalarNode) else None


def _scalar(node: ScalarNode) -> str | int | float | bool | None:
    text: str = node.value
    match node.tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
    return text


def _key(node: Node) -> str:
    return node.value if isinstance(node, ScalarNode) else ""


def _twice(node: Node | None, where: Where) -> Iterator[Fault]:
    """Keys that are there twice, and keys that are no text; of two, nobody knows which was meant."""
    if isinstance(node, SequenceNode):
        for n, value in enumerate(node.value):
            yield from _twice(value, (*where, n))
    if isinstance(node, MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                yield Fault(where, "a key is text")
            elif key.value in seen:
                yield Fault((*where, key.value), "it is said twice")
            seen.add(_key(key))
            yield from _twice(value, (*where, _key(key)))
