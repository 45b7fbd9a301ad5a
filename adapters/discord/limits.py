"""Limits: what Discord takes in a message, as numbers, and the gate every message passes before it leaves.

Whether Discord counts letters or UTF-16 units is not documented, so they are counted as UTF-16, which is never less;
and texts stay 5 % under its numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from pydantic import JsonValue

from adapters.discord.text import inert
from adapters.errors import Rejected
from adapters.pieces import Room, pieces as in_pieces
from adapters.wire import child, children, words

CONTENT = 1_900
TITLE = 243
DESCRIPTION = 3_890
# All text of a message's embeds.
EMBEDS = 5_700
BUTTON = 76
OPTION = 95
OPTIONS = 25
ROWS = 5
BUTTONS = 5
CUSTOM_ID = 100
URL = 512
THREAD_NAME = 95
# A file may have 10 MiB; what is around it in the request counts too.
FILE = 9_900_000

# Links and code as they are written, and addresses as they stand: in halves they would be none.
_WHOLE = re.compile(r"!?\[[^\[\]]{0,500}\]\([^()\s]{1,1500}\)|<https?://[^\s<>]+>|(?<!`)`[^`\n]+`(?!`)|https?://\S+")


def length(text: str) -> int:
    """How long a text is, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def pieces(markdown: str, limit: int = CONTENT, write: Callable[[str], str] = inert) -> tuple[str, ...]:
    """An agent's Markdown, written by `inert` or `quoted`, in pieces that stand alone."""
    return in_pieces(markdown, Room(limit, length, _WHOLE), write)


def check(message: Mapping[str, JsonValue]) -> None:
    """Raises Rejected, naming the limit, for a message Discord would refuse."""
    if found := next(_over(message), None):
        raise Rejected(found)


def _over(message: Mapping[str, JsonValue]) -> Iterator[str]:
    yield from _longer("content", words(message, "content"), CONTENT)
    embeds = children(message, "embeds")
    for embed in embeds:
        yield from _longer("the embed's title", words(embed, "title"), TITLE)
        yield from _longer("the embed's description", words(embed, "description"), DESCRIPTION)
    said = "".join(words(embed, name) for embed in embeds for name in ("title", "description"))
    yield from _longer("the embeds", said, EMBEDS)
    rows = children(message, "components")
    yield from _more("rows", len(rows), ROWS)
    for row in rows:
        components = children(row, "components")
        yield from _more("components of a row", len(components), BUTTONS)
        for component in components:
            yield from _component(component)


def _component(component: Mapping[str, object]) -> Iterator[str]:
    yield from _longer("a button's label", words(component, "label"), BUTTON)
    yield from _longer("a custom_id", words(component, "custom_id"), CUSTOM_ID)
    yield from _longer("a button's url", words(component, "url"), URL)
    options = children(component, "options")
    yield from _more("options", len(options), OPTIONS)
    for option in options:
        yield from _longer("an option", words(child(option), "label"), OPTION)


def _longer(what: str, text: str, most: int) -> Iterator[str]:
    if (long := length(text)) > most:
        yield f"{what}: {long} characters, over {most}"


def _more(what: str, count: int, most: int) -> Iterator[str]:
    if count > most:
        yield f"{what}: {count}, over {most}"
