"""Reviewing: after a change to people, the threads that wait for one of them look at their open requests again.

Whoever writes a change has nothing to do for this, and may die behind it: how many changes the threads were told of is
kept in the store, and goes on only when all were told. What is told twice is known by the change's id.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import structlog

from agent_core.events import ApprovalRequest, PeopleChanged
from agent_core.people import People
from agent_core.thread import Thread
from gateway.entry import encode
from gateway.people.changes import Away, Change, Left, Unlinked
from gateway.people.roster import Roster
from gateway.store.errors import StoreError
from gateway.threads import Threads

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Reviewing:
    """Looks every `every` seconds; any number may."""

    roster: Roster
    threads: Threads
    every: float = 0.5

    async def run(self, stopping: asyncio.Event) -> None:
        """Tell threads of changes until `stopping`."""
        while not stopping.is_set():
            try:
                await self.review()
            except StoreError as error:
                log.warning("changes to people not told yet", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), self.every)

    async def review(self) -> int:
        """Tell every thread that waits for somebody of whom there is news; how many changes were new.

        Raises StoreError: then all of them are told again, by whoever looks next.
        """
        news, seen = await self.roster.unreviewed()
        if not news:
            return 0
        if latest := _latest(news):
            people = (await self.roster.fresh()).people
            for thread in await self.threads.awaited():
                await self._tell(thread, latest, _waited_for(thread, people))
        await self.roster.note_reviewed(seen)
        return len(news)

    async def _tell(self, thread: Thread, latest: Collection[Change], waited_for: Collection[str]) -> None:
        for change in latest:
            if isinstance(change, Left | Away | Unlinked) and change.person in waited_for:
                fact = PeopleChanged(id=f"people:{change.id}", person=change.person)
                await self.threads.store.ingest(thread.id, fact.id, encode(fact))
                log.info("thread looks again", thread=thread.id, person=change.person)


def _latest(news: Iterable[Change]) -> Collection[Change]:
    """The last change of each person after which they may not decide any more what waits for them."""
    return {one.person: one for one in news if isinstance(one, Left | Away | Unlinked)}.values()


def _waited_for(thread: Thread, people: People) -> frozenset[str]:
    """Everybody who may decide something that is open, or would be asked yet."""
    asked = [one for one in thread.open if isinstance(one, ApprovalRequest)]
    names = [name for one in asked for name in (*one.approvers, *(to for step in one.terms.plan for to in step.to))]
    return frozenset(people.each(names))
