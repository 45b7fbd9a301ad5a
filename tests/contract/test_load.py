"""How much goes to one person, on one channel and together: each card once, in the end, whoever dies on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_core.events import AgentMessage
from agent_core.policy.limits import Limits
from gateway.load import LOOK_AGAIN, MOST_TOGETHER, PATIENCE
from gateway.store.load import HOUR
from tests.contract.bench import LEASE, MINUTE, Bench
from tests.contract.loaded import BO, BO_MAIL, asks, busy

TOGETHER = Limits(together_within=timedelta(minutes=1))


# --- room


async def test_what_is_over_the_limit_waits_for_room_and_the_requester_is_told_once(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, Limits(per_person_per_hour=2))
    for id in ("r1", "r2", "r3"):
        await house.ask(id)
        assert [asks(one) for one in await house.carry()] == ([] if id == "r3" else [[id]])
        house.bench.clock.forward(MINUTE)
    assert [outcome for outcome, _ in await house.ended("r3")] == ["waiting"]
    house.bench.clock.forward(HOUR - 4 * MINUTE)
    assert await house.carry() == []
    house.bench.clock.forward(MINUTE)
    assert [asks(one) for one in await house.carry()] == [["r3"]]
    assert [outcome for outcome, _ in await house.ended("r3")] == ["waiting", "sent"]


async def test_the_hour_is_any_hour_and_every_identity_of_a_person_counts(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, Limits(per_person_per_hour=1))
    await house.ask("r1")
    await house.carry()
    house.bench.clock.forward(HOUR - MINUTE)
    await house.ask("r2", to=BO)
    assert await house.carry("sms") == []
    house.bench.clock.forward(MINUTE)
    assert [asks(one) for one in await house.carry("sms")] == [["r2"]]


async def test_a_channel_has_a_limit_of_its_own_that_costs_its_people_nothing(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, Limits(per_person_per_hour=2, per_channel_per_hour={"sms": 1}))
    await house.ask("r1", to=BO)
    assert [asks(one) for one in await house.carry("sms")] == [["r1"]]
    await house.ask("r2", to=BO)
    assert await house.carry("sms") == []
    await house.ask("r3")
    assert [asks(one) for one in await house.carry()] == [["r3"]]


async def test_what_nobody_need_decide_any_more_does_not_go_when_there_is_room(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, Limits(per_person_per_hour=1))
    for id in ("r1", "r2"):
        await house.ask(id)
        await house.carry()
    await house.at.close("t-r2", "r2")
    house.bench.clock.forward(HOUR)
    assert await house.carry() == []
    assert [outcome for outcome, _ in await house.ended("r2")] == ["waiting", "refused"]


async def test_who_was_killed_while_sending_is_followed_at_once_though_there_is_no_room(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, Limits(per_person_per_hour=1))
    house.channels["email"].fails.append("killed after")
    await house.ask("r1")
    await house.carry()
    await house.ask("r2")
    house.bench.clock.forward(LEASE)
    sent = await house.carry()
    assert [(asks(one), one.repeat) for one in sent] == [(["r1"], True)]


async def test_what_has_its_room_keeps_it_while_it_waits_for_others(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, Limits(per_person_per_hour=2, together_within=timedelta(minutes=1)))
    for id in ("r1", "r2"):
        await house.ask(id)
        await house.carry()
    house.bench.clock.forward(MINUTE)
    assert [asks(one) for one in await house.carry()] == [["r2"]]
    assert [outcome for outcome, _ in await house.ended("r2")] == ["sent"]


async def test_only_cards_wait(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, Limits(per_person_per_hour=1, together_within=timedelta(minutes=1)))
    await house.ask("r1")
    await house.carry()
    await house.put(AgentMessage(id="a1", to=(BO_MAIL,), text="Hello"), "t-said", BO_MAIL)
    assert len(await house.carry()) == 1


# --- together


@pytest.mark.parametrize(("to", "channel"), [(BO_MAIL, "email"), (BO, "sms")])
async def test_the_first_card_goes_at_once_and_what_follows_goes_as_one(
    valkey_bench: Bench, to: str, channel: str
) -> None:
    house = busy(valkey_bench, TOGETHER)
    await house.ask("r1", to=to)
    assert [asks(one) for one in await house.carry(channel)] == [["r1"]]
    for id in ("r2", "r3", "r4"):
        house.bench.clock.forward(MINUTE // 6)
        await house.ask(id, to=to)
        assert await house.carry(channel) == []
    house.bench.clock.forward(MINUTE // 2)
    (digest,) = await house.carry(channel)
    assert sorted(asks(digest)) == ["r2", "r3", "r4"]
    house.bench.clock.forward(LOOK_AGAIN)
    assert await house.carry(channel) == []
    for id in ("r2", "r3", "r4"):
        assert await house.ended(id) == [("sent", f"far-{digest.effect_id}")]


async def test_each_request_in_a_text_has_its_own_code_and_that_finds_its_thread(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, TOGETHER)
    for id in ("r1", "r2", "r3"):
        await house.ask(id, to=BO)
        await house.carry("sms")
    house.bench.clock.forward(MINUTE)
    (digest,) = await house.carry("sms")
    (other,) = digest.together
    assert await house.at.text("m1", f"A {other.ticket.code}") == f"t-{other.request.id}"
    assert await house.at.answered(f"t-{other.request.id}") == other.request.id


async def test_what_goes_along_in_a_mail_has_a_page_and_codes_of_its_own(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, TOGETHER)
    for id in ("r1", "r2", "r3"):
        await house.ask(id)
        await house.carry()
    house.bench.clock.forward(MINUTE)
    (digest,) = await house.carry()
    (other,) = digest.together
    assert digest.ticket
    assert len({digest.ticket.code, other.ticket.code, ""}) == 3
    assert (
        len({digest.ticket.url, other.ticket.url, ""})
        == len({digest.ticket.page_code, other.ticket.page_code, ""})
        == 3
    )


async def test_where_cards_are_redrawn_and_what_is_of_high_risk_waits_for_nothing(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, TOGETHER)
    await house.ask("r1")
    await house.ask("r2", risk="high")
    assert sorted(asks(one)[0] for one in await house.carry()) == ["r1", "r2"]
    await house.ask("r3", to="slack:T1:U2")
    await house.ask("r4", to="slack:T1:U2")
    assert len(await house.carry("slack")) == 2


async def test_who_has_much_open_gets_even_the_first_one_together(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, Limits(open_per_person=1, together_within=timedelta(minutes=1)))
    await house.ask("r1")
    assert len(await house.carry()) == 1
    house.bench.clock.forward(10 * MINUTE)
    await house.ask("r2")
    assert await house.carry() == []
    await house.ask("r3")
    assert await house.carry() == []
    house.bench.clock.forward(MINUTE)
    assert [sorted(asks(one)) for one in await house.carry()] == [["r2", "r3"]]


async def test_not_more_than_so_many_go_together_and_the_rest_goes_next(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, TOGETHER)
    ids = [f"r{n}" for n in range(MOST_TOGETHER + 3)]
    for id in ids:
        await house.ask(id)
        await house.carry()
    sent = []
    for _ in range(4):
        house.bench.clock.forward(MINUTE)
        sent += [asks(one) for one in await house.carry()]
    assert [len(one) for one in sent] == [MOST_TOGETHER, 2]
    assert sorted(id for one in sent for id in one) == ids[1:]


# --- whoever dies


@pytest.mark.parametrize("how", ["killed before", "killed after"])
async def test_a_bundle_whose_sender_dies_goes_once_more_just_as_it_was(valkey_bench: Bench, how: str) -> None:
    house = busy(valkey_bench, TOGETHER)
    for id in ("r1", "r2", "r3"):
        await house.ask(id)
        await house.carry()
    house.channels["email"].fails.append(how)
    house.bench.clock.forward(MINUTE)
    first = await house.carry()
    await house.ask("r4")
    house.bench.clock.forward(LEASE)
    (again,) = await house.carry()
    assert (sorted(asks(again)), again.repeat) == (["r2", "r3"], True)
    assert [asks(one) for one in first] == ([asks(again)] if how == "killed after" else [])
    house.bench.clock.forward(LOOK_AGAIN)
    await house.carry()
    assert [(await house.ended(id))[0][0] for id in ("r2", "r3")] == ["sent", "sent"]


async def test_what_was_to_go_with_one_that_cannot_be_sent_goes_by_itself(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, TOGETHER)
    for id in ("r1", "r2", "r3"):
        await house.ask(id)
        await house.carry()
    house.channels["email"].fails.append("rejected")
    house.bench.clock.forward(MINUTE)
    sent = await house.carry()
    house.bench.clock.forward(LOOK_AGAIN)
    sent += await house.carry()
    assert len(sent) == 1
    assert sent[0].together == ()
    assert sorted([(await house.ended(id))[0][0] for id in ("r2", "r3")]) == ["failed", "sent"]


async def test_what_was_to_go_with_one_whose_sender_never_comes_back_goes_by_itself(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, TOGETHER)
    for id in ("r1", "r2", "r3"):
        await house.ask(id)
        await house.carry()
    house.bench.clock.forward(MINUTE)
    (leader,) = await house.bench.store.fx_claim("email")
    house.channels["email"].fails.append("killed before")
    await house.sender.carry(leader)
    house.channels["email"].fails += ["killed before"]
    house.bench.clock.forward(PATIENCE + MINUTE)
    sent = await house.carry()
    assert ["r3"] in [asks(one) for one in sent]


async def test_a_store_that_forgot_who_waits_lets_each_go_by_itself(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, TOGETHER)
    for id in ("r1", "r2", "r3"):
        await house.ask(id)
        await house.carry()
    async for key in house.bench.redis.scan_iter("hp:{ld:*"):
        await house.bench.redis.delete(key)
    house.bench.clock.forward(2 * MINUTE)
    sent = [asks(one) for one in await house.carry()]
    house.bench.clock.forward(2 * MINUTE)
    sent += [asks(one) for one in await house.carry()]
    assert sorted(id for one in sent for id in one) == ["r2", "r3"]


async def test_what_is_closed_before_its_bundle_goes_is_not_in_it(valkey_bench: Bench) -> None:
    house = busy(valkey_bench, TOGETHER)
    for id in ("r1", "r2", "r3", "r4"):
        await house.ask(id)
        await house.carry()
    await house.at.close("t-r3", "r3")
    house.bench.clock.forward(MINUTE)
    assert [sorted(asks(one)) for one in await house.carry()] == [["r2", "r4"]]
    house.bench.clock.forward(LOOK_AGAIN)
    await house.carry()
    assert (await house.ended("r3"))[0][0] == "refused"
