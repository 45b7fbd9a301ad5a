"""Nonces: what a bot sent in the last minutes, so that the same message sent again is the one already there.

What was deleted since is not sent again either: Discord answers that it does not know the message.
https://docs.discord.com/developers/resources/message#create-message
"""

from __future__ import annotations

from sandbox.discord.clock import Clock
from sandbox.discord.world import Message

GOOD_FOR = 300.0  # seconds; "the past few minutes", Discord says


class Nonces:
    """By author. Forgotten after some minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[Message, float]] = {}

    def keep(self, message: Message) -> None:
        """This was sent."""
        if message.nonce is not None:
            self._kept[message.author, str(message.nonce)] = message, self._clock.seconds()

    def find(self, author: str, nonce: str | int | None) -> Message | None:
        """What this author sent with this nonce."""
        found = self._kept.get((author, str(nonce))) if nonce is not None else None
        if found is None or self._clock.seconds() - found[1] > GOOD_FOR:
            return None
        return found[0]
