"""The crew: the roles that claim work, stepped one piece at a time until there is nothing left to do."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from gateway.app import House
from gateway.people.registrar import Registrar
from gateway.ports import PEOPLE_LANE, PREVIEW_LANE, TOOL_LANE
from gateway.reviewing import Reviewing
from gateway.routing import NOWHERE
from gateway.runner import Runner
from gateway.sender import Sender
from gateway.timers import Timers
from gateway.worker import Worker
from tests.stories.agent import Workshop
from tests.stories.chance import Chance, Died, FrailAdapter
from tests.stories.settings import LEASE_SECONDS
from tests.stories.stage import Stage

T = TypeVar("T")
# More rounds than any step of a story takes: whatever goes round in circles is found, and not waited for.
ROUNDS = 200
A_LEASE = timedelta(seconds=LEASE_SECONDS + 1)


@dataclass
class Crew:
    """Who works in a house. `lost` is whether somebody died since, whose leases must run out."""

    stage: Stage
    worker: Worker
    sender: Sender
    runner: Runner
    registrar: Registrar
    timers: Timers
    reviewing: Reviewing
    lost: bool = field(default=False)

    async def until_quiet(self) -> None:
        """Until everything that people did has been heard, and everything that follows from it is done."""
        for _ in range(ROUNDS):
            for hands in self.stage.hands.values():
                await hands.settled()
            if await self.round():
                continue
            if not self.lost:
                return
            self.lost = False
            self.stage.pass_by(A_LEASE)
        raise AssertionError(f"there is no end of it after {ROUNDS} rounds")

    async def meanwhile(self) -> None:
        """What others do while somebody is stalled for longer than their leases."""
        self.stage.pass_by(A_LEASE)
        await self.round()

    async def round(self) -> int:
        """One piece of each kind of work that can be done now; how much that was.

        One, as who stalls over the first of several would go on with the others, which are not theirs any more.
        """
        done = len(await self._claimed(self._fired()))
        done += len(await self._claimed(self._reviewed()))
        for claim in await self._claimed(self.worker.store.claim(most=1)):
            await self._alive(self.worker.work(claim))
            done += 1
        for queue in (*self.sender.adapters, NOWHERE):
            for grant in await self._claimed(self.sender.store.fx_claim(queue, most=1)):
                await self._alive(self.sender.carry(grant))
                done += 1
        for queue in (PREVIEW_LANE, TOOL_LANE):
            for grant in await self._claimed(self.runner.store.fx_claim(queue, most=1)):
                await self._alive(self.runner.perform(grant))
                done += 1
        for grant in await self._claimed(self.registrar.store.fx_claim(PEOPLE_LANE, most=1)):
            await self._alive(self.registrar.register(grant))
            done += 1
        return done

    async def _fired(self) -> Sequence[None]:
        return [None] * await self.timers.store.fire()

    async def _reviewed(self) -> Sequence[None]:
        return [None] * await self.reviewing.review()

    async def _claimed(self, claims: Awaitable[Sequence[T]]) -> Sequence[T]:
        """What was claimed; nothing, if whoever claimed it died with it."""
        try:
            return await claims
        except Died:
            self.lost = True
            return ()

    async def _alive(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Died:
            self.lost = True


def crew_of(stage: Stage, house: House, workshop: Workshop, chance: Chance | None) -> Crew:
    """The roles of a house; its tools are those of a workshop. With `chance` they are mortal."""
    worker, sender, timers, reviewing = house.worker(), house.sender(), house.timers(), house.reviewing()
    runner = replace(house.runner(), executors=workshop.executors, previewers=workshop.previewers)
    if chance is None:
        return Crew(stage, worker, sender, runner, house.registrar(), timers, reviewing)
    store = stage.frail(chance)
    adapters = {name: FrailAdapter(adapter, chance) for name, adapter in sender.adapters.items()}
    crew = Crew(
        stage,
        replace(worker, store=store),
        replace(sender, store=store, adapters=adapters),
        replace(runner, store=store),
        replace(house.registrar(), store=store),
        replace(timers, store=store),
        replace(reviewing, threads=replace(reviewing.threads, store=store)),
    )
    chance.meanwhile = crew.meanwhile
    return crew
