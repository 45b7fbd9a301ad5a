"""Questions by text: a form is asked one field at a time, and what is typed for it is an answer and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_core.events import FieldRequest, InputRequest, InputResponse, RequestClosed, ToolCall, UserMessage
from tests.flows.sms_house import SmsHouse, code, sms_house
from tests.sampling import some


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    async with sms_house(tmp_path) as made:
        yield made


async def type_it(h: SmsHouse, text: str) -> None:
    """Ana types, which takes its time."""
    await h.move_on(seconds=5)
    h.text("ana", text)


async def answer(h: SmsHouse, *typed: tuple[str, str]) -> None:
    """Ana types each of these, and is answered each time with something that says the other."""
    for text, told in typed:
        await type_it(h, text)
        await h.sms("ana", told)


async def test_a_form_is_asked_field_by_field(h: SmsHouse) -> None:
    h.text("ana", "A survey, please")
    first = await h.sms("ana", "How is it to be?", "1 of 6: Why (text)")
    assert "How many" not in first.body, "one thing at a time"
    await answer(
        h,
        ("because", "2 of 6: How many (a number)"),
        ("a few", "That cannot be used: a few is not a number."),
        ("\u0662.5", "3 of 6: Which day (a date like 2026-01-31)"),
        ("30 February", "30 February is not a date like 2026-01-31"),
        ("2026-02-28", "4 of 6: Where"),
        ("3", "choose from here, there"),
        ("2", "5 of 6: With what"),
        ("3, MILK", "6 of 6: Anything else (text; - leaves it out)"),
        ("-", "Agent: Noted: "),
    )
    (response,) = await h.events(h.own_thread("ana"), InputResponse)
    assert response.values == (
        ("why", "because"),
        ("many", "2.5"),
        ("day", "2026-02-28"),
        ("place", "there"),
        ("with", "ice"),
        ("with", "milk"),
    )
    await h.settled()
    assert h.unread("ana") == [], "it is done"
    (closed,) = await h.events(h.own_thread("ana"), RequestClosed)
    assert closed.outcome == "answered"


async def test_what_is_wrong_is_asked_again_with_what_is_wrong_and_how_it_is_answered(h: SmsHouse) -> None:
    h.text("ana", "A survey, please")
    await h.sms("ana", "1 of 6")
    await answer(h, ("why not", "2 of 6"))
    h.text("ana", "-")
    again = await h.sms("ana", "this is needed")
    assert "2 of 6: How many (a number)" in again.body
    asked = await h.events(h.own_thread("ana"), FieldRequest)
    assert [(one.field.name, one.problem) for one in asked] == [("many", ""), ("many", "this is needed")]
    assert asked[-1].values == (("why", "why not"),)


async def test_several_fields_may_be_given_in_one_text(h: SmsHouse) -> None:
    h.text("ana", "A survey, please")
    await h.sms("ana", "1 of 6")
    await answer(
        h,
        ("why: because\nmany: 3\nday: 2026-02-28\nwith: milk, ice", "4 of 6: Where"),
        ("there", "6 of 6: Anything else"),
        ("no: nothing", "Agent: Noted: "),
    )
    (response,) = await h.events(h.own_thread("ana"), InputResponse)
    assert dict(response.values)["more"] == "no: nothing"


@pytest.mark.parametrize("word", some(["A", "no", "ok", "list", "R 123456"]))
async def test_words_of_decision_may_be_what_a_form_asks_for(h: SmsHouse, word: str) -> None:  # SM-12
    h.text("ana", "A survey, please")
    await h.sms("ana", "1 of 6")
    await answer(h, (word, "2 of 6"))
    (asked,) = await h.events(h.own_thread("ana"), FieldRequest)
    assert asked.values == (("why", word),)


async def test_six_digits_are_an_answer_where_a_number_is_asked_for(h: SmsHouse) -> None:  # SM-14, SM-15
    h.text("ana", "A survey, please")
    await h.sms("ana", "1 of 6")
    await answer(h, ("because", "2 of 6"), ("482193", "3 of 6"))
    assert (await h.events(h.own_thread("ana"), FieldRequest))[-1].values[-1] == ("many", "482193")


async def test_a_form_and_a_request_open_at_once_are_not_mixed_up(h: SmsHouse) -> None:  # SM-14, SM-17
    """Bo fills in a form; a request comes in between; its code decides, and the form goes on where it was."""
    h.text("bo", "A survey, please")
    await h.sms("bo", "1 of 6")
    thread = await h.ask("1.4.2")
    card = await h.card("bo")
    h.text("bo", f"A {code(card)}")
    await h.sms("bo", "was approved by bo")
    assert len(await h.logged(thread, ToolCall)) == 1
    h.text("bo", "because")
    await h.sms("bo", "2 of 6")
    (said,) = await h.events(h.own_thread("bo"), FieldRequest)
    assert said.values == (("why", "because"),)


async def test_a_form_expires_and_its_late_answer_begins_afresh(h: SmsHouse) -> None:
    h.text("ana", "A survey, please")
    await h.sms("ana", "1 of 6")
    (request,) = await h.logged(h.own_thread("ana"), InputRequest)
    await h.move_on(seconds=(request.expires_at - request.at).total_seconds() + 60)
    (closed,) = await h.logged(h.own_thread("ana"), RequestClosed)
    assert closed.outcome == "expired"
    await h.settled()
    h.text("ana", "because")
    await h.settled()
    assert await h.events(h.own_thread("ana"), InputResponse) == []
    assert await h.events(h.own_thread("ana"), FieldRequest) == []


@pytest.mark.parametrize("typed", ["staging", "STAGING "])
async def test_a_question_with_choices_is_answered_with_one_of_them(h: SmsHouse, typed: str) -> None:
    h.text("ana", "Please deploy 1.4.1")
    await h.sms("ana", "To which environment should 1.4.1 go?", "Please answer with one of: staging, production.")
    await type_it(h, typed)
    (response,) = await h.logged(h.own_thread("ana"), InputResponse)
    assert response.text == "staging"
    (closed,) = await h.logged(h.own_thread("ana"), RequestClosed)
    assert closed.outcome == "answered"
    await h.settled()


async def test_what_is_none_of_the_choices_is_asked_back_about(h: SmsHouse) -> None:
    h.text("ana", "Please deploy 1.4.1")
    await h.sms("ana", "To which environment should 1.4.1 go?")
    await type_it(h, "the moon")
    await h.sms("ana", "Please answer with one of: staging, production.")
    assert await h.events(h.own_thread("ana"), InputResponse) == []
    await type_it(h, "production")
    (response,) = await h.logged(h.own_thread("ana"), InputResponse)
    assert response.text == "production"
    await h.settled()


async def test_a_question_is_answered_by_whom_it_was_put_to(h: SmsHouse) -> None:
    h.text("ana", "Please deploy 1.4.1")
    await h.sms("ana", "To which environment should 1.4.1 go?")
    h.text("bo", "production")
    await h.sms("bo", "Agent: I can do three things")
    assert await h.events(h.own_thread("ana"), InputResponse) == []
    assert len(await h.events(h.own_thread("ana"), UserMessage)) == 1
