"""Chance: processes that die, or stall and come back too late, at any moment between two things that last.

Everything comes from a seed, so that what went wrong can be seen again.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from adapters.base import Adapter, Capabilities, Parcel, Receipt
from adapters.heard import Address
from agent_core.events import ToolCall
from gateway.entry import decode
from gateway.ports import ATTEMPTS, TOOL_LANE, Claim, Commit, Committed, Fenced, Grant, Ingested, Settled, Stale
from gateway.store.threads import RedisThreads
from tests.stories.agent import AGENT

ODDS = 0.2
MOST = 6


class Died(BaseException):
    """A process ends here. Nobody catches it: what it was doing is never finished."""


async def _nothing() -> None:
    """What goes on while a process is stalled, where nothing does."""


@dataclass
class Chance:
    """Strikes at most `most` times. `meanwhile` is what others do until somebody who stalled goes on."""

    seed: int
    most: int = MOST
    struck: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] = _nothing
    _stalled: bool = False

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def at(self, where: str, *, stalls: bool = False) -> None:
        """A moment at which something may go wrong. Raises Died.

        `stalls`: or who works does nothing for so long that others do it, and then goes on. Not before something is
        sent: then both would send it, and nobody could keep them from it.
        """
        if self._stalled or not self.happens(where):
            return
        if not stalls or self._random.random() < 0.5:
            raise Died(where)
        self.struck[-1] = f"stalled {where}"
        self._stalled = True
        try:
            await self.meanwhile()
        finally:
            self._stalled = False

    def happens(self, where: str) -> bool:
        """Whether something goes wrong now."""
        if len(self.struck) >= self.most or self._random.random() >= ODDS:
            return False
        self.struck.append(where)
        return True

    def number(self) -> int:
        """Any number."""
        return self._random.randrange(1_000)


class FrailThreads(RedisThreads):
    """The store, to somebody who may die before and after everything they change in it."""

    chance: Chance

    async def ingest(self, thread_id: str, dedupe: str, record: bytes) -> Ingested:
        """Of what is told a thread, everything, or not the rest of it."""
        done = await super().ingest(thread_id, dedupe, record)
        await self.chance.at("after a thread was told")
        return done

    async def claim(self, *, most: int = 1) -> list[Claim]:
        """Claimed, and maybe never worked on."""
        claims = await super().claim(most=most)
        if claims:
            await self.chance.at("after a claim")
        return claims

    async def commit(self, claim: Claim, commit: Commit) -> Committed | Stale | Fenced:
        """Before it is written, or after."""
        await self.chance.at("before a commit", stalls=True)
        done = await super().commit(claim, commit)
        await self.chance.at("after a commit")
        return done

    async def fire(self) -> int:
        """Timers, fired once or maybe twice."""
        fired = await super().fire()
        if fired:
            await self.chance.at("after timers fired")
        return fired

    async def fx_claim(self, queue: str, *, most: int = 1) -> list[Grant]:
        """Claimed, and maybe never carried out."""
        grants = await super().fx_claim(queue, most=most)
        if grants and all(map(may_repeat, grants)):
            await self.chance.at(f"after a claim of {queue}")
        return grants

    async def fx_done(self, grant: Grant, settled: Settled) -> bool:
        """Done, and maybe not noted."""
        if may_repeat(grant):
            await self.chance.at(f"before {grant.queue} is settled", stalls=True)
        return await super().fx_done(grant, settled)

    async def fx_retry(self, grant: Grant, *, delay: int, settled: Settled, most: int = ATTEMPTS) -> bool:
        """Given back, and maybe that is not noted."""
        await self.chance.at(f"before {grant.queue} is put back", stalls=True)
        return await super().fx_retry(grant, delay=delay, settled=settled, most=most)


def may_repeat(grant: Grant) -> bool:
    """Whether who takes it over does it again: of a tool that must not be repeated, nobody could tell what came."""
    event = decode(grant.record).event
    if grant.queue != TOOL_LANE or not isinstance(event, ToolCall):
        return True
    tool = AGENT.tool(event.call.tool)
    return tool is not None and tool.repeatable


@dataclass(frozen=True)
class FrailAdapter:
    """A channel, to somebody who may die before and after they send."""

    adapter: Adapter
    chance: Chance

    @property
    def channel(self) -> str:
        """Its name."""
        return self.adapter.channel

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        return self.adapter.capabilities

    def address_of(self, identity: str) -> Address:
        """Where somebody is."""
        return self.adapter.address_of(identity)

    async def send(self, parcel: Parcel) -> Receipt:
        """Sent, or not, and maybe nobody knows."""
        await self.chance.at(f"before sending by {self.channel}")
        receipt = await self.adapter.send(parcel)
        await self.chance.at(f"after sending by {self.channel}", stalls=True)
        return receipt
