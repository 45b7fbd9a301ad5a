"""What is too risky for a text: the phone gets a link, the mailbox the code, and only both together decide."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.sms.text import TOO_RISKY
from agent_core.deliveries import Redirect
from agent_core.events import ApprovalResponse, Notice, RequestClosed, ToolCall
from tests.flows.sms_house import CARD, SmsHouse, code, policy_of, sms_house
from tests.flows.sms_steps import ALONE, AT_MAIL, AT_PHONE, BO, DEPLOY, decide, link, posts, ways

CAREFUL = policy_of(text_up_to="medium")


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    """Deployments are above the policy's line."""
    async with sms_house(tmp_path, policy=CAREFUL) as made:
        yield made


async def test_the_phone_gets_the_link_the_mailbox_the_code_and_the_page_decides(h: SmsHouse) -> None:  # SM-16
    thread = await h.ask()
    text, letter = await h.card("bo", TOO_RISKY), await h.letter("bo", CARD, "1.4.2")
    assert code(letter) not in text.body
    assert "1.4.2" not in text.body, "the call itself is shown where it can be decided"
    wrong = f"{(int(code(letter)) + 1) % 1_000_000:06d}"
    assert await decide(link(text.body), wrong) == 422
    assert await h.events(thread, ApprovalResponse) == []
    assert await decide(link(text.body), code(letter)) == 303
    (closed,) = await h.logged(thread, RequestClosed)
    assert closed.by
    assert (closed.outcome, closed.by.person, closed.by.assurance) == ("approved", "bo", "verified")
    await h.sms("bo", "approved by bo")
    await h.settled()
    assert h.history() == ["1.4.2 production"]


async def test_the_code_typed_by_text_does_not_decide(h: SmsHouse) -> None:  # SM-16
    thread = await h.ask()
    await h.card("bo", TOO_RISKY)
    letter = await h.letter("bo", CARD)
    for word in ("A", "R"):
        h.text("bo", f"{word} {code(letter)}")
        await h.sms("bo", "too risky to be decided by text message")
    await h.settled()
    assert [one.kind for one in await h.events(thread, Notice)] == ["needs_stronger"] * 2
    assert await h.events(thread, RequestClosed) == []
    assert await h.events(thread, ToolCall) == []
    await h.mail.reply_as("bo@example.test", letter, f"APPROVE {code(letter)}")
    await h.sms("bo", "approved by bo")
    await h.settled()
    assert h.history() == ["1.4.2 production"]


async def test_guessing_on_the_page_ends_soon(h: SmsHouse) -> None:  # SM-15, SM-16
    thread = await h.ask()
    text, letter = await h.card("bo", TOO_RISKY), await h.letter("bo", CARD)
    guesses = [f"{(int(code(letter)) + n) % 1_000_000:06d}" for n in range(1, 6)]
    assert [await decide(link(text.body), guess) for guess in guesses] == [422] * 5
    assert await decide(link(text.body), code(letter)) == 429
    assert await h.events(thread, ApprovalResponse) == []


async def test_what_is_not_above_the_line_is_decided_by_text(h: SmsHouse) -> None:  # SM-16
    await h.say("Please roll production back.")
    h.text("bo", f"A {code(await h.card('bo', 'rollback'))}")
    await h.sms("bo", "approved by bo")
    await h.settled()
    assert h.letters("bo") == []
    assert h.history() == ["1.3.9 production"]


async def test_who_can_prove_nothing_better_is_not_asked_and_the_asker_is_told(tmp_path: Path) -> None:  # SM-16
    async with sms_house(tmp_path, policy=CAREFUL, people=ALONE) as h:
        h.text("ana", DEPLOY)
        await h.sms("ana", "could not be delivered", "nowhere:bo")
        await h.settled()
        assert posts(h) == []


async def test_above_the_line_a_text_that_does_not_arrive_leaves_the_mail_to_decide(h: SmsHouse) -> None:  # SM-16
    h.twilio.unreachable(BO, 30003)
    thread = await h.ask()
    letter = await h.letter("bo", CARD)
    await h.logged(thread, Redirect)
    await h.mail.reply_as("bo@example.test", letter, f"APPROVE {code(letter)}")
    await h.logged(thread, RequestClosed)
    await h.letter("bo", "approved by bo")
    await h.settled()
    assert h.history() == ["1.4.2 production"]
    assert await ways(h, thread) == [(AT_PHONE, AT_MAIL)]
    assert [one for one in h.mail.letters("bo@example.test") if CARD in one.text] == [letter], "he has it already"
