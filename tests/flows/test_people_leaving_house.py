"""Leaving through the whole house: who waits for somebody who is gone hears of it at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_core.agent import Agent, Thought
from agent_core.events import ApprovalRequest, Escalation, Notice, PeopleChanged, RequestClosed
from agent_core.steps import Say, Use
from agent_core.thread import Thread
from gateway.people import personnel
from gateway.people.changes import Said
from gateway.serve import ROLES
from gateway.store.errors import StoreDown
from tests.doors.scene import serving, until
from tests.flows.sms_house import SmsHouse, policy_of, sms_house

ASKED = "Please deploy 1.4.2 to production."


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    async with sms_house(tmp_path, policy=policy_of("bo", escalate_to=("cy",))) as ready:
        yield ready


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    """A house in which nobody looks at the time, nor at what has become of people."""
    working = [name for name in ROLES if name != "timers"]
    async with sms_house(tmp_path, policy=policy_of("bo", escalate_to=("cy",)), roles=working) as ready:
        yield ready


async def leaves(h: SmsHouse, name: str) -> None:
    """As an operator notes it, from beside the house."""
    await h.house.roster.write(personnel.left(name, Said(id=f"{name}-left", at=datetime.now(UTC), by="the desk")))


async def asked(h: SmsHouse) -> str:
    h.text("ana", ASKED)
    await h.card("bo")
    await h.sms("ana", "This needs the approval of bo")
    return h.own_thread("ana")


async def test_that_the_last_approver_left_reaches_who_asked_and_who_helps(h: SmsHouse) -> None:
    thread = await asked(h)
    await leaves(h, "bo")
    await h.sms("ana", "Too few are left", "told, and may see to it: cy")
    await h.sms("cy", "too few are left who may decide about deploy")
    await h.settled()
    assert [one.id for one in await h.events(thread, PeopleChanged)] == ["people:bo-left/0"]
    assert len(await h.events(thread, Notice)) == len(await h.events(thread, Escalation)) == 1
    assert await h.events(thread, RequestClosed) == []
    assert h.unread("ana") == []
    assert h.history() == []


async def test_a_thread_that_waits_for_others_hears_nothing(h: SmsHouse) -> None:
    thread = await asked(h)
    await leaves(h, "cy")
    await h.house.reviewing().review()
    assert await h.events(thread, PeopleChanged) == []


@pytest.mark.parametrize("dies_at", ["telling", "noting"])
async def test_who_dies_half_way_leaves_nothing_untold_and_tells_nobody_twice(
    slow: SmsHouse, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    thread = await asked(slow)
    await leaves(slow, "bo")
    dying = slow.house.reviewing()
    where = {"telling": (dying.threads.store, "ingest"), "noting": (dying.roster, "note_reviewed")}[dies_at]

    async def dies(*given: object) -> None:
        raise StoreDown("gone")

    with monkeypatch.context() as broken:
        broken.setattr(*where, dies)
        with pytest.raises(StoreDown):
            await dying.review()
    assert await dying.review() == 1
    assert await dying.review() == 0
    assert len(await slow.events(thread, PeopleChanged)) == 1


async def test_a_change_made_while_nobody_looks_is_told_by_whoever_looks_next(slow: SmsHouse) -> None:
    thread = await asked(slow)
    await leaves(slow, "bo")
    async with serving(slow.house, ["timers"]):
        await slow.logged(thread, Notice)
    assert len(await slow.events(thread, ApprovalRequest)) == 1


async def test_of_several_who_look_at_once_one_is_heard(slow: SmsHouse) -> None:
    thread = await asked(slow)
    await leaves(slow, "bo")
    await asyncio.gather(*(slow.house.reviewing().review() for _ in range(4)))
    assert len(await slow.events(thread, PeopleChanged)) == 1


async def test_nobody_is_asked_who_left_while_the_model_was_thinking(tmp_path: Path) -> None:
    async with sms_house(tmp_path, policy=policy_of("bo"), roles=["web"]) as h:
        h.text("ana", ASKED)
        (claim,) = await until(lambda: h.house.opened.threads.claim())
        model, agent = Overtaken(h), h.house.agent
        # What a tool says first comes between the thought and the question: only without that may they be far apart.
        blind = tuple(replace(tool, previews=False) for tool in agent.tools)
        await replace(h.house.worker(), model=model, agent=replace(agent, tools=blind)).work(claim)
        assert await h.events(claim.thread_id, ApprovalRequest) == []
        assert len(model.thoughts) == 3, "it was decided again, and then forbidden"


@dataclass
class Overtaken:
    """A model that rolls back until that is forbidden; while it thinks for the first time, Bo leaves."""

    h: SmsHouse
    thoughts: list[Thought] = field(default_factory=list)

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """To roll back, twice, and then a word."""
        if not self.thoughts:
            await leaves(self.h, "bo")
        step = (
            Use(tool="rollback", arguments='{"environment":"production"}') if len(self.thoughts) < 2 else Say(text="No")
        )
        self.thoughts.append(Thought(outcome="step", step=step))
        return self.thoughts[-1]
