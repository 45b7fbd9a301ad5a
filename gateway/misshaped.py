"""Misshaped: what is wrong with a value that is not of the shape it must have, in sentences for who wrote the file.

Pydantic speaks to programmers. What people meet has a sentence here; of the rest, its own words are passed on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_A_LIST, _A_TABLE, _TEXT = "it must be a list", "it must be keys with their values", "it must be text"
_A_NUMBER, _WHOLE = "it must be a number", "it must be a whole number"
_YES_OR_NO = "it must be true or false"
_DURATION = "it must be a duration such as PT4H"
_TIME, _DATE = "it must be a time of day such as 09:00", "it must be a date such as 2026-12-24"
_MOMENT = "it must be a moment with its time zone such as 2026-12-24T09:00:00Z"

# By the type of pydantic's error; what stands in braces is what it had expected.
SENTENCES = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such key",
    "literal_error": "it must be {expected}",
    "tuple_type": _A_LIST,
    "dict_type": _A_TABLE,
    "model_type": _A_TABLE,
    "string_type": _TEXT,
    "bool_type": _YES_OR_NO,
    "bool_parsing": _YES_OR_NO,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _A_NUMBER,
    "greater_than": "it must be more than {gt}",
    "greater_than_equal": "it must be at least {ge}",
    "less_than_equal": "it must be at most {le}",
    "too_short": "it must list at least {min_length}",
    "time_delta_type": _DURATION,
    "time_delta_parsing": _DURATION,
    "time_type": _TIME,
    "time_parsing": _TIME,
    "date_type": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "timezone_aware": _MOMENT,
}


def sentence(error: ErrorDetails, shape: type[BaseModel]) -> str:
    """What is wrong with one value of a file of this shape. Says what was expected, and never what was found."""
    said = SENTENCES.get(error["type"])
    if said is None:
        return error["msg"].removeprefix("Value error, ")
    expected = {name: _listed(str(value)) for name, value in error.get("ctx", {}).items()}
    return said.format(**expected) + (_meant(error["loc"], shape) if error["type"] == "extra_forbidden" else "")


def either(sentences: Sequence[str]) -> str:
    """One sentence about a value that might have been several things, and is none of them."""
    several = list(dict.fromkeys(sentences))
    if _A_NUMBER in several and _WHOLE in several:
        several.remove(_WHOLE)
    return ", or ".join([*several[:1], *(one.removeprefix("it must be ") for one in several[1:])])


def _listed(expected: str) -> str:
    """Choices as they are written in a file; pydantic puts them in quotes, with an `or`."""
    choices = re.findall(r"'([^']*)'", expected)
    return f"one of: {', '.join(choices)}" if len(choices) > 1 else expected.strip("'")


def _meant(where: Sequence[int | str], shape: type[BaseModel]) -> str:
    """The key that was meant, if one is like it."""
    close = get_close_matches(str(where[-1]), _owner(where[:-1], shape).model_fields, n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def _owner(where: Sequence[int | str], shape: type[BaseModel]) -> type[BaseModel]:
    """What a path leads to. Places in lists, and names that people choose, lead nowhere else."""
    for step in where:
        if step in shape.model_fields:
            shape = _within(shape.model_fields[str(step)].annotation) or shape
    return shape


def _within(annotation: object) -> type[BaseModel] | None:
    """The shape that a type is made of, as `Rule` in `tuple[Rule, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _within(inner))), None)
