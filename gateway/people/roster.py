"""The roster: everybody known now, by their file and by what was said since; the one way to read it and to write it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from agent_core.people import People, Person
from gateway.people.changes import CHANGE, Change, Overlaid
from gateway.storage import RosterStore

RECENT_SECONDS = 1.0


class Roster:
    """People as they were at the last look. Without a store they are those of the file, for good.

    Who decides by them asks for `fresh` ones; who only has to know roughly who writes, for `recent` ones.
    """

    def __init__(self, base: People, store: RosterStore | None = None) -> None:
        self._store = store
        self._now = Overlaid(base)
        self._looked = -RECENT_SECONDS
        self._turn = asyncio.Lock()

    @property
    def people(self) -> People:
        """Everybody, as of the last look."""
        return self._now.people

    @property
    def known(self) -> Overlaid:
        """People, grants and links, as of the last look."""
        return self._now

    def owner(self, identity: str) -> Person | None:
        """The person behind an identity, as of the last look."""
        return self.people.owner(identity)

    async def fresh(self) -> Overlaid:
        """As it is now: only what was added since the last look is read. Raises StoreError.

        Those who ask while somebody looks share the look after it.
        """
        if self._store:
            asked = time.monotonic()
            async with self._turn:
                if self._looked <= asked:
                    await self._look(self._store)
        return self._now

    async def _look(self, store: RosterStore) -> None:
        began = time.monotonic()
        news = await store.since(self._now.seen)
        self._now = self._now.after(map(CHANGE.validate_json, news)) if news else self._now
        self._looked = began

    async def recent(self) -> Overlaid:
        """As it was no longer than a second ago. Raises StoreError."""
        if time.monotonic() - self._looked >= RECENT_SECONDS:
            return await self.fresh()
        return self._now

    async def write(self, decide: Callable[[Overlaid], Sequence[Change]]) -> Sequence[Change]:
        """Add the changes that follow from how it is; decided again when somebody else was faster. What was added.

        Whatever `decide` raises is raised. Raises StoreError.
        """
        assert self._store, "people without a store stay as they are"
        while True:
            known = await self.fresh()
            changes = decide(known)
            bodies = [change.model_dump_json().encode() for change in changes]
            if not bodies or await self._store.append(known.seen, bodies):
                await self.fresh()
                return changes

    async def unreviewed(self) -> tuple[list[Change], int]:
        """The changes that waiting threads may not have been told of, and how many there are with those before.

        Raises StoreError.
        """
        if self._store is None:
            return [], 0
        before = await self._store.reviewed()
        news = [CHANGE.validate_json(body) for body in await self._store.since(before)]
        return news, before + len(news)

    async def note_reviewed(self, seen: int) -> None:
        """So many have been told of. Raises StoreError."""
        if self._store:
            await self._store.note_reviewed(seen)

    async def history(self) -> list[Change]:
        """Every change, the oldest first. Raises StoreError."""
        return [CHANGE.validate_json(body) for body in await self._store.since(0)] if self._store else []
