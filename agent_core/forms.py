"""Forms: what a question with several fields takes for an answer, in a form or in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from agent_core.values import FormField, Text

Values = tuple[tuple[str, Text], ...]
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
    return next((choice for choice in field.choices if choice.lower() == text.lower()), text)


def in_words(values: Mapping[str, str] | Values) -> str:
    """One line for each: `name: value`."""
    pairs = values.items() if isinstance(values, Mapping) else values
    return "\n".join(f"{name}: {value}" for name, value in pairs)
