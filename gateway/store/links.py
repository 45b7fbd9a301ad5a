"""Links: which conversations of a channel are answers to something of ours, and what short links open; one key each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from redis.asyncio import Redis

from gateway.store.client import patiently
from gateway.store.partition import prefix_of

KEPT_SECONDS = 90 * 86_400
SHORT_SECONDS = 30 * 86_400  # As long as long ones are good.


@dataclass(frozen=True)
class RedisLinks:
    """One key a conversation, `:lk:<hash>`, gone `KEPT_SECONDS` after it was last set; a short link's goes sooner."""

    redis: Redis
    partitions: int

    async def put(self, channel: str, conversation: str, place: bytes) -> None:
        """Remember where answers from this conversation belong."""
        await patiently(lambda: self.redis.set(self._key(channel, conversation), place, ex=KEPT_SECONDS))

    async def get(self, channel: str, conversation: str) -> bytes | None:
        """Where they belong, if the conversation is one of those."""
        found: bytes | None = await patiently(lambda: self.redis.get(self._key(channel, conversation)))
        return found

    async def first(self, channel: str, message: str, conversation: str) -> str:
        """The conversation in which a message was first seen: this one, unless there was a copy of it before."""
        key, body = self._key(channel, f"message\x1f{message}"), conversation.encode()
        seen = await patiently(lambda: self.redis.set(key, body, nx=True, get=True, ex=KEPT_SECONDS))
        return seen.decode() if seen else conversation

    async def seen(self, channel: str, message: str) -> str | None:
        """The conversation in which a message was first seen, if that was noted."""
        found: bytes | None = await self.get(channel, f"message\x1f{message}")
        return found.decode() if found else None

    async def shorten(self, name: str, opens: bytes) -> None:
        """Keep what a short link of this name opens, for as long as links are good."""
        await patiently(lambda: self.redis.set(self._short(name), opens, ex=SHORT_SECONDS))

    async def opened(self, name: str) -> bytes | None:
        """What the short link of this name opens, if there is one."""
        found: bytes | None = await patiently(lambda: self.redis.get(self._short(name)))
        return found

    def _short(self, name: str) -> str:
        """Under a name of no channel; hashed, since whoever reads the store must not have the links as well."""
        return self._key("", f"short\x1f{name}")

    def _key(self, channel: str, conversation: str) -> str:
        name = hashlib.sha256(f"{channel}\x1f{conversation}".encode()).hexdigest()[:32]
        return f"{prefix_of(name, self.partitions)}:lk:{name}"
