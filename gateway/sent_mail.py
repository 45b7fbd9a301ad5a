"""Mails we sent, as far as their answers and bounces need them: kept for as long as links are good."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from pydantic import ValidationError

from adapters.email.found import Sent
from adapters.email.where import CHANNEL
from gateway.storage import Links


@dataclass(frozen=True)
class KeptMail:
    """What `adapters.email.sent.SentMail` asks for, in the store."""

    links: Links

    async def note(self, sent: Sent) -> None:
        """Remember a mail."""
        await self.links.put(CHANNEL, _name(sent.effect_id), zlib.compress(sent.model_dump_json().encode()))

    async def find(self, effect_id: str) -> Sent | None:
        """The mail an effect sent, if it is remembered."""
        kept = await self.links.get(CHANNEL, _name(effect_id))
        try:
            return Sent.model_validate_json(zlib.decompress(kept)) if kept else None
        except (zlib.error, ValidationError):
            return None  # Another version of ours wrote it.


def _name(effect_id: str) -> str:
    return f"sent\x1f{effect_id}"
