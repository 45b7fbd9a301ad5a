"""Limits: how Discord refuses a form, and the checks that forms have in common. Pure.

The answer is 50035 with a tree of `errors` that has the form's own shape; each leaf is a list `_errors`. Lengths are in
characters (code points), as far as anybody knows.

https://docs.discord.com/developers/reference#error-messages
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from sandbox.discord.errors import Refusal
from sandbox.discord.shapes import Json

Complaint: TypeAlias = tuple[str, str, str]  # where, as `embeds.0.title`; Discord's code for it; its words


def refuse(complaints: Iterable[Complaint]) -> None:
    """Raise Refusal 50035 if there are any."""
    told = list(complaints)
    if told:
        raise Refusal(50035, words="Invalid Form Body", errors=tree(told))


def tree(complaints: Iterable[Complaint]) -> Json:
    """Complaints as Discord nests them."""
    root: Json = {}
    for where, code, words in complaints:
        node = root
        for step in where.split(".") if where else ():
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": words})
    return root


def required(where: str) -> Complaint:
    """Something must be there."""
    return where, "BASE_TYPE_REQUIRED", "This field is required"


def choices(where: str, allowed: Iterable[object]) -> Complaint:
    """Something must be one of these."""
    listed = ", ".join(str(one) for one in allowed)
    return where, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}."


def text(where: str, value: Any, most: int, least: int = 0) -> Iterator[Complaint]:
    """A string of so many characters; what is null or left out counts as empty."""
    if value is not None and not isinstance(value, str):
        yield where, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.'
        return
    long = len(value or "")
    if least and not long:
        yield required(where)
    elif long > most and least < 2:
        yield where, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length."
    elif not least <= long <= most:
        yield where, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length."


def items(where: str, value: Any, most: int, least: int = 0) -> Iterator[Complaint]:
    """A list of so many things; null counts as none."""
    if value is not None and not isinstance(value, list):
        yield where, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"
    elif not least <= len(value or []) <= most:
        yield where, "BASE_TYPE_BAD_LENGTH", f"Must be between {least or 1} and {most} in length."


def link(where: str, value: Any, schemes: tuple[str, ...] = ("http", "https")) -> Iterator[Complaint]:
    """A URL, if there is one."""
    if not value:
        return
    scheme = str(value).partition(":")[0]
    if scheme not in schemes:
        listed = ", ".join(f"'{one}'" for one in schemes)
        words = f'Scheme "{scheme}" is not supported. Scheme must be one of ({listed}).'
        yield where, "URL_TYPE_INVALID_SCHEME", words


def listed(value: Any) -> list[Any]:
    """What can be gone through of something that should be a list."""
    return value if isinstance(value, list) else []


def table(value: Any) -> Json:
    """What can be looked into of something that should be an object."""
    return value if isinstance(value, dict) else {}
