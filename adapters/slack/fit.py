"""Fit: a message that Slack calls too long after all, in smaller ones. Nothing is cut off.

How much text a message may hold is not documented, and what is (see limits.py) was kept; so this is for the day on
which Slack changes its mind. A card in pieces cannot be decided here: whoever presses a button must see everything.
"""

from __future__ import annotations

from pydantic import JsonValue

from adapters.slack import blocks as kit
from adapters.slack.blocks import Json
from adapters.slack.card import LONG_TEXT, Message
from adapters.slack.limits import TEXT
from adapters.slack.text import bare

TOO_LONG = {"msg_blocks_too_long", "msg_too_long"}
NO_BUTTONS = "This is too long for Slack in one message, so it has no buttons here."


def smaller(message: Message) -> tuple[Message, ...]:
    """The message in two of half its blocks; one block as plain text; nothing when there is nothing left to try."""
    blocks = tuple(block for block in message.blocks if block["type"] != "actions")
    if len(blocks) < len(message.blocks):
        blocks = (*blocks, kit.section(NO_BUTTONS))
    if len(blocks) > 1:
        half = len(blocks) // 2
        return _of(blocks[:half]), _of(blocks[half:])
    return tuple(Message(_words(block), ()) for block in blocks)


def headline(message: Message) -> Message:
    """Its first words and no blocks."""
    return Message(_words(message.blocks[0]) if message.blocks else message.text, ())


def _of(blocks: tuple[Json, ...]) -> Message:
    words = "\n\n".join(map(_words, blocks))
    return Message(words if len(words) <= TEXT else LONG_TEXT, blocks)


def _words(block: JsonValue) -> str:
    """What a block of ours says, as mrkdwn."""
    match block:
        case {"type": "markdown", "text": str(text)}:
            return bare(text)
        case {"text": str(text)} | {"text": {"text": str(text)}}:
            return text
        case {"elements": list(elements)}:
            return " ".join(map(_words, elements))
    return ""
