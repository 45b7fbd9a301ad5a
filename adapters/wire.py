"""Wire: careful reading of JSON that platforms post, pure. Whatever the shapes, nothing breaks on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from adapters.errors import Unreadable

Json = Mapping[str, object]


def at(data: object, *path: str) -> object:
    """What lies at the end of a path of keys; None when the path breaks off."""
    for key in path:
        data = cast(Json, data).get(key) if isinstance(data, Mapping) else None
    return data


def child(data: object, *path: str) -> Json:
    """The object at a path; an empty one when there is none."""
    found = at(data, *path)
    return cast(Json, found) if isinstance(found, Mapping) else {}


def children(data: object, *path: str) -> tuple[Json, ...]:
    """The objects in a list at a path, without whatever else is in it."""
    found = at(data, *path)
    if not isinstance(found, Sequence) or isinstance(found, (str, bytes)):
        return ()
    return tuple(item for item in found if isinstance(item, Mapping))


def words(data: object, *path: str) -> str:
    """The string at a path; empty when there is none. Half a surrogate pair, which nothing can store, becomes a `?`."""
    found = at(data, *path)
    return found.encode("utf-8", "replace").decode("utf-8") if isinstance(found, str) else ""


def required(found: str, name: str) -> str:
    """What was found, if anything was. Raises Unreadable."""
    if not found:
        raise Unreadable(f"{name} is missing")
    return found
