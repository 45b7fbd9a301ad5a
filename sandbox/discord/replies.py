"""Replies: what the token of an interaction opens, for whoever keeps the interactions and for the routes below /webhooks.

https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sandbox.discord.shapes import Json
from sandbox.discord.world import Message


@dataclass
class Reply:
    """An interaction that was answered or put off. `shown` is its interaction_metadata.

    `original` is the message `@original` stands for: what the first answer sent, or the message the button is at.
    `thinking`: it was put off (type 5), so the first follow-up fills in the original. `ephemeral`: and unseen by others.
    """

    channel: str
    user: str
    shown: Json
    original: Message | None = None
    thinking: bool = False
    ephemeral: bool = False


class Interactions(Protocol):
    """Whoever keeps the interactions."""

    def reply(self, application: str, token: str) -> Reply:
        """What a token opens. Raises Refusal: 10015 for one that never was, 50027 when its 15 minutes are over."""
        ...
