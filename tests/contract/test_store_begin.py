"""The moment a tool begins: until then nothing was started, and everything that binds tools still binds this one."""

from __future__ import annotations

import pytest

from gateway.ports import TOOL_LANE, Grant, Verb
from tests.contract.bench import DONE, LEASE, MINUTE, REFUSED, Bench, message, record, tool


async def claimed(bench: Bench, *, approval: str = "a1") -> Grant:
    """A tool that a runner has, and only looks at so far."""
    if approval:
        await bench.approved(id=approval)
    await bench.turn(effects=[tool("fx1", approval=approval, digest="d1" if approval else ""), tool("fx2")])
    return await bench.grant()


async def say(bench: Bench, verb: Verb) -> None:
    assert (await bench.store.control("t1", verb, record(verb), verb)).fresh


@pytest.mark.parametrize("approval", ["a1", ""], ids=["gated", "free"])
async def test_a_tool_whose_runner_was_lost_before_it_began_starts_like_any_other(bench: Bench, approval: str) -> None:
    lost = await claimed(bench, approval=approval)
    bench.clock.forward(LEASE)
    again = await bench.grant()
    assert (again.id, again.mode, again.attempt) == ("fx1", "start", 2)
    assert (again.approval, again.digest) == (lost.approval, lost.digest)


async def test_who_comes_back_after_it_was_given_to_another_does_not_begin_it(bench: Bench) -> None:
    lost = await claimed(bench)
    bench.clock.forward(LEASE)
    again = await bench.grant()
    assert await bench.store.fx_begin(lost) == "lost"
    assert await bench.store.fx_begin(again) == "begun"
    assert await bench.store.fx_begin(lost) == "lost"
    assert not await bench.store.fx_done(lost, DONE)
    assert await bench.store.fx_done(again, DONE)


async def test_who_says_it_too_late_and_first_has_begun_it(bench: Bench) -> None:
    late = await claimed(bench)
    bench.clock.forward(LEASE)
    assert await bench.store.fx_begin(late) == "begun"
    assert (await bench.grant()).mode == "recover"


async def test_that_it_begins_may_be_said_twice_and_is_on_record_once(bench: Bench) -> None:
    grant = await claimed(bench)
    assert await bench.store.fx_begin(grant) == "begun"
    before = await bench.everything()
    assert await bench.store.fx_begin(grant) == "begun"
    assert await bench.everything() == before


async def test_a_lost_run_that_is_recovered_and_lost_again_stays_one(bench: Bench) -> None:
    assert await bench.store.fx_begin(await claimed(bench)) == "begun"
    for _ in range(2):
        bench.clock.forward(LEASE)
        grant = await bench.grant()
        assert (grant.mode, await bench.store.fx_begin(grant)) == ("recover", "begun")


async def test_an_approval_that_has_lapsed_since_starts_nothing(bench: Bench) -> None:
    await claimed(bench)
    bench.clock.forward(15 * MINUTE)
    again = await bench.grant()
    assert (again.mode, again.why) == ("refused", "lapsed")


async def test_a_stop_before_it_began_keeps_it_from_starting(bench: Bench) -> None:
    grant = await claimed(bench)
    await say(bench, "stop")
    assert await bench.store.fx_begin(grant) == "stopped"
    assert await bench.store.fx_done(grant, REFUSED)
    assert (await bench.grant()).why == "stopped"


async def test_a_stop_before_its_runner_was_lost_keeps_it_from_starting_too(bench: Bench) -> None:
    await claimed(bench)
    await say(bench, "stop")
    bench.clock.forward(LEASE)
    again = await bench.grant()
    assert (again.id, again.mode, again.why) == ("fx1", "refused", "stopped")


async def test_a_stop_after_it_began_changes_nothing_for_it(bench: Bench) -> None:
    grant = await claimed(bench)
    assert await bench.store.fx_begin(grant) == "begun"
    await say(bench, "stop")
    assert await bench.store.fx_begin(grant) == "begun"
    bench.clock.forward(LEASE)
    assert (await bench.grant()).mode == "recover"


async def test_a_pause_before_it_began_holds_it_until_the_thread_is_resumed(bench: Bench) -> None:
    grant = await claimed(bench)
    await say(bench, "pause")
    assert await bench.store.fx_begin(grant) == "lost"
    bench.clock.forward(LEASE)
    assert await bench.store.fx_claim(TOOL_LANE) == []
    assert [view.state for view in await bench.store.effects("t1")] == ["pending", "pending"]
    await say(bench, "resume")
    again = await bench.grant()
    assert (again.id, again.mode) == ("fx1", "start")


async def test_a_pause_that_is_over_before_its_lease_is_costs_no_more_than_that(bench: Bench) -> None:
    await claimed(bench)
    await say(bench, "pause")
    await say(bench, "resume")
    assert await bench.store.fx_claim(TOOL_LANE) == []
    bench.clock.forward(LEASE)
    assert (await bench.grant()).mode == "start"


async def test_nothing_is_begun_that_was_refused_is_over_or_is_no_tools(bench: Bench) -> None:
    await bench.turn(effects=[message("fx1")])
    sent = await bench.grant("email")
    bench.clock.forward(LEASE)
    assert (await bench.grant("email")).mode == "recover"
    assert await bench.store.fx_begin(sent) == "lost"

    ended = await claimed(bench, approval="")
    assert await bench.store.fx_done(ended, DONE)
    assert await bench.store.fx_begin(ended) == "lost"
