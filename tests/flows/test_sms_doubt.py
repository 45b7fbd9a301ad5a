"""Texts that Twilio takes no more of, or of which nobody knows whether it took them. The tests send them by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_core.events import ApprovalRequest
from gateway.serve import ROLES
from sandbox.twilio import Fault
from sandbox.twilio.fault import CallFault
from tests.flows.sms_house import CARD, SmsHouse, sms_house
from tests.flows.sms_steps import AT_MAIL, AT_PHONE, BO, carry, ends, posts, ways


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    """A house without a sender."""
    async with sms_house(tmp_path, roles=[role for role in ROLES if role != "sender"]) as made:
        yield made


async def asked(h: SmsHouse) -> str:
    """A thread whose request for Bo is to be sent."""
    thread = await h.ask()
    await h.logged(thread, ApprovalRequest)
    return thread


async def ended(h: SmsHouse, thread: str) -> None:
    """Until the sender has ended a message to Bo, however long that takes; what Twilio tells later is not its word."""
    while not any(one.id.startswith("delivery:") for one in await ends(h, thread)):
        await carry(h)
        await h.move_on(seconds=60)


def cards(h: SmsHouse) -> list[str]:
    """The requests on Bo's phone."""
    return [one.body for one in h.phone("bo").inbox if CARD in one.body]


async def test_when_twilio_says_later_it_is_sent_then_and_once(h: SmsHouse) -> None:  # SM-10
    h.twilio.order(Fault("rate_limited", seconds=30, to=BO))
    thread = await asked(h)
    assert await carry(h) == 1
    assert (posts(h)[-1].status, posts(h)[-1].code) == (429, 20429)
    await h.move_on(seconds=25)
    assert await carry(h) == 0, "it waits as long as it was told to"
    await h.move_on(seconds=5)
    assert await carry(h) == 1
    await h.twilio.settled()
    assert len(cards(h)) == 1
    assert await ways(h, thread) == []


async def test_an_answer_that_was_lost_is_looked_up(h: SmsHouse) -> None:  # SM-24
    h.twilio.order(Fault("lost_reply", to=BO))
    thread = await asked(h)
    await ended(h, thread)
    await h.twilio.settled()
    (post,) = posts(h)
    assert len(cards(h)) == 1
    assert {one.provider_id for one in await ends(h, thread)} == {post.sid}


async def test_it_is_looked_up_as_often_as_it_takes(h: SmsHouse) -> None:  # SM-24
    h.twilio.order(Fault("lost_reply", to=BO))
    for kind in ("unavailable", "drop_before", "rate_limited"):
        h.twilio.order(Fault(kind, method="GET"))
    await ended(h, await asked(h))
    assert len(posts(h)) == len(cards(h)) == 1


@pytest.mark.parametrize("kind", ["drop_before", "server_error"])
async def test_what_is_not_there_is_sent_once_more(h: SmsHouse, kind: CallFault) -> None:  # SM-24
    h.twilio.order(Fault(kind, to=BO))
    thread = await asked(h)
    await ended(h, thread)
    await h.twilio.settled()
    assert len(posts(h)) == 2
    assert len(cards(h)) == 1
    assert "unknown" not in {one.outcome for one in await ends(h, thread)}


async def test_a_request_in_doubt_twice_is_not_sent_a_third_time_and_an_operator_sees_it(
    h: SmsHouse,
) -> None:  # SM-24
    h.twilio.order(Fault("drop_before", to=BO), count=9)
    thread = await asked(h)
    await ended(h, thread)
    assert len(posts(h)) == 2, "and no third time, however often it is looked for"
    assert [one.outcome for one in await ends(h, thread)] == ["unknown"]
    (dead,) = await h.house.opened.threads.dead()
    assert (dead.state, dead.queue, dead.thread_id) == ("unknown", "sms", thread)


async def test_a_request_in_doubt_twice_goes_another_way_as_well(h: SmsHouse) -> None:  # SM-24
    h.twilio.order(Fault("drop_before", to=BO), count=9)
    thread = await asked(h)
    await ended(h, thread)
    async with h.scene.at_work("sender"):
        await h.letter("bo", CARD, "1.4.2")
    assert await ways(h, thread) == [(AT_PHONE, AT_MAIL)]
    assert cards(h) == []


async def test_a_request_in_doubt_twice_that_is_found_after_all_was_sent(h: SmsHouse) -> None:  # SM-24
    h.twilio.order(Fault("drop_before", to=BO))
    h.twilio.order(Fault("lost_reply", to=BO))
    thread = await asked(h)
    await ended(h, thread)
    await h.twilio.settled()
    assert len(posts(h)) == 2
    assert len(cards(h)) == 1
    assert await h.house.opened.threads.dead() == []
