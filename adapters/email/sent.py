"""Sent: the memory of what we sent, so that what quotes it is seen to, and only bounces of it are believed."""

from __future__ import annotations

from typing import Protocol

from adapters.email.found import Sent


class SentMail(Protocol):
    """Mails of ours by the effect that sent them, for a month. Raises StoreError."""

    async def note(self, sent: Sent) -> None:
        """Remember a mail; before it goes out, as an answer may be quick."""
        ...

    async def find(self, effect_id: str) -> Sent | None:
        """The mail an effect sent, if it is remembered."""
        ...
