"""Pause, resume, stop: they bind at once the tools that have not started, and nothing else."""

from __future__ import annotations

import pytest

from gateway.ports import Verb
from tests.contract.bench import DEAD, DONE, LEASE, REFUSED, Bench, message, record, tool


async def say(bench: Bench, verb: Verb) -> None:
    """A person says so, in t1."""
    assert (await bench.store.control("t1", f"{verb}{bench.clock.now}", record(verb), verb)).fresh
    bench.clock.forward(1)


async def test_a_paused_thread_starts_no_tool_until_it_is_resumed(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1")])
    await say(bench, "pause")
    assert await bench.store.fx_claim("tool") == []
    assert [view.held for view in await bench.store.threads()] == [True]
    await say(bench, "resume")
    assert [view.held for view in await bench.store.threads()] == [False]
    assert (await bench.grant()).mode == "start"


async def test_a_tool_chosen_while_paused_waits_too(bench: Bench) -> None:
    await say(bench, "pause")
    await bench.turn(effects=[tool("fx1")])
    assert await bench.store.fx_claim("tool") == []
    await say(bench, "resume")
    assert (await bench.grant()).id == "fx1"


async def test_a_tool_that_is_put_back_while_paused_waits_too(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1")])
    grant = await bench.grant()
    await say(bench, "pause")
    await bench.store.fx_retry(grant, delay=0, settled=DEAD)
    assert await bench.store.fx_claim("tool") == []


async def test_a_tool_under_way_finishes_in_a_paused_thread_and_the_next_waits(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1"), tool("fx2")])
    grant = await bench.grant()
    await say(bench, "pause")
    assert await bench.store.fx_renew(grant)
    assert await bench.store.fx_done(grant, DONE)
    assert await bench.store.fx_claim("tool") == []
    await say(bench, "resume")
    assert (await bench.grant()).id == "fx2"


async def test_resuming_does_not_start_what_is_under_way_a_second_time(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1"), tool("fx2")])
    await bench.grant()
    await say(bench, "pause")
    await say(bench, "resume")
    assert await bench.store.fx_claim("tool") == []


async def test_a_lost_runner_of_a_paused_thread_is_still_recovered(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1")])
    await bench.begun()
    await say(bench, "pause")
    bench.clock.forward(LEASE)
    assert (await bench.grant()).mode == "recover"


async def test_a_stop_refuses_all_that_has_not_started(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1"), tool("fx2"), tool("fx3")])
    under_way = await bench.begun()
    await say(bench, "stop")
    assert await bench.store.fx_done(under_way, DONE)
    for id in ("fx2", "fx3"):
        grant = await bench.grant()
        assert (grant.id, grant.mode, grant.why) == (id, "refused", "stopped")
        assert await bench.store.fx_done(grant, REFUSED)


async def test_a_stop_of_a_paused_thread_lets_its_tools_go_to_be_refused(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1")])
    await say(bench, "pause")
    await say(bench, "stop")
    assert (await bench.grant()).why == "stopped"


async def test_what_is_chosen_after_a_stop_is_not_touched_by_it(bench: Bench) -> None:
    await say(bench, "stop")
    await bench.turn(effects=[tool("fx1")])
    assert (await bench.grant()).mode == "start"


@pytest.mark.parametrize("verb", ["pause", "stop"])
async def test_messages_and_other_threads_go_on(bench: Bench, verb: Verb) -> None:
    await bench.turn("t1", effects=[message("fx1")])
    await bench.turn("t2", effects=[tool("fx2")])
    await say(bench, verb)
    assert (await bench.grant("email")).mode == "start"
    assert ((await bench.grant()).id) == "fx2"


@pytest.mark.parametrize("verb", ["pause", "resume", "stop"])
async def test_a_word_of_control_wakes_the_thread_and_makes_its_worker_decide_again(bench: Bench, verb: Verb) -> None:
    await say(bench, verb)
    claim = await bench.claim()
    assert claim.seq == 1
    assert (await bench.store.threads())[0].id == "t1"


async def test_a_word_of_control_is_heard_once(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1")])
    await bench.store.control("t1", "c1", record("pause"), "pause")
    await bench.store.control("t1", "c2", record("resume"), "resume")
    before = await bench.everything()
    assert not (await bench.store.control("t1", "c1", record("pause"), "pause")).fresh
    assert await bench.everything() == before
