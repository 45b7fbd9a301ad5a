"""The crew: the roles that claim work, stepped one piece at a time until there is nothing left to do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.app import House
from gateway.ports import TOOL_LANE
from gateway.routing import NOWHERE
from gateway.runner import Runner
from gateway.sender import Sender
from gateway.timers import Timers
from gateway.worker import Worker
from tests.stories.agent import Workshop
from tests.stories.stage import Stage

# More rounds than any step of a story takes: whatever goes round in circles is found, and not waited for.
ROUNDS = 60


@dataclass(frozen=True)
class Crew:
    """Who works in a house."""

    worker: Worker
    sender: Sender
    runner: Runner
    timers: Timers

    async def round(self) -> int:
        """Everything that can be done now, once; how much that was."""
        done = await self.timers.store.fire()
        for claim in await self.worker.store.claim(most=16):
            await self.worker.work(claim)
            done += 1
        for queue in (*self.sender.adapters, NOWHERE):
            for grant in await self.sender.store.fx_claim(queue, most=8):
                await self.sender.carry(grant)
                done += 1
        for grant in await self.runner.store.fx_claim(TOOL_LANE, most=8):
            await self.runner.perform(grant)
            done += 1
        return done


def crew_of(house: House, workshop: Workshop) -> Crew:
    """The roles of a house; its tools are those of a workshop."""
    runner = replace(house.runner(), executors=workshop.executors)
    return Crew(house.worker(), house.sender(), runner, house.timers())


async def until_quiet(stage: Stage, crew: Crew) -> None:
    """Until everything that people did has been heard, and everything that follows from it is done."""
    for _ in range(ROUNDS):
        for hands in stage.hands.values():
            await hands.settled()
        if not await crew.round():
            return
    raise AssertionError(f"there is no end of it after {ROUNDS} rounds")
