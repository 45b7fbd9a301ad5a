"""Forms: what a question with several fields takes for an answer, in a form or in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from agent_core.spelling import plain
from agent_core.values import FormField, Text

Values = tuple[tuple[str, Text], ...]
# What is typed for a field that is to be left out.
NOTHING = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212")
_LINE = re.compile(r"^\s*([^:]{1,80}?)\s*:\s*(.*?)\s*$")


def check(fields: Sequence[FormField], values: Values) -> Mapping[str, str]:
    """What is wrong, by the field's name; empty when the form can stand."""
    given: dict[str, list[str]] = {}
    for name, value in values:
        given.setdefault(name, []).append(value)
    problems = {name: "there is no such field" for name in given if name not in {field.name for field in fields}}
    for field in fields:
        if why := next(_wrong(field, [value for value in given.get(field.name, ()) if value.strip()]), None):
            problems[field.name] = why
    return problems


def _wrong(field: FormField, values: Sequence[str]) -> Iterator[str]:
    if not values and field.required:
        yield "this is needed"
    if len(values) > 1 and field.kind != "choices":
        yield "only one answer is possible"
    for value in values:
        match field.kind:
            case "number" if not _is_number(value):
                yield f"{value} is not a number"
            case "date" if not _is_date(value):
                yield f"{value} is not a date like 2026-01-31"
            case "choice" | "choices" if value not in field.choices:
                yield f"choose from {', '.join(field.choices)}"


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def typed(fields: Sequence[FormField], values: Values) -> Values:
    """The values with choices that were typed as offered; several in one line, by commas, each on its own."""
    by_name = {field.name: field for field in fields if field.choices}
    return tuple(pair for name, value in values for pair in _spelled(by_name.get(name), name, value))


def _spelled(field: FormField | None, name: str, value: str) -> Values:
    if field is None or value in field.choices:
        return ((name, value),)
    return tuple((name, _chosen(field, part)) for part in _parts(field, value) if part)


def read(fields: Sequence[FormField], text: str) -> Values:
    """A form filled in as lines `name: value`, or as a bare value when there is one field only."""
    names = {key.lower(): field for field in fields for key in (field.name, field.label)}
    found = []
    for line in text.splitlines():
        match = _LINE.match(line)
        field = names.get(match[1].lower()) if match else None
        if match and field:
            found += [(field.name, _chosen(field, part)) for part in _parts(field, match[2])]
    if not found and len(fields) == 1:
        return tuple((fields[0].name, _chosen(fields[0], part)) for part in _parts(fields[0], text.strip()))
    return tuple(found)


def _parts(field: FormField, text: str) -> list[str]:
    return [part.strip() for part in text.split(",")] if field.kind == "choices" else [text]


def _chosen(field: FormField, text: str) -> str:
    """The choice that is meant, whatever its capitals."""
    return next((choice for choice in field.choices if plain(choice).lower() == plain(text).lower()), text)


def in_words(values: Mapping[str, str] | Values) -> str:
    """One line for each: `name: value`."""
    pairs = values.items() if isinstance(values, Mapping) else values
    return "\n".join(f"{name}: {value}" for name, value in pairs)


# --- field by field


class Turn(NamedTuple):
    """Where a form is that is asked field by field: `field` is asked next, None once it is complete.

    `values` are what was given so far, `problem` why the field is asked again.
    """

    field: FormField | None
    values: Values
    problem: str = ""


def take_turn(fields: Sequence[FormField], asked: FormField, values: Values, text: str) -> Turn:
    """What comes after the answer to the field that was asked, which may also be lines `name: value` of several."""
    skipped = text.strip() in NOTHING
    given = _given(fields, asked, "" if skipped else text)
    named = [field for field in fields if any(name == field.name for name, _ in given)]
    for field in named:
        if why := check((field,), tuple(pair for pair in given if pair[0] == field.name)).get(field.name):
            return Turn(field, values, why)
    given = tuple(pair for pair in given if pair[1])
    kept = tuple(pair for pair in values if pair[0] not in {field.name for field in named})
    return Turn(_next(fields, asked, kept + given, skipped), kept + given)


def _next(fields: Sequence[FormField], asked: FormField, values: Values, skipped: bool) -> FormField | None:
    """The first field without a value from the one that was asked on: those before it had their turn."""
    place = next((n for n, field in enumerate(fields) if field.name == asked.name), 0)
    answered = {name for name, _ in values}
    return next((field for field in fields[place + skipped :] if field.name not in answered), None)


def _given(fields: Sequence[FormField], asked: FormField, text: str) -> Values:
    """What was typed: lines `name: value`, or else all of it for the field that was asked."""
    lines = read(fields, text) if len(fields) > 1 else ()
    if lines:
        by_name = {field.name: field for field in fields}
        return tuple((name, _at(by_name[name], value)) for name, value in lines)
    typed = plain(text) if asked.kind in ("number", "date") else text
    parts = [_at(asked, _chosen(asked, part)) for part in _parts(asked, typed.strip()) if part]
    return tuple((asked.name, part) for part in parts or [""])


def _at(field: FormField, part: str) -> str:
    """The choice whose place in the list was typed, counted from 1; or what was typed."""
    number = plain(part).rstrip(".)")
    if not field.numbered or not (number.isascii() and number.isdigit() and len(number) < 4):
        return part
    place = int(number) - 1
    return field.choices[place] if 0 <= place < len(field.choices) else part
