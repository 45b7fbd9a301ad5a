"""Replies: what the token of an interaction opens, to whoever keeps interactions and to the routes below /webhooks.

https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from sandbox.discord.shapes import Json
from sandbox.discord.world import Message


@dataclass
class Reply:
    """An interaction that was answered or put off. `shown` is its interaction_metadata.

    `original` is the message `@original` stands for: what the first answer sent, or the message the button is at.
    `thinking`: it was put off (type 5), so the first follow-up fills in the original. `ephemeral`: only they see it.
    `said` are the messages after the original.
    """

    channel: str
    user: str
    shown: Json
    original: Message | None = None
    thinking: bool = False
    ephemeral: bool = False
    said: list[Message] = field(default_factory=list)


class Interactions(Protocol):
    """Whoever keeps the interactions."""

    def reply(self, application: str, token: str) -> Reply:
        """What a token opens. Raises Refusal: 10015 for one that never was, 50027 when its 15 minutes are over."""
        ...
