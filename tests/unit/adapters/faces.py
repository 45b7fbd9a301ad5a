"""Two faces of one card: what Slack and Discord show of a parcel, read back the way a person reads it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.base import Parcel
from adapters.discord.card import draw as draw_on_discord
from adapters.slack.card import draw as draw_on_slack
from tests.unit.adapters.discord import cards_shown as discord
from tests.unit.adapters.slack import shown as slack

_CODE = re.compile(r"```\n(?P<block>.*?)\n```|`(?P<span>[^`\n]+)`", re.DOTALL)
_SPELLED = "\\u{0060}"


@dataclass(frozen=True)
class Shown:
    """One message as it is read: its words, without the quoted ones of others, those, and what its buttons do."""

    words: str
    quoted: str
    does: tuple[str, ...]

    @property
    def values(self) -> list[str]:
        """What stands in code, letter by letter."""
        return [spelled(found["block"] or found["span"] or "") for found in _CODE.finditer(self.words)]


@dataclass(frozen=True)
class Face:
    """A channel's way of showing a parcel."""

    parcel: Callable[..., Parcel]
    room: str
    shown: Callable[[Parcel], Sequence[Shown]]


def spelled(value: str) -> str:
    """A value as it is compared: whoever spells out a backtick says the same."""
    return value.replace("`", _SPELLED)


def _on_slack(parcel: Parcel) -> list[Shown]:
    return [
        Shown(
            "\n".join(_said(block) for block in message.blocks if block["type"] != "markdown"),
            "\n".join(str(block["text"]) for block in message.blocks if block["type"] == "markdown"),
            tuple(str(name).removeprefix("hp:") for name in slack.buttons([message])),
        )
        for message in draw_on_slack(parcel)
    ]


def _said(block: Any) -> str:
    return html.unescape("\n".join(str(one["text"]) for one in [block.get("text")] if isinstance(one, dict)))


def _on_discord(parcel: Parcel) -> list[Shown]:
    shown = []
    for message in draw_on_discord(parcel):
        lines = message.description.split("\n")
        ours = "\n".join(line for line in lines if not line.startswith(">"))
        quoted = "\n".join(line for line in lines if line.startswith(">"))
        shown.append(Shown(ours, quoted, tuple(discord.acts([message]))))
    return shown


FACES = {
    "slack": Face(slack.parcel, slack.ROOM, _on_slack),
    "discord": Face(discord.parcel, discord.ROOM, _on_discord),
}
