"""The runner on a real store: what a grant allowed, when the grant is over, and when nobody can say whether it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from agent_core.events import ToolCall, ToolResult
from agent_core.tools import call_of
from gateway.consequences import effect_id
from gateway.entry import decode, encode
from gateway.people import personnel
from gateway.people.changes import Granted, Said
from gateway.people.roster import Roster
from gateway.ports import TOOL_LANE, Commit, Committed, NewEffect
from gateway.runner import REFUSED, Runner
from gateway.store.roster import RedisRoster
from tests.contract.bench import LEASE, NOON, Bench, record
from tests.unit.gateway.runner_bench import ALLOWED, KNOWN, LEAVE, TOOLS, World, gated

NOW = datetime.fromtimestamp(NOON / 1000, UTC)
PEOPLE = "hp:people"


@dataclass
class House:
    """A runner, a roster in which Bo gave Ana leave, and a call that was allowed by it and waits for the runner."""

    bench: Bench
    roster: Roster
    runner: Runner
    world: World

    async def run(self) -> ToolResult | None:
        """What comes of the call when a runner has it: nothing, if it is left."""
        before = len(await self.bench.store.read("t1"))
        [grant] = await self.bench.store.fx_claim(TOOL_LANE)
        assert grant.mode == "start"
        await self.runner.perform(grant)
        said = [decode(one).event for one in await self.bench.store.read("t1", after=before)]
        return next((event for event in said if isinstance(event, ToolResult)), None)


@pytest.fixture
async def h(bench: Bench) -> House:
    leave = LEAVE.model_copy(update={"since": NOW, "until": NOW + (LEAVE.until - LEAVE.since)})
    roster, world = Roster(KNOWN, RedisRoster(bench.redis)), World()
    await roster.write(lambda known: [Granted(id="s1", at=NOW, by="bo", grant=leave)])
    runner = Runner(bench.store, TOOLS, dict.fromkeys(TOOLS, world.execute), {}, ALLOWED, roster)
    await bench.approved(id="r1", digest=_call().digest)
    await _called(bench, _call())
    return House(bench, roster, runner, world)


def _call() -> ToolCall:
    call = call_of(TOOLS["ship"], '{"to":"Oslo"}')
    return gated("ship", call.arguments, ALLOWED.version_for(call), "", LEAVE.id)


async def _called(bench: Bench, event: ToolCall) -> None:
    """A turn in which the agent makes the call."""
    await bench.store.ingest("t1", "asks", record())
    claim = await bench.claim()
    effect = NewEffect(effect_id("t1", event.id), TOOL_LANE, TOOL_LANE, 0, b"", event.approval, event.digest)
    done = await bench.store.commit(claim, Commit("calls", claim.seq, (encode(event),), (effect,)))
    assert isinstance(done, Committed)


async def test_it_runs_while_the_grant_stands(h: House) -> None:
    result = await h.run()
    assert (result and result.outcome, len(h.world.done)) == ("ok", 1)


async def test_a_grant_that_was_ended_since_lets_it_start_no_more(h: House) -> None:
    elsewhere = Roster(KNOWN, RedisRoster(h.bench.redis))
    await elsewhere.write(personnel.ended(LEAVE.id, Said(id="s2", at=NOW, by="bo")))

    result = await h.run()
    assert result
    assert (result.outcome, result.content, h.world.done) == ("refused", REFUSED["grant"], [])


async def test_where_the_roster_is_lost_it_waits_and_starts_when_it_is_there_again(h: House) -> None:
    await h.bench.redis.rename(PEOPLE, "hp:elsewhere")
    assert await h.run() is None
    assert h.world.done == []

    await h.bench.redis.rename("hp:elsewhere", PEOPLE)
    h.bench.clock.forward(LEASE)
    result = await h.run()
    assert (result and result.outcome, len(h.world.done)) == ("ok", 1)
