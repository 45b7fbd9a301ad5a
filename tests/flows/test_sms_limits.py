"""Who may be texted, when, and how much: what may not go by text goes another way, or waits until it may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from agent_core.events import ApprovalRequest
from config.settings import QuietHours, TextLimits
from gateway.serve import ROLES
from tests.flows.sms_house import CARD, LIMITS, SmsHouse, code, sms_house
from tests.flows.sms_steps import AT_MAIL, AT_PHONE, BO, DEPLOY, carry, contacts, ends, now, posts, ways

WITHOUT_SENDER = [role for role in ROLES if role != "sender"]
PREMIUM, FOREIGN = "+449098790123", "+33612345678"


async def mailed(h: SmsHouse, why: str, number: str = BO) -> None:
    """A request for Bo goes to his mailbox, for this reason, and nothing to his number."""
    before, at = len(posts(h, number)), f"sms:{number}"
    thread = await h.ask()
    await h.letter("bo", CARD, "1.4.2")
    assert [one.detail for one in await ends(h, thread, at)] == [why]
    assert await ways(h, thread) == [(at, AT_MAIL)]
    assert len(posts(h, number)) == before


async def test_who_has_not_agreed_is_not_texted(tmp_path: Path) -> None:  # SM-13, SM-23
    async with sms_house(tmp_path, consent=["ana"]) as h:
        await mailed(h, "no consent is recorded")
        await contacts(h).consented(AT_PHONE, "said so at the desk", now(h))
        await h.ask("1.4.1")
        assert "Reply STOP to opt out" in (await h.card("bo", "1.4.1")).body


@pytest.mark.parametrize(
    ("number", "why"),
    [(PREMIUM, "a number that costs extra"), (FOREIGN, "not a country we write to")],
    ids=["premium", "foreign"],
)
async def test_a_number_that_costs_too_much_is_not_texted_whoever_agreed(
    tmp_path: Path, number: str, why: str
) -> None:  # SM-23
    async with sms_house(tmp_path, people={"bo": (f"sms:{number}", AT_MAIL)}) as h:
        await contacts(h).consented(f"sms:{number}", "said so at the desk", now(h))
        await mailed(h, why, number)


async def test_a_number_not_heard_from_for_long_may_be_somebody_elses(tmp_path: Path) -> None:  # SM-16
    async with sms_house(tmp_path) as h:
        await h.move_on(days=89)
        await h.ask("1.4.1")
        await h.card("bo", "1.4.1")
        await h.settled()
        await h.move_on(days=1)
        await mailed(h, "not heard from for 90 days: the number may be somebody else's")
        h.text("bo", "hello")
        await h.sms("bo", "Agent:")
        await h.ask("1.4.0")
        await h.card("bo", "1.4.0")


async def test_when_the_days_limit_is_reached_it_goes_another_way(tmp_path: Path) -> None:  # SM-22
    limits = TextLimits(seconds=1, per_hour=100, segments_per_day=5)
    async with sms_house(tmp_path, line={"limits": limits}) as h:
        await h.ask("1.4.1")
        segments = (await h.card("bo", "1.4.1")).segments
        assert 2 < segments <= 5, "there is no room for a second one"
        with capture_logs() as logs:
            await mailed(h, "the limit of the day is reached")
        assert "spend limit reached" in [line["event"] for line in logs if line["log_level"] == "error"]
        await h.move_on(hours=24)
        await h.ask("1.4.0")
        await h.card("bo", "1.4.0")


async def test_what_is_too_much_for_a_number_in_an_hour_waits(tmp_path: Path) -> None:  # SM-22
    limits = TextLimits(seconds=1, per_hour=1)
    async with sms_house(tmp_path, line={"limits": limits}, roles=WITHOUT_SENDER) as h:
        for version in ("1.4.1", "1.4.2"):
            await h.logged(await h.ask(version), ApprovalRequest)
        while await carry(h):
            """The first one goes, the second one is told to wait a second."""
        await h.move_on(seconds=1)
        assert await carry(h) == 1, "and then an hour"
        await h.move_on(minutes=58)
        assert await carry(h) == 0
        assert len(posts(h)) == 1
        await h.move_on(minutes=2)
        assert await carry(h) == 1
        assert len(posts(h)) == 2


async def test_at_night_nobody_is_written_to_first_and_everybody_is_answered(tmp_path: Path) -> None:  # SM-13
    async with sms_house(tmp_path, line=at_night(), roles=WITHOUT_SENDER) as h:
        h.text("ana", DEPLOY)
        thread = h.own_thread("ana")
        await h.logged(thread, ApprovalRequest)
        while await carry(h):
            """Ana hears that it needs an approval; Bo sleeps."""
        await h.sms("ana", "needs the approval of bo")
        assert posts(h) == []
        await h.move_on(minutes=14)
        assert await carry(h) == 0
        await h.move_on(minutes=2)
        assert await carry(h) == 1, "every quarter of an hour it is looked whether he is awake"
        assert posts(h) == []
        await h.move_on(hours=1, minutes=44)
        while await carry(h):
            """The night is over."""
        await h.twilio.settled()
        assert len(posts(h)) == 1
        assert await ways(h, thread) == []


async def test_who_answers_at_night_is_answered_at_night(tmp_path: Path) -> None:  # SM-13
    async with sms_house(tmp_path, line=at_night()) as h:
        h.text("bo", "hello")
        await h.sms("bo", "Agent: Hello!")
        thread = await h.ask()  # He wrote just now: he is awake.
        h.text("bo", f"A {code(await h.card('bo'))}")
        await h.sms("bo", "approved by bo")
        assert await ways(h, thread) == []


def at_night() -> dict[str, Any]:
    """It is night since an hour, and for another two."""
    moment = datetime.now(UTC)
    begins, ends = moment - timedelta(hours=1), moment + timedelta(hours=2)
    return {"quiet": QuietHours(begins=begins.time(), ends=ends.time()), "limits": LIMITS}
