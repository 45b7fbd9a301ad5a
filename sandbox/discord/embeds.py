"""Embeds: their limits, and what Discord makes of those it takes. Pure.

https://docs.discord.com/developers/resources/message#embed-object-embed-limits
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.discord.limits import Complaint, items, link, listed, required, table, text
from sandbox.discord.shapes import Json

MOST, ALTOGETHER, FIELDS = 10, 6000, 25
_PICTURES = ("http", "https", "attachment")
_KNOWN = ("title", "description", "url", "timestamp", "color", "footer", "image", "thumbnail", "author", "fields")


def complaints(embeds: Any) -> Iterator[Complaint]:
    """What is wrong with a message's embeds."""
    yield from items("embeds", embeds, MOST)
    made = [_trimmed(table(one)) for one in listed(embeds)]
    for number, embed in enumerate(made):
        yield from _embed(f"embeds.{number}", embed)
    if sum(size(embed) for embed in made) > ALTOGETHER:
        yield "embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {ALTOGETHER}"


def shown(embeds: Any) -> list[Json]:
    """The embeds as the message has them."""
    return [_shown(_trimmed(one)) for one in listed(embeds)]


def size(embed: Json) -> int:
    """How much of the 6,000 characters it takes."""
    own = [embed.get("title"), embed.get("description")]
    own += [table(embed.get("footer")).get("text"), table(embed.get("author")).get("name")]
    for field in listed(embed.get("fields")):
        own += [table(field).get("name"), table(field).get("value")]
    return sum(len(one) for one in own if isinstance(one, str))


def _embed(where: str, embed: Json) -> Iterator[Complaint]:
    if not any(embed.get(name) for name in _KNOWN):
        yield required(f"{where}.description")
    yield from text(f"{where}.title", embed.get("title"), 256)
    yield from text(f"{where}.description", embed.get("description"), 4096)
    yield from link(f"{where}.url", embed.get("url"))
    yield from _colour(f"{where}.color", embed.get("color"))
    yield from _moment(f"{where}.timestamp", embed.get("timestamp"))
    for name, inner, most in (("footer", "text", 2048), ("author", "name", 256)):
        if embed.get(name) is not None:
            yield from text(f"{where}.{name}.{inner}", table(embed[name]).get(inner), most, 1)
            yield from link(f"{where}.{name}.icon_url", table(embed[name]).get("icon_url"), _PICTURES)
    for name in ("image", "thumbnail"):
        yield from link(f"{where}.{name}.url", table(embed.get(name)).get("url"), _PICTURES)
    yield from items(f"{where}.fields", embed.get("fields"), FIELDS)
    for number, field in enumerate(listed(embed.get("fields"))):
        yield from text(f"{where}.fields.{number}.name", table(field).get("name"), 256, 1)
        yield from text(f"{where}.fields.{number}.value", table(field).get("value"), 1024, 1)


def _colour(where: str, value: Any) -> Iterator[Complaint]:
    if value is not None and not (isinstance(value, int) and 0 <= value <= 0xFFFFFF):
        yield where, "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215."


def _moment(where: str, value: Any) -> Iterator[Complaint]:
    if value is None:
        return
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        yield where, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601."


def _trimmed(value: Any) -> Any:
    """Without white space around any text, as Discord counts and keeps it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [_trimmed(one) for one in value]
    return {name: _trimmed(one) for name, one in value.items()} if isinstance(value, dict) else value


def _shown(embed: Json) -> Json:
    kept = {name: embed[name] for name in _KNOWN if embed.get(name) is not None}
    if "fields" in kept:
        kept["fields"] = [{"inline": False} | one for one in kept["fields"]]
    return {"type": "rich"} | kept
