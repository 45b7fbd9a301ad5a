"""The wire: a request of Twilio as fields, before anybody knows whether it is Twilio's. Bounds come before parsing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from adapters.base import HttpCall
from adapters.errors import Unreadable

# An incoming message has some 30 fields in a few thousand bytes.
MOST_BYTES = 256 * 1024
MOST_FIELDS = 500
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Fields:
    """What was posted: every value of each name, empty ones too, as it came. `text` is the body, if it was JSON."""

    values: Mapping[str, tuple[str, ...]]
    text: str | None = None

    def one(self, name: str) -> str:
        """The value of a field, empty if it is not there. Raises Unreadable if it is there twice, and differs.

        The signature sees to values only, not to their order: which one of two was meant, nobody can say.
        """
        found = set(self.values.get(name, ()))
        if len(found) > 1:
            raise Unreadable(f"{name} is there more than once")
        return next(iter(found), "")


def header(call: HttpCall, name: str) -> str:
    """The value of a header, whatever its case; empty if it is not there."""
    return next((value for given, value in call.headers.items() if given.lower() == name.lower()), "")


def fields(call: HttpCall) -> Fields:
    """The fields of a form or of a JSON object. Raises Unreadable."""
    if len(call.body) > MOST_BYTES:
        raise Unreadable("the body is too long")
    media_type, _, parameters = header(call, "Content-Type").partition(";")
    if "charset" in parameters.lower() and "utf-8" not in parameters.lower():
        raise Unreadable("the body is not UTF-8")
    try:
        text = call.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("the body is not UTF-8") from error
    match media_type.strip().lower():
        case "application/x-www-form-urlencoded":
            return Fields(_grouped(_form(text)))
        case "application/json":
            return Fields(_grouped(_object(text)), text)
    raise Unreadable("the body is neither a form nor JSON")


def _form(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Unreadable("the body is not a form of UTF-8, or has too many fields") from error


def _object(text: str) -> list[tuple[str, str]]:
    """The plain values of an object; there is nothing for us in what is nested."""
    try:
        # Pairs, so that a name that comes twice is seen.
        found = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON") from error
    if not isinstance(found, _Pairs) or len(found) > MOST_FIELDS:
        raise Unreadable("the body is not an object, or has too many fields")
    return [(name, _scalar(value)) for name, value in found if isinstance(value, str | int | float)]


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object."""


def _scalar(value: str | int | float) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return found
