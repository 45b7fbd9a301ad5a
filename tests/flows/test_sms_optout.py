"""STOP and its family, in the middle of things; and what is no word of theirs, and no answer either."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agent_core.events import ApprovalResponse, RequestClosed, ToolCall, UserMessage
from sandbox.twilio.record import Call
from tests.flows.sms_house import NUMBERS, SmsHouse, code, mailbox, sms_house
from tests.sampling import some


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    async with sms_house(tmp_path) as made:
        yield made


async def sent_to(h: SmsHouse, name: str) -> list[Call]:
    """What Twilio was asked to send to somebody's phone, whether or not it did, once all is quiet."""
    await h.settled()
    calls = [one for one in h.twilio.calls if one.method == "POST"]
    return [one for one in calls if one.form.get("To") == [NUMBERS[name]]]


@pytest.mark.parametrize("word", some(["STOP", " stop. ", "Unsubscribe", "CANCEL", "quit", "do not text me"]))
async def test_stop_sends_what_is_open_by_mail_and_nothing_more_to_the_phone(h: SmsHouse, word: str) -> None:  # SM-11
    thread = await h.ask("1.4.2")
    await h.card("bo")
    before = await sent_to(h, "bo")
    h.text("bo", word)
    letter = await h.letter("bo", "May this run?", "1.4.2")
    await h.mail.reply_as(mailbox("bo"), letter, f"APPROVE {code(letter)}")
    await h.letter("bo", "was approved by bo")
    (closed,) = await h.events(thread, RequestClosed)
    assert closed.by
    assert closed.by.identity == f"email:{mailbox('bo')}"
    assert await sent_to(h, "bo") == before
    assert h.history() == ["1.4.2 production"]
    (said,) = [one for one in await h.events(thread, UserMessage) if one.author.person == "bo"]
    assert said.author.assurance == "verified", "the letter alone: the word is no message"


async def test_who_opted_out_is_asked_by_mail_from_now_on(h: SmsHouse) -> None:  # SM-11
    h.text("bo", "STOP")
    await h.settled()
    await h.ask("1.4.1")
    await h.letter("bo", "May this run?", "1.4.1")
    assert await sent_to(h, "bo") == []


async def test_start_is_back_in_for_what_is_asked_from_now_on(h: SmsHouse) -> None:  # SM-11
    h.text("bo", "STOP")
    await h.settled()
    h.text("bo", "START")
    await h.settled()
    await h.ask("1.4.2")
    card = await h.card("bo", "1.4.2")
    h.text("bo", f"A {code(card)}")
    await h.sms("bo", "was approved by bo")
    assert h.letters("bo") == []


async def test_yes_of_who_opted_out_is_the_wish_to_hear_from_us_and_no_answer(h: SmsHouse) -> None:  # SM-11, SM-12
    thread = await h.ask("1.4.1")
    await h.card("bo")
    h.text("bo", "STOP")
    await h.letter("bo", "May this run?")
    before = len(await sent_to(h, "bo"))
    h.text("bo", "YES")
    assert len(await sent_to(h, "bo")) == before
    assert await h.events(thread, ApprovalResponse) == []
    await h.ask("1.4.2")
    await h.card("bo", "1.4.2")


async def test_a_code_texted_after_stop_counts_and_is_answered_by_mail(h: SmsHouse) -> None:  # SM-11
    """They want no texts of ours. What they themselves say with the right code is theirs to say."""
    thread = await h.ask("1.4.2")
    card = await h.card("bo")
    h.text("bo", "STOP")
    await h.letter("bo", "May this run?")
    before = await sent_to(h, "bo")
    h.text("bo", f"A {code(card)}")
    await h.letter("bo", "was approved by bo")
    assert await sent_to(h, "bo") == before
    assert len(await h.events(thread, ToolCall)) == 1


async def test_stop_that_is_said_again_moves_nothing_again(h: SmsHouse) -> None:  # SM-11, SM-04
    await h.ask("1.4.2")
    await h.card("bo")
    said = h.text("bo", "STOP")
    await h.letter("bo", "May this run?")
    h.text("bo", "START")
    await h.settled()
    h.twilio.replay(next(one for one in h.twilio.deliveries if one.sid == said.sid))
    await h.settled()
    await h.ask("1.4.1")
    await h.card("bo", "1.4.1")
    assert h.letters("bo") == []


async def test_stop_please_is_said_to_the_agent(h: SmsHouse) -> None:  # SM-11
    """It may be about the agent's work: an operator is told, and nobody is opted out."""
    with capture_logs() as logs:
        h.text("ana", "stop please")
        await h.sms("ana", "Agent: I can do three things")
    told = [one for one in logs if one["event"] == "may want no more messages"]
    assert [one["log_level"] for one in told] == ["warning"]
    assert "stop please" not in str(told)
    (said,) = await h.events(h.own_thread("ana"), UserMessage)
    assert said.text == "stop please"


async def test_stop_please_decides_nothing_where_something_is_asked(h: SmsHouse) -> None:  # SM-11
    thread = await h.ask("1.4.2")
    card = await h.card("bo")
    h.text("bo", "stop please")
    await h.settled()
    assert await h.events(thread, ApprovalResponse) == []
    h.text("bo", f"A {code(card)}")
    await h.sms("bo", "was approved by bo")


async def test_a_picture_without_a_word_is_heard_and_decides_nothing(h: SmsHouse) -> None:  # SM-27
    thread = await h.ask("1.4.2")
    await h.card("bo")
    h.phone("bo").text("", media=[("thumb.jpg", "image/jpeg", b"\xff\xd8a thumb that is up")])
    (_, said) = await h.logged(thread, UserMessage, 2)
    assert (said.text, [one.media_type for one in said.attachments]) == ("", ["image/jpeg"])
    await h.settled()
    assert await h.events(thread, ApprovalResponse) == []
    h.phone("ana").text("", media=[("wish.txt", "text/plain", b"deploy 1.4.1 to production")])
    (wish,) = await h.logged(h.own_thread("ana"), UserMessage)
    assert (wish.attachments[0].text, wish.attachments[0].why_not) == ("deploy 1.4.1 to production", None)
    await h.settled()


async def test_what_is_said_to_a_group_is_not_answered(h: SmsHouse) -> None:  # SM-32
    thread = await h.ask("1.4.2")
    card = await h.card("bo")
    before = await sent_to(h, "bo")
    h.phone("bo").group(f"A {code(card)}", others=[NUMBERS["ana"], "+447700900009"])
    h.phone("ana").group("Please deploy 1.4.1 to production.", others=[NUMBERS["bo"]])
    assert await sent_to(h, "bo") == before
    assert await sent_to(h, "ana") == []
    assert await h.events(thread, ApprovalResponse) == []
    assert await h.events(h.own_thread("ana"), UserMessage) == []
