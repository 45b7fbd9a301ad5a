"""Blocks: the few shapes of Block Kit that we use. Text that is not ours is escaped, here or in text.py."""

from __future__ import annotations

from typing import TypeAlias

from pydantic import JsonValue

from adapters.slack.text import escape
from adapters.text import one_line

Json: TypeAlias = dict[str, JsonValue]


def plain(text: str) -> Json:
    """Words of one line, without any markup; `:smile:` stays as it is."""
    return {"type": "plain_text", "text": escape(one_line(text)), "emoji": False}


def mrkdwn(text: str) -> Json:
    """Slack's own markup; what is not ours in it was escaped before. `verbatim`: no name becomes a mention."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Json:
    """A title."""
    return {"type": "header", "text": plain(text)}


def section(text: str) -> Json:
    """A paragraph of mrkdwn."""
    return {"type": "section", "text": mrkdwn(text)}


def context(text: str) -> Json:
    """A paragraph in small letters."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def markdown(text: str) -> Json:
    """Inert Markdown."""
    return {"type": "markdown", "text": text}


def actions(block_id: str, *elements: Json) -> Json:
    """Buttons in a row."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(action_id: str, words: str, value: str, *, style: str = "", confirm: Json | None = None) -> Json:
    """A button; `style` is `primary` or `danger`, and says nothing the words do not."""
    made: Json = {"type": "button", "action_id": action_id, "text": plain(words), "value": value}
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = confirm
    return made


def confirmation(title: str, text: str, yes: str, no: str) -> Json:
    """The dialog between a press and its effect."""
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no), "style": "danger"}
