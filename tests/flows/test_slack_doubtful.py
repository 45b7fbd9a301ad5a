"""What was doubted once: each test here is of something that looked as if it could go wrong on Slack, and did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_core.deliveries import Delivery
from agent_core.events import TimerFired
from agent_core.values import Author
from gateway.entry import decode, encode
from gateway.ports import ATTEMPTS
from gateway.serve import ROLES
from sandbox.slack import Fault, Message
from sandbox.slack.fault import ApiFault
from tests.flows.slack_house import CARD, ROOM, SlackHouse, slack_house

SECOND = 1 / 3_600  # of an hour
LATER: ApiFault = "rate_limited"
LOST: ApiFault = "lost_reply"


@pytest.fixture
async def unsent(tmp_path: Path) -> AsyncIterator[SlackHouse]:
    """A house without a sender: the test carries everything out itself, second by second."""
    async with slack_house(tmp_path, approvers=["bo"], roles=[role for role in ROLES if role != "sender"]) as h:
        yield h


async def carried(h: SlackHouse, asked: Message, count: int) -> None:
    """Time passes until so many messages of the thread are out, and none is given up."""
    store, sender = h.house.opened.threads, h.house.sender()
    async with asyncio.timeout(60):
        while await _out(h, asked) < count:
            for grant in await store.fx_claim("slack", most=9):
                await sender.carry(grant)
            assert await store.dead() == []
            h.clock.move_on(SECOND)
            await asyncio.sleep(0)


async def _out(h: SlackHouse, asked: Message) -> int:
    events = [decode(record).event for record in await h.house.opened.threads.read(h.thread_of(asked))]
    return sum(isinstance(event, Delivery) and event.outcome == "sent" for event in events)


async def test_however_often_slack_says_later_nothing_is_given_up(unsent: SlackHouse) -> None:  # SL-34
    for _ in range(3 * ATTEMPTS):
        unsent.slack.order(Fault(LATER, method="chat.postMessage"))
    await carried(unsent, asked := await unsent.ask(), 2)
    assert len([m for m in unsent.thread(asked) if CARD in m.text]) == 1


async def test_what_people_say_to_each_other_leaves_nothing_behind(unsent: SlackHouse) -> None:
    ana, bo = unsent.person("ana"), unsent.person("bo")
    said = ana.say(ROOM, "lunch?")
    answer = bo.say(ROOM, "at one", thread=said.ts)
    bo.edit(answer, "at two")
    bo.delete(answer)
    await unsent.slack.settled()
    assert len(unsent.slack.deliveries) >= 4, "it was all told to us"
    assert [key async for key in unsent.house.opened.links.redis.scan_iter("*:lk:*")] == []


async def test_what_waits_for_somebody_is_found_however_much_else_happens(unsent: SlackHouse) -> None:
    asked, store, desk = await unsent.ask(), unsent.house.opened.threads, unsent.house.desk("slack")
    seal = f"slack:{asked.team}"
    bo = Author(identity=f"{seal}/{unsent.person('bo').id}", assurance="verified", evidence="slack signature")
    async with asyncio.timeout(60):
        while not (waiting := await desk.waiting(bo, seal)):
            await asyncio.sleep(0)
    for number in range(201):
        await store.ingest(f"other{number}", "tick", encode(TimerFired(id="tick", name="tick")))
    assert [one.request for one in await desk.waiting(bo, seal)] == [one.request for one in waiting]


async def test_a_reply_that_is_lost_late_is_looked_up_as_well(unsent: SlackHouse) -> None:  # SL-36, SL-37
    for kind in (*[LATER] * 4, *[LOST] * 4):
        unsent.slack.order(Fault(kind, method="chat.postMessage"))
    await carried(unsent, asked := await unsent.ask(), 2)
    assert len([m for m in unsent.thread(asked) if CARD in m.text]) == 1
