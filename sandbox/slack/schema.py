"""The words in which Slack refuses blocks and views, and the checks they are made of.

A complaint ends in a JSON pointer: `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`. The words
are those found in answers people have published; where none was found, they are near, not exact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sandbox.slack.shapes import Json

PLAIN = ("plain_text",)
ANY_TEXT = ("plain_text", "mrkdwn")


def complaint(words: str, where: str) -> str:
    """A complaint about a place."""
    return f"{words} [json-pointer:{where}]"


def length(value: object, most: int, where: str, least: int = 0) -> Iterator[str]:
    """A string, not longer than `most` characters nor shorter than `least`."""
    if not isinstance(value, str):
        yield complaint("must be a string", where)
    elif len(value) > most:
        yield complaint(f"must be less than {most + 1} characters", where)
    elif len(value) < least:
        yield complaint(f"must be more than {least - 1} characters", where)


def optional(owner: Json, name: str, most: int, where: str) -> Iterator[str]:
    """A string that may be missing."""
    if name in owner:
        yield from length(owner[name], most, f"{where}/{name}")


def items(value: object, most: int, where: str, least: int = 1) -> Iterator[str]:
    """A list of at most `most` and at least `least` items."""
    if not isinstance(value, list):
        yield complaint("must be an array", where)
    elif len(value) > most:
        yield complaint(f"no more than {most} items allowed", where)
    elif len(value) < least:
        yield complaint(f"no fewer than {least} items allowed", where)


def listed(value: object) -> list[Any]:
    """What can be gone through of something that should be a list."""
    return value if isinstance(value, list) else []


def known(owner: Json, names: Collection[str], where: str) -> Iterator[str]:
    """No property that Slack does not know."""
    for name in owner:
        if name not in names:
            yield complaint(f"invalid additional property: {name}", where)


def required(owner: Json, name: str, where: str) -> Iterator[str]:
    """A property that must be there."""
    if name not in owner:
        yield complaint(f"missing required field: {name}", where)


def text(owner: Json, name: str, most: int, where: str, kinds: tuple[str, ...] = PLAIN) -> Iterator[str]:
    """A text object that must be there: of these kinds, neither empty nor too long."""
    yield from required(owner, name, where)
    if name in owner:
        yield from text_object(owner[name], most, f"{where}/{name}", kinds)


def optional_text(owner: Json, name: str, most: int, where: str, kinds: tuple[str, ...] = PLAIN) -> Iterator[str]:
    """A text object that may be missing."""
    if name in owner:
        yield from text_object(owner[name], most, f"{where}/{name}", kinds)


def text_object(value: object, most: int, where: str, kinds: tuple[str, ...]) -> Iterator[str]:
    """A text object: `{"type": "plain_text" | "mrkdwn", "text": ...}`."""
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield complaint("failed to match all allowed schemas", where)
        return
    names = ("type", "text", "emoji") if value["type"] == "plain_text" else ("type", "text", "verbatim")
    yield from known(value, names, where)
    yield from length(value.get("text"), most, f"{where}/text", least=1)
