"""The gate: a tool that needs an approval starts only with its own approval, unchanged, unused and fresh."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.ports import ApprovalState, Settled
from tests.contract.bench import (
    DEAD,
    DONE,
    LEASE,
    MINUTE,
    NEIGHBOUR,
    REFUSED,
    RESULT,
    Bench,
    message,
    record,
    stamped,
    tool,
)


async def refused(bench: Bench, why: str) -> None:
    """The tool is granted only to be settled, for this reason; it is not performed, and never comes again."""
    grant = await bench.grant()
    assert (grant.mode, grant.why) == ("refused", why)
    assert await bench.store.fx_done(grant, REFUSED)
    assert await bench.store.fx_claim("tool") == []


async def test_an_approved_tool_starts_with_what_was_decided_on(bench: Bench) -> None:
    await bench.approved()
    seq = await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    grant = await bench.grant()
    assert (grant.mode, grant.why, grant.approval, grant.digest) == ("start", "", "a1", "d1")
    assert (grant.id, grant.thread_id, grant.queue, grant.lane, grant.attempt) == ("fx1", "t1", "tool", "tool", 1)
    assert (grant.body, grant.record, grant.now) == (b"run", stamped(record("turn")), bench.clock.now)
    assert await bench.store.fx_done(grant, DONE)
    assert await bench.store.read("t1", after=seq) == [stamped(RESULT)]


async def test_a_tool_that_needs_no_approval_starts_without(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1")])
    assert (await bench.grant()).mode == "start"


async def test_without_any_approval_it_never_starts(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    await refused(bench, "not_approved")


async def test_before_the_decision_it_never_starts(bench: Bench) -> None:
    await bench.opened()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    await refused(bench, "not_approved")


@pytest.mark.parametrize("state", ["denied", "expired", "withdrawn"])
async def test_after_any_other_decision_it_never_starts(bench: Bench, state: ApprovalState) -> None:
    await bench.opened()
    await bench.decided(state)
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    await refused(bench, "not_approved")


async def test_the_same_approval_of_another_thread_is_none(bench: Bench) -> None:
    await bench.approved(NEIGHBOUR)
    await bench.turn("t1", effects=[tool("fx1", approval="a1", digest="d1")])
    await refused(bench, "not_approved")


@pytest.mark.parametrize("digest", ["d2", "", "D1", "d1 "])
async def test_what_is_not_exactly_what_was_approved_never_starts(bench: Bench, digest: str) -> None:
    await bench.approved()
    await bench.turn(effects=[tool("fx1", approval="a1", digest=digest)])
    await refused(bench, "changed")


async def test_one_approval_starts_one_tool(bench: Bench) -> None:
    await bench.approved()
    twins = [tool("fx1", approval="a1", digest="d1"), tool("fx2", approval="a1", digest="d1")]
    await bench.turn(effects=twins)
    first = await bench.grant()
    assert (first.id, first.mode) == ("fx1", "start")
    await bench.store.fx_done(first, DONE)
    await refused(bench, "used")


async def test_an_approval_must_be_used_before_its_time_is_over(bench: Bench) -> None:
    await bench.approved()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    bench.clock.forward(15 * MINUTE)
    await refused(bench, "lapsed")


async def test_one_moment_earlier_it_still_starts(bench: Bench) -> None:
    await bench.approved()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    bench.clock.forward(15 * MINUTE - 1)
    assert (await bench.grant()).mode == "start"


async def test_a_stop_keeps_an_approved_tool_from_starting(bench: Bench) -> None:
    await bench.approved()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    await bench.store.control("t1", "c1", record("stop"), "stop")
    await refused(bench, "stopped")


async def test_a_refusal_stays_one_whoever_settles_it_and_whatever_is_decided_since(bench: Bench) -> None:
    await bench.opened()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    assert (await bench.grant()).mode == "refused"
    await bench.decided("approved")
    bench.clock.forward(LEASE)
    await refused(bench, "not_approved")


async def test_a_tool_whose_runner_was_lost_is_recovered_never_started_again(bench: Bench) -> None:
    await bench.approved()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    lost = await bench.begun()
    bench.clock.forward(LEASE - 1)
    assert await bench.store.fx_claim("tool") == []
    bench.clock.forward(1)
    second = await bench.grant()
    assert (second.id, second.mode, second.attempt) == ("fx1", "recover", 2)
    assert second.token != lost.token
    assert not await bench.store.fx_done(lost, DONE)
    bench.clock.forward(LEASE)
    assert (await bench.grant()).mode == "recover"


async def test_a_tool_that_takes_long_is_not_taken_from_its_runner(bench: Bench) -> None:
    await bench.approved()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    grant = await bench.grant()
    for _ in range(3):
        bench.clock.forward(LEASE - 1)
        assert await bench.store.fx_renew(grant)
        assert await bench.store.fx_claim("tool") == []
    assert await bench.store.fx_done(grant, DONE)


async def test_a_started_tool_that_is_tried_again_passes_the_gate_again(bench: Bench) -> None:
    await bench.approved()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    await bench.store.fx_retry(await bench.grant(), delay=0, settled=DEAD)
    second = await bench.grant()
    assert (second.mode, second.attempt) == ("start", 2)
    await bench.store.fx_retry(second, delay=0, settled=DEAD)
    bench.clock.forward(15 * MINUTE)
    await refused(bench, "lapsed")


# --- effects made again from the log, after their keys were lost


async def used(bench: Bench) -> None:
    """The tool was started once, and then its key was lost."""
    await bench.approved()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1")])
    await bench.grant()
    await bench.redis.delete(bench.key("t1", "fx", "fx1"), bench.key("t1", "oq", "t1|tool|tool"))
    await bench.redis.delete(bench.key("t1", "obl", "tool"))


async def test_a_tool_made_again_whose_approval_was_never_used_starts(bench: Bench) -> None:
    await bench.approved()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1", seq=2, recover=True)])
    assert (await bench.grant()).mode == "start"


@pytest.mark.parametrize("recover", [True, False])
async def test_a_tool_made_again_whose_approval_was_used_is_recovered(bench: Bench, recover: bool) -> None:
    await used(bench)
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1", seq=6, recover=recover)])
    grant = await bench.grant()
    assert (grant.id, grant.mode, grant.attempt) == ("fx1", "recover", 1)


async def test_a_tool_made_again_is_recovered_even_when_its_time_is_over(bench: Bench) -> None:
    await used(bench)
    bench.clock.forward(60 * MINUTE)
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1", seq=6, recover=True)])
    assert (await bench.grant()).mode == "recover"


async def test_a_tool_made_again_without_its_approval_is_refused(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1", seq=1, recover=True)])
    await refused(bench, "not_approved")


async def test_what_needs_no_approval_is_recovered_when_made_again(bench: Bench) -> None:
    seq = await bench.turn(effects=[tool("fx1", seq=1, recover=True)])
    grant = await bench.grant()
    assert (grant.mode, grant.record) == ("recover", stamped(record("said")))
    await bench.store.fx_done(grant, Settled("unknown", RESULT, wakes=True))
    assert [view.state for view in await bench.store.effects("t1")] == ["unknown"]
    assert len(await bench.store.read("t1")) == seq + 1


async def test_a_tool_made_again_and_stopped_since_never_starts(bench: Bench) -> None:
    await bench.approved()
    await bench.turn(effects=[replace(tool("fx1", approval="a1", digest="d1", seq=2, recover=True), stopped=True)])
    await refused(bench, "stopped")


@pytest.mark.parametrize("approval", ["a1", ""])
async def test_a_stop_does_not_deny_that_a_tool_made_again_may_have_run(bench: Bench, approval: str) -> None:
    await used(bench)
    again = tool("fx1", approval=approval, digest="d1" if approval else "", seq=6, recover=True)
    await bench.turn(effects=[replace(again, stopped=True)])
    assert (await bench.grant()).mode == "recover"


async def test_messages_pass_no_gate(bench: Bench) -> None:
    await bench.turn(effects=[message("fx1")])
    await bench.store.control("t1", "c1", record("stop"), "stop")
    assert (await bench.grant("email")).mode == "start"
