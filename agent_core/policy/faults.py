"""Faults: what is wrong with a policy that is well-formed, seen beside the people and the tools there are. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from agent_core.people import People
from agent_core.policy.drafting import can_be_met, terms_of
from agent_core.policy.rules import Condition, Policy, Rule
from agent_core.tools import Tool
from agent_core.values import EPOCH

Where = tuple[str | int, ...]


class Fault(NamedTuple):
    """What is wrong, and where: keys and places in lists, from the top. Says no values."""

    where: Where
    what: str


def faults_of(
    policy: Policy, people: People, tools: Mapping[str, Tool], channels: Collection[str]
) -> tuple[Fault, ...]:
    """Everything that would make a policy say something else than it seems to."""
    found = [*_of_all(policy, people, channels)]
    for n, rule in enumerate(policy.rules):
        own = [*_strange_names(rule, people), *_strange_calls(rule, tools), *_strange_channels(rule, channels)]
        # Who is not there cannot be counted.
        own += [] if own else [*_never_met(rule, people), *_never_done(rule, policy)]
        own += [*_never_reached(rule, policy.rules[:n])]
        found += [Fault(("rules", n, *fault.where), fault.what) for fault in own]
    return tuple(found)


def _of_all(policy: Policy, people: People, channels: Collection[str]) -> Iterator[Fault]:
    persons = {person.id for person in people.people}
    yield from _unknown(("escalate_to",), policy.escalate_to, persons, "there is no such person")
    for where, named in (
        (("words_up_to",), policy.words_up_to),
        (("limits", "per_channel_per_hour"), policy.limits.per_channel_per_hour),
    ):
        for channel in named:
            if channel not in channels:
                yield Fault((*where, channel), "there is no such channel")


def _strange_names(rule: Rule, people: People) -> Iterator[Fault]:
    persons = {person.id for person in people.people}
    names, what = persons | {group.id for group in people.groups}, "there is no such person or group"
    yield from _unknown(("approvers",), rule.approvers, names, what)
    yield from _unknown(("veto",), rule.veto or (), names, what)
    for n, panel in enumerate(rule.also):
        yield from _unknown(("also", n, "of"), panel.of, names, what)
    for n, rung in enumerate(rule.ladder):
        yield from _unknown(("ladder", n, "to"), rung.to, names, what)
    yield from _unknown(("delegates",), rule.delegates, persons, "there is no such person")


def _strange_channels(rule: Rule, channels: Collection[str]) -> Iterator[Fault]:
    yield from _unknown(("via",), rule.via, channels, "there is no such channel")
    for n, rung in enumerate(rule.ladder):
        yield from _unknown(("ladder", n, "via"), rung.via, channels, "there is no such channel")


def _unknown(where: Where, names: Sequence[str], known: Collection[str], what: str) -> Iterator[Fault]:
    yield from (Fault((*where, n), what) for n, name in enumerate(names) if name not in known)


# --- what never happens


def _never_met(rule: Rule, people: People) -> Iterator[Fault]:
    """More people needed than there are. Who has left counts: the file need not change on the day they do."""
    everybody = people.model_copy(
        update={"people": tuple(person.model_copy(update={"left": False}) for person in people.people)}
    )
    if rule.need != 1 and not rule.approvers:
        yield Fault(("need",), "there are no approvers of whom they could be")
    elif rule.panels and not can_be_met(terms_of(rule, (), everybody, None, EPOCH), everybody):
        yield Fault(("need",) if rule.need != 1 else (), "it asks for more people than there are, nobody sitting twice")


def _never_done(rule: Rule, policy: Policy) -> Iterator[Fault]:
    """What is planned for after the end, or for nobody."""
    if rule.on_timeout == "escalate" and not policy.escalate_to:
        yield Fault(("on_timeout",), "there is nobody to escalate to")
    if rule.on_timeout == "hold":
        return  # It is still open then.
    late = [("remind_after", n) for n, after in enumerate(rule.remind_after) if after >= rule.expires_in]
    late += [("ladder", n) for n, rung in enumerate(rule.ladder) if rung.after >= rule.expires_in]
    yield from (Fault(where, "it has expired by then") for where in late)


def _never_reached(rule: Rule, before: Sequence[Rule]) -> Iterator[Fault]:
    """A rule before it speaks of every call that this one speaks of, and the first holds."""
    for n, other in enumerate(before):
        if other.tool == rule.tool and all(rule.when.get(path) == test for path, test in other.when.items()):
            yield Fault((), f"it is never reached: rules.{n} speaks of the same calls, and the first one holds")
            return


# --- what is said of calls


def _strange_calls(rule: Rule, tools: Mapping[str, Tool]) -> Iterator[Fault]:
    """A tool, an argument or a choice that there is not: such a rule would never hold, and the next one would."""
    if rule.tool not in tools:
        yield Fault(("tool",), "there is no such tool")
        return
    schema = tools[rule.tool].arguments.model_json_schema()
    for n, path in enumerate(rule.same_when):
        if not _argument(schema, path):
            yield Fault(("same_when", n), f"{rule.tool} has no such argument")
    for path, test in rule.when.items():
        found = _argument(schema, path)
        if not found:
            yield Fault(("when", path), f"{rule.tool} has no such argument")
        elif all(_never(one, test) for one in found):
            yield Fault(("when", path), f"this argument of {rule.tool} is never so")


def _argument(schema: Mapping[str, Any], path: str) -> list[Mapping[str, Any]]:
    """What may stand at a path, by a schema of JSON; nothing, if it has no such place."""
    found = [schema]
    for name in path.split("."):
        found = [inner for one in found for shape in _shapes(one, schema) for inner in _within(shape, name)]
    return [shape for one in found for shape in _shapes(one, schema)]


def _shapes(schema: Mapping[str, Any], root: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a schema comes down to: what it refers to, and each of what it may be."""
    if "$ref" in schema:
        return _shapes(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    several = schema.get("anyOf") or schema.get("oneOf")
    return [shape for one in several for shape in _shapes(one, root)] if several else [schema]


def _within(schema: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    if name in schema.get("properties", {}):
        return [schema["properties"][name]]
    if schema.get("type", "object") != "object" or schema.get("additionalProperties") is False:
        return []
    more = schema.get("additionalProperties")
    return [more if isinstance(more, Mapping) else {}] if more or "properties" not in schema else []


def _never(schema: Mapping[str, Any], test: Condition) -> bool:
    """Whether nothing of this schema can be so: a choice it does not have, or a bound on what is no number."""
    choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if choices is not None:
        return not any(map(test.holds, choices))
    numbers = (test.above, test.at_least, test.below, test.at_most)
    kind = schema.get("type")
    bounded = any(bound is not None for bound in numbers) and kind not in (None, "number", "integer")
    return bounded or (test.like is not None and kind not in (None, "string"))
