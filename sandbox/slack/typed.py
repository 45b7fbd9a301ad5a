"""What Slack's client makes of what a person types: mentions become ids, `&<>` are escaped, the words a rich_text."""

from __future__ import annotations

import re
from collections.abc import Callable

from sandbox.slack.ids import short_id
from sandbox.slack.shapes import Blocks, Json

_MENTION = re.compile(r"(?<![\w.])@([\w.-]*\w)")
_TOKEN = re.compile(r"<@(\w+)>|<!(here|channel|everyone)>")


def typed(text: str, user_id: Callable[[str], str]) -> str:
    """The text of the message. `user_id` finds whom a handle names, or returns nothing."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MENTION.sub(lambda found: _mention(found, user_id), escaped)


def _mention(found: re.Match[str], user_id: Callable[[str], str]) -> str:
    if found[1] in ("here", "channel", "everyone"):
        return f"<!{found[1]}>"
    known = user_id(found[1])
    return f"<@{known}>" if known else found[0]


def rich_text(text: str) -> Blocks:
    """The block the client sends beside the text."""
    pieces: list[Json] = []
    start = 0
    for found in _TOKEN.finditer(text):
        pieces += _words(text[start : found.start()])
        pieces.append({"type": "user", "user_id": found[1]} if found[1] else {"type": "broadcast", "range": found[2]})
        start = found.end()
    pieces += _words(text[start:])
    section = {"type": "rich_text_section", "elements": pieces}
    return [{"type": "rich_text", "block_id": short_id(), "elements": [section]}]


def _words(text: str) -> list[Json]:
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return [{"type": "text", "text": plain}] if plain else []


def mentions(text: str, user: str) -> bool:
    """Whether the text mentions this user."""
    return f"<@{user}>" in text
