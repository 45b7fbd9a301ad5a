"""Limits: what Slack takes in a message or a modal, as numbers, and the gate everything passes before it leaves.

The numbers are Slack's, except where measured ones are smaller: all text of a message's blocks together is refused
somewhere above 12,000 characters, and a text above 4,000 is cut into several messages by Slack itself, anywhere. What
does not fit is split, between paragraphs, lines or words; nothing is ever cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pydantic import JsonValue

from adapters import pieces as in_pieces
from adapters.errors import Rejected
from adapters.slack.text import inert

TEXT = 4_000
MESSAGE_BLOCKS = 50
MESSAGE_SUM = 11_000
MODAL_BLOCKS = 100
SECTION = 3_000
FIELDS = 10
FIELD = 2_000
HEADER = 150
CONTEXT_ELEMENTS = 10
ACTIONS = 5
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
URL = 3_000
ACTION_ID = 255
BLOCK_ID = 255
OPTIONS = 100
CHECKBOXES = 10
OPTION_TEXT = 75
OPTION_VALUE = 150
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
MODAL_TITLE = 24
PRIVATE_METADATA = 3_000
CALLBACK_ID = 255
INPUT = 3_000
LABEL = 2_000
PLACEHOLDER = 150
ALT_TEXT = 2_000
MARKDOWN = 12_000

# The longest value of a key, by the type of the object that holds it; text objects count by their text.
_LONGEST: Mapping[str, Mapping[str, int]] = {
    "section": {"text": SECTION, "fields": FIELDS},
    "header": {"text": HEADER},
    "context": {"elements": CONTEXT_ELEMENTS},
    "actions": {"elements": ACTIONS},
    "markdown": {"text": MARKDOWN},
    "input": {"label": LABEL, "hint": LABEL},
    "image": {"image_url": URL, "alt_text": ALT_TEXT},
    "button": {"text": BUTTON_TEXT, "value": BUTTON_VALUE, "url": URL},
    "plain_text_input": {"initial_value": INPUT, "placeholder": PLACEHOLDER},
    "checkboxes": {"options": CHECKBOXES},
    "static_select": {"options": OPTIONS, "placeholder": PLACEHOLDER},
    "multi_static_select": {"options": OPTIONS, "placeholder": PLACEHOLDER},
    "modal": {
        "title": MODAL_TITLE,
        "submit": MODAL_TITLE,
        "close": MODAL_TITLE,
        "blocks": MODAL_BLOCKS,
        "private_metadata": PRIVATE_METADATA,
        "callback_id": CALLBACK_ID,
    },
    "home": {"blocks": MODAL_BLOCKS, "private_metadata": PRIVATE_METADATA, "callback_id": CALLBACK_ID},
    "message": {"text": TEXT, "blocks": MESSAGE_BLOCKS},
    "confirm": {"title": CONFIRM_TITLE, "text": CONFIRM_TEXT, "confirm": CONFIRM_BUTTON, "deny": CONFIRM_BUTTON},
    "options": {"text": OPTION_TEXT, "value": OPTION_VALUE},
    "fields": {"text": FIELD},
}
_EVERYWHERE = {"action_id": ACTION_ID, "block_id": BLOCK_ID}


def check_message(text: str, blocks: Sequence[Mapping[str, JsonValue]]) -> None:
    """Raises Rejected, naming the limit, for a message Slack would refuse or cut."""
    _refuse(_over("message", {"text": text, "blocks": list(map(dict, blocks))}))
    if (total := size(blocks)) > MESSAGE_SUM:
        raise Rejected(f"the blocks of the message hold {total} characters, over {MESSAGE_SUM}")


def check_view(view: Mapping[str, JsonValue]) -> None:
    """Raises Rejected, naming the limit, for a modal or home tab Slack would refuse."""
    _refuse(_over(str(view["type"]), view))
    _refuse(_twins(view["blocks"]))


def size(blocks: Sequence[Mapping[str, JsonValue]]) -> int:
    """The characters of all text in the blocks together."""
    return sum(_texts(dict(block)) for block in blocks)


def pieces(markdown: str, limit: int = TEXT, write: Callable[[str], str] = inert) -> tuple[str, ...]:
    """An agent's Markdown, written by `inert` or `quoted`, in pieces of up to `limit` characters that stand alone."""
    return in_pieces.pieces(markdown, in_pieces.Room(limit), write)


def pack(parts: Sequence[str], limit: int, joint: str) -> tuple[str, ...]:
    """The parts joined, as many at a time as the limit allows."""
    return in_pieces.pack(parts, limit, joint)


def split(text: str, limit: int) -> tuple[str, ...]:
    """Plain text in pieces of up to `limit` characters, cut between lines or words where there are any."""
    return in_pieces.split(text, limit)


def _texts(value: JsonValue) -> int:
    match value:
        case {"type": "mrkdwn" | "plain_text" | "markdown", "text": str(text)}:
            return len(text)
        case dict():
            return sum(map(_texts, value.values()))
        case list():
            return sum(map(_texts, value))
    return 0


def _twins(blocks: JsonValue) -> Iterator[str]:
    """Slack takes no two blocks of one id, and an answer could not tell them apart."""
    listed = blocks if isinstance(blocks, list) else []
    ids = [block["block_id"] for block in listed if isinstance(block, dict) and "block_id" in block]
    yield from (f"two blocks are called {name}" for number, name in enumerate(ids) if name in ids[:number])


def _refuse(over: Iterator[str]) -> None:
    if found := next(over, None):
        raise Rejected(found)


def _over(kind: str, thing: Mapping[str, JsonValue]) -> Iterator[str]:
    for key, most in {**_LONGEST.get(kind, {}), **_EVERYWHERE}.items():
        if (long := _length(thing.get(key))) > most:
            yield f"{key} of {kind}: {long}, over {most}"
    for key, value in thing.items():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from _over(key if key in ("confirm", "options", "fields") else str(inner.get("type", key)), inner)


def _length(value: JsonValue) -> int:
    match value:
        case {"text": str(text)}:
            return len(text)
        case str() | list():
            return len(value)
    return 0
