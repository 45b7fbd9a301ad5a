"""Look: what of a parcel is there already, when it may have been sent before.

Discord knows a nonce for minutes only. So each message of ours is claimed for its part of an effect once it is out; and
one that says the same, and that nobody claimed, is that of whoever did not live to claim it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.base import Parcel
from adapters.discord.api import Api
from adapters.discord.card import Message
from adapters.discord.meaning import Us
from adapters.discord.where import snowflake
from adapters.meter import Meter
from adapters.wire import at, children, words
from agent_core.values import EPOCH

# A message, and an answer; all else is Discord's, told in our name.
_SAID = (0, 19)
_PAGE = 100
_PAGES = 10
# Clocks differ; in microseconds.
_LEEWAY = 60_000_000


@dataclass(frozen=True)
class Claims:
    """Whose a message is, among all effects and all processes."""

    meter: Meter
    parcel: Parcel

    async def take(self, message: str, part: int) -> bool:
        """Claim a message for a part of this effect; whether it is not another's already. Raises StoreError."""
        owner = f"{self.parcel.effect_id}/{part}"
        return await self.meter.first(f"discord:sent:{message}", owner) == owner


async def look(api: Api, us: Us, claims: Claims, channel: str, messages: Sequence[Message]) -> dict[int, str]:
    """The ids of the parts that are in the channel, by their number. Raises SendError, StoreError."""
    prints = [_print(message.arguments(), message.file.name if message.file else "") for message in messages]
    found: dict[int, str] = {}
    async for there in _since(api, channel, claims.parcel):
        if words(there, "author", "id") != us.user or at(there, "type") not in _SAID:
            continue
        named = children(there, "attachments")
        seen = _print(there, words(named[0], "filename") if named else "")
        part = next((number for number, one in enumerate(prints) if number not in found and one == seen), None)
        if part is not None and await claims.take(words(there, "id"), part):
            found[part] = words(there, "id")
    return found


async def _since(api: Api, channel: str, parcel: Parcel) -> AsyncIterator[Mapping[str, object]]:
    """The channel's messages since the event, the oldest first."""
    began = int((parcel.event.at - EPOCH).total_seconds()) * 1_000_000
    after = snowflake(began - _LEEWAY)
    for _ in range(_PAGES):
        page = await api.call(
            "GET",
            "/channels/{channel_id}/messages",
            channel_id=channel,
            params={"after": after, "limit": _PAGE},
        )
        ordered = sorted(children({"page": page}, "page"), key=lambda one: int(words(one, "id")))
        for message in ordered:
            yield message
        if len(ordered) < _PAGE:
            return
        after = words(ordered[-1], "id")


def _print(message: Mapping[str, Any], file: str) -> tuple[object, ...]:
    """What a message is known by: its words and what its components carry. Discord adds to what it was given."""
    frames = tuple(
        (words(one, "title").strip(), words(one, "description").strip()) for one in children(message, "embeds")
    )
    carried = tuple(
        words(component, "custom_id") or words(component, "url")
        for row in children(message, "components")
        for component in children(row, "components")
    )
    return str(at(message, "content") or "").strip(), frames, carried, file
