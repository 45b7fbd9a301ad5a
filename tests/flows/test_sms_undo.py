"""Time to undo, by text: an approval that is held runs nothing until its time is up; who gave it may take it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_core.events import ApprovalHeld, Notice, RequestClosed, ToolCall
from sandbox.twilio import Sms
from tests.flows.sms_house import SmsHouse, code, policy_of, sms_house
from tests.sampling import some

WINDOW = 600


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    async with sms_house(tmp_path, policy=policy_of("bo", "cy", undo_within=f"PT{WINDOW}S")) as made:
        yield made


async def held(h: SmsHouse, by: str = "bo") -> tuple[str, Sms]:
    """A thread whose one request somebody approved, and what they were told."""
    thread = await h.ask("1.4.2")
    card = await h.card(by)
    h.text(by, f"A {code(card)}")
    told = await h.sms(by, "Your approval takes effect at", "1.4.2")
    assert code(told) == code(card), "it is taken back with the code it was given with"
    assert h.history() == []
    return thread, card


async def test_an_approval_takes_effect_when_its_time_is_up(h: SmsHouse) -> None:
    thread, _ = await held(h)
    await h.move_on(seconds=WINDOW - 5)
    await h.settled()
    assert await h.events(thread, ToolCall) == []
    await h.move_on(seconds=10)
    await h.sms("bo", "was approved by bo")
    await h.settled()
    assert h.history() == ["1.4.2 production"]
    assert len(await h.events(thread, ToolCall)) == 1


@pytest.mark.parametrize("undo", some(["U {}", "undo {}", "{} U", "U"]))
async def test_who_approved_takes_it_back_and_may_decide_again(h: SmsHouse, undo: str) -> None:
    thread, card = await held(h)
    h.text("bo", undo.format(code(card)))
    await h.sms("bo", "You took your approval back, and nothing was done.")
    await h.move_on(seconds=2 * WINDOW)
    await h.settled()
    assert h.history() == []
    assert await h.events(thread, RequestClosed) == []
    h.text("bo", f"A {code(card)}")
    await h.sms("bo", "Your approval takes effect at")
    await h.move_on(seconds=WINDOW + 5)
    await h.sms("bo", "was approved by bo")
    await h.settled()
    assert h.history() == ["1.4.2 production"]


async def test_a_denial_in_time_ends_it(h: SmsHouse) -> None:
    thread, card = await held(h)
    h.text("bo", f"R {code(card)} the wrong version")
    await h.sms("bo", "was denied by bo")
    await h.move_on(seconds=2 * WINDOW)
    await h.settled()
    (closed,) = await h.events(thread, RequestClosed)
    assert (closed.outcome, closed.reason) == ("denied", "the wrong version")
    assert h.history() == []


@pytest.mark.parametrize("word", some(["A", "R", "U"]))
async def test_the_other_approver_hears_who_approved_and_changes_nothing(h: SmsHouse, word: str) -> None:
    thread, _ = await held(h)
    h.text("cy", f"{word} {code(await h.card('cy'))}")
    await h.sms("cy", "the request was approved by bo, and takes effect at 20")
    await h.settled()
    assert len(await h.events(thread, ApprovalHeld)) == 1
    await h.move_on(seconds=WINDOW + 5)
    await h.sms("bo", "was approved by bo")
    await h.sms("cy", "was approved by bo")
    await h.settled()
    assert h.history() == ["1.4.2 production"]


async def test_what_the_first_took_back_the_second_may_decide(h: SmsHouse) -> None:
    thread, card = await held(h)
    h.text("bo", f"U {code(card)}")
    await h.sms("bo", "You took your approval back")
    h.text("cy", f"R {code(await h.card('cy'))} no")
    await h.sms("cy", "was denied by cy")
    await h.move_on(seconds=WINDOW + 5)
    await h.settled()
    (closed,) = await h.events(thread, RequestClosed)
    assert closed.outcome == "denied"
    assert h.history() == []


async def test_too_late_to_undo_is_told_who_and_when(h: SmsHouse) -> None:
    thread, card = await held(h)
    await h.move_on(seconds=WINDOW + 5)
    await h.sms("bo", "was approved by bo")
    h.text("bo", f"U {code(card)}")
    await h.sms("bo", "Your answer came too late: the request was approved by bo at 20")
    await h.settled()
    assert len(await h.events(thread, ToolCall)) == 1


async def test_a_late_approval_is_told_who_decided_and_when(h: SmsHouse) -> None:
    thread, card = await held(h)
    theirs = await h.card("cy")
    h.text("bo", f"R {code(card)} not today")
    await h.sms("cy", "was denied by bo")
    h.text("cy", f"A {code(theirs)}")
    told = await h.sms("cy", "Your answer came too late: the request was denied by bo at 20")
    assert " UTC" in told.body
    assert [one.kind for one in await h.events(thread, Notice)] == ["held", "already_closed"]
    assert h.history() == []


async def test_an_approval_just_before_the_request_expires_is_held_all_the_same(tmp_path: Path) -> None:
    """It was given in time: what expires while it is held is not the approval."""
    async with sms_house(tmp_path, policy=policy_of(undo_within=f"PT{WINDOW}S", expires_in="PT1H")) as h:
        thread = await h.ask("1.4.2")
        card = await h.card("bo")
        await h.move_on(seconds=3_600 - WINDOW / 2)
        h.text("bo", f"A {code(card)}")
        await h.sms("bo", "Your approval takes effect at")
        await h.move_on(seconds=WINDOW / 2 + 60)
        await h.settled()
        assert await h.events(thread, RequestClosed) == []
        await h.move_on(seconds=WINDOW / 2)
        await h.sms("bo", "was approved by bo")
        await h.settled()
        assert h.history() == ["1.4.2 production"]


async def test_what_is_taken_back_after_its_request_expired_is_over(tmp_path: Path) -> None:
    async with sms_house(tmp_path, policy=policy_of(undo_within=f"PT{WINDOW}S", expires_in="PT1H")) as h:
        thread = await h.ask("1.4.2")
        card = await h.card("bo")
        await h.move_on(seconds=3_600 - WINDOW / 2)
        h.text("bo", f"A {code(card)}")
        await h.sms("bo", "Your approval takes effect at")
        await h.move_on(seconds=WINDOW / 2 + 60)
        h.text("bo", f"U {code(card)}")
        await h.sms("bo", "You took your approval back")
        (closed,) = await h.logged(thread, RequestClosed)
        assert closed.outcome == "expired"
        h.text("bo", f"A {code(card)}")
        await h.sms("bo", "Your answer came too late: the request has expired")
        await h.move_on(seconds=2 * WINDOW)
        await h.settled()
        assert h.history() == []
