"""What leaves the house: in order within a lane, each in its turn, tried again in time, and with an end on record."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from gateway.ports import ATTEMPTS, EffectState, Settled
from gateway.store.threads import SENT_KEPT
from tests.contract.bench import DEAD, DONE, LEASE, NOTED, RESULT, Bench, message, record, stamped, tool


async def test_a_lane_goes_in_order_one_after_the_other(bench: Bench) -> None:
    await bench.turn(effects=[message("fx1"), message("fx2")])
    await bench.turn(effects=[message("fx3")])
    for id in ("fx1", "fx2", "fx3"):
        grant = await bench.grant("email")
        assert grant.id == id
        assert await bench.store.fx_claim("email") == []
        await bench.store.fx_done(grant, NOTED)
    assert await bench.store.fx_claim("email") == []


async def test_lanes_do_not_wait_for_one_another(bench: Bench) -> None:
    await bench.turn("t1", effects=[message("fx1"), message("fx2"), message("fx3", lane="mail:cy"), tool("fx4")])
    await bench.turn("t2", effects=[message("fx5")])
    granted = [await bench.grant("email") for _ in range(3)]
    assert {grant.id for grant in granted} == {"fx1", "fx3", "fx5"}
    assert (await bench.grant("tool")).id == "fx4"


async def test_a_queue_gets_only_what_is_its_own(bench: Bench) -> None:
    await bench.turn(effects=[message("fx1")])
    assert await bench.store.fx_claim("tool") == []
    assert await bench.store.fx_claim("console") == []
    assert (await bench.grant("email")).queue == "email"


async def test_ten_senders_at_once_get_an_effect_once(bench: Bench) -> None:
    await bench.turn(effects=[message("fx1"), message("fx2"), message("fx3", lane="mail:cy")])
    grants = await asyncio.gather(*(bench.store.fx_claim("email") for _ in range(10)))
    assert sorted(grant.id for granted in grants for grant in granted) == ["fx1", "fx3"]


async def test_a_sender_takes_as_many_as_it_asks_for_one_of_each_lane(bench: Bench) -> None:
    lanes = ["mail:bo", "mail:cy", "mail:di"]
    await bench.turn(effects=[message(f"{lane}{n}", lane=lane) for lane in lanes for n in (1, 2)])

    two = await bench.store.fx_claim("email", most=2)
    rest = await bench.store.fx_claim("email", most=9)

    assert sorted(grant.id for grant in (*two, *rest)) == ["mail:bo1", "mail:cy1", "mail:di1"]
    assert (len(two), len({grant.token for grant in (*two, *rest)})) == (2, 2)


async def test_what_is_held_back_was_not_tried_however_often(bench: Bench) -> None:
    await bench.turn(effects=[message("fx1"), message("fx2")])
    for _ in range(ATTEMPTS + 2):
        grant = await bench.grant("email")
        assert (grant.id, grant.attempt, grant.mode) == ("fx1", 1, "start")
        assert await bench.store.fx_hold(grant, delay=500)
        assert not await bench.store.fx_done(replace(grant, token="stale"), NOTED)
        assert await bench.store.fx_claim("email") == []
        bench.clock.forward(500)


async def test_a_retry_holds_back_its_lane_and_no_other(bench: Bench) -> None:
    await bench.turn(effects=[message("fx1"), message("fx2"), message("fx3", lane="mail:cy")])
    first, other = await bench.grant("email"), await bench.grant("email")
    assert {first.id, other.id} == {"fx1", "fx3"}
    first, other = sorted((first, other), key=lambda grant: grant.id)
    await bench.store.fx_done(other, NOTED)
    assert await bench.store.fx_retry(first, delay=5_000, settled=DEAD)
    bench.clock.forward(4_999)
    assert await bench.store.fx_claim("email") == []
    bench.clock.forward(1)
    again = await bench.grant("email")
    assert (again.id, again.mode, again.attempt) == ("fx1", "start", 2)


async def test_a_retry_writes_nothing_into_the_log(bench: Bench) -> None:
    seq = await bench.turn(effects=[message("fx1")])
    await bench.store.fx_retry(await bench.grant("email"), delay=0, settled=DEAD)
    assert len(await bench.store.read("t1")) == seq
    assert [(view.state, view.attempt) for view in await bench.store.effects("t1")] == [("pending", 1)]


async def test_after_the_last_attempt_it_is_dead_and_the_next_one_goes(bench: Bench) -> None:
    seq = await bench.turn(effects=[message("fx1"), message("fx2")])
    for attempt in range(1, ATTEMPTS + 1):
        assert await bench.store.read("t1", after=seq) == []
        grant = await bench.grant("email")
        assert (grant.id, grant.attempt) == ("fx1", attempt)
        assert await bench.store.fx_retry(grant, delay=0, settled=DEAD)
    assert await bench.store.read("t1", after=seq) == [stamped(DEAD.record)]
    assert [view.id for view in await bench.store.dead()] == ["fx1"]
    assert (await bench.claim()).seq == seq + 1
    assert (await bench.grant("email")).id == "fx2"


@pytest.mark.parametrize("state", ["failed", "unknown", "refused", "dead"])
async def test_a_bad_end_is_kept_for_the_operator(bench: Bench, state: EffectState) -> None:
    await bench.turn("t1", effects=[message("fx1")])
    await bench.store.fx_done(await bench.grant("email"), Settled(state, RESULT, wakes=False))
    bench.clock.forward(1)
    await bench.turn("t2", effects=[message("fx2")])
    await bench.store.fx_done(await bench.grant("email"), Settled("failed", RESULT, wakes=True))
    assert [(view.id, view.state) for view in await bench.store.dead()] == [("fx2", "failed"), ("fx1", state)]
    assert [view.id for view in await bench.store.dead(most=1)] == ["fx2"]
    assert await bench.redis.pttl(bench.key("t1", "fx", "fx1")) == -1


async def test_a_good_end_is_kept_for_a_while(bench: Bench) -> None:
    await bench.turn(effects=[message("fx1")])
    await bench.store.fx_done(await bench.grant("email"), NOTED)
    assert await bench.store.dead() == []
    assert [view.state for view in await bench.store.effects("t1")] == ["sent"]
    assert 0 < await bench.redis.pttl(bench.key("t1", "fx", "fx1")) <= SENT_KEPT
    await bench.redis.delete(bench.key("t1", "fx", "fx1"))
    assert await bench.store.effects("t1") == []


async def test_an_end_that_the_agent_must_hear_wakes_its_thread(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1")])
    await bench.store.fx_done(await bench.grant(), DONE)
    assert (await bench.claim()).records[-1] == stamped(RESULT)


async def test_an_end_that_is_mere_bookkeeping_wakes_nobody(bench: Bench) -> None:
    seq = await bench.turn(effects=[message("fx1")])
    await bench.store.fx_done(await bench.grant("email"), NOTED)
    bench.clock.forward(10 * LEASE)
    assert await bench.store.claim() == []
    await bench.store.ingest("t1", "m2", record())
    assert (await bench.claim()).seq == seq + 2


async def test_bookkeeping_does_not_hide_what_nobody_has_read(bench: Bench) -> None:
    await bench.turn(effects=[message("fx1")])
    await bench.store.ingest("t1", "m2", record())
    await bench.store.fx_done(await bench.grant("email"), NOTED)
    claim = await bench.claim()
    assert len(claim.records) == claim.seq == 4


async def test_a_message_whose_sender_was_lost_may_have_gone_out(bench: Bench) -> None:
    await bench.turn(effects=[message("fx1")])
    await bench.grant("email")
    bench.clock.forward(LEASE)
    second = await bench.grant("email")
    assert (second.id, second.mode, second.attempt) == ("fx1", "recover", 2)
