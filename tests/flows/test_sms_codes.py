"""Codes by text: which request an answer is for, whose answer it is, and what happens to who guesses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agent_core.events import ApprovalResponse, Notice, RequestClosed, ToolCall, UserMessage
from sandbox.twilio import Sms
from tests.flows.sms_house import SmsHouse, code, policy_of, sms_house
from tests.sampling import some

VERSIONS = ("1.4.0", "1.4.1", "1.4.2")


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    async with sms_house(tmp_path, policy=policy_of("bo", "cy")) as made:
        yield made


async def put(h: SmsHouse, *versions: str) -> dict[str, tuple[str, Sms]]:
    """As many requests, each in a thread of its own, with Bo's card, by what they would deploy."""
    threads = {version: await h.ask(version) for version in versions}
    return {version: (thread, await h.card("bo", f'"{version}"')) for version, thread in threads.items()}


async def undecided(h: SmsHouse, threads: dict[str, tuple[str, Sms]]) -> bool:
    """Whether nothing has become of any of them, now that all that was said has been heard."""
    await h.settled()
    decided = [await h.events(thread, ApprovalResponse) for thread, _ in threads.values()]
    return not any(decided) and h.history() == []


@pytest.mark.parametrize("said", some(["YES", "A", "LIST", "ok", "\U0001f44d"]))
async def test_a_bare_word_with_one_request_open_is_asked_for_its_code(h: SmsHouse, said: str) -> None:  # SM-12, SM-14
    asked = await put(h, "1.4.2")
    ((thread, card),) = asked.values()
    h.text("bo", said)
    told = await h.sms("bo", "put the code of this very request", f"{code(card)}: deploy", '"1.4.2"')
    assert told.body.count(code(card)) == 1
    assert await undecided(h, asked)
    h.text("bo", f"A {code(card)}")
    await h.sms("bo", "was approved by bo")
    assert [one.cause for one in await h.events(thread, ApprovalResponse)] != [""]


@pytest.mark.parametrize("said", some(["Yes", "a", "R", "list", "pending"]))
async def test_a_bare_word_with_three_open_lists_each_with_its_code(h: SmsHouse, said: str) -> None:  # SM-12, SM-14
    asked = await put(h, *VERSIONS)
    codes = {version: code(card) for version, (_, card) in asked.items()}
    assert len(set(codes.values())) == 3
    h.text("bo", said)
    told = await h.sms("bo", "Waiting for your answer (A or R and the code):")
    lines = told.body.splitlines()
    for version, digits in codes.items():
        assert [line for line in lines if line.startswith(f"{digits}: deploy") and version in line], told.body
    assert await undecided(h, asked)
    assert h.unread("bo") == [], "one answer to one question"


async def test_the_cards_themselves_say_that_others_wait(h: SmsHouse) -> None:  # SM-14
    first, second = await h.ask("1.4.0"), await h.card("bo", "1.4.0")
    assert first
    assert "reply LIST" not in second.body
    await h.ask("1.4.1")
    assert (await h.card("bo", "1.4.1")).body.endswith("\n1 other waits: reply LIST")


async def test_a_code_decides_its_own_request_and_no_other(h: SmsHouse) -> None:  # SM-14
    asked = await put(h, "1.4.0", "1.4.1")
    (first, card), (second, _) = asked["1.4.0"], asked["1.4.1"]
    h.text("bo", f"A {code(card)}")
    await h.sms("bo", "was approved by bo", "1.4.0")
    await h.settled()
    assert h.history() == ["1.4.0 production"]
    assert len(await h.events(first, ToolCall)) == 1
    assert await h.events(second, RequestClosed) == []
    assert await h.events(second, ApprovalResponse) == []


async def test_somebody_elses_code_is_worth_nothing(h: SmsHouse) -> None:  # SM-15
    """Cy may decide this, too, but by the code that was sent to Cy."""
    asked = await put(h, "1.4.2")
    ((thread, card),) = asked.values()
    own = await h.card("cy", "1.4.2")
    assert code(own) != code(card)
    h.text("cy", f"A {code(card)}")
    await h.sms("cy", "put the code of this very request", f"{code(own)}: deploy")
    assert await undecided(h, asked)
    h.text("cy", f"A {code(own)}")
    await h.sms("cy", "was approved by cy")
    (closed,) = await h.logged(thread, RequestClosed)
    assert closed.by
    assert closed.by.person == "cy"


async def test_a_stranger_with_the_right_code_decides_nothing(h: SmsHouse) -> None:  # SM-15, SM-16
    asked = await put(h, "1.4.2")
    ((_, card),) = asked.values()
    stranger = h.twilio.phone("+447700900009")
    stranger.text(f"A {code(card)}")
    assert await undecided(h, asked)
    (answer,) = stranger.inbox
    assert "There is no open request here" in answer.body
    assert "1.4.2" not in answer.body, "they learn nothing of it"
    h.text("ana", f"A {code(card)}")
    await h.sms("ana", "There is no open request here")
    assert await undecided(h, asked), "nor does who asked"


async def test_five_wrong_codes_then_silence_for_an_hour(h: SmsHouse) -> None:  # SM-15
    asked = await put(h, "1.4.2")
    ((thread, card),) = asked.values()
    right = code(card)
    wrong = [f"{(int(right) + step) % 1_000_000:06d}" for step in range(1, 7)]
    with capture_logs() as logs:
        for guess in wrong[:5]:
            await h.move_on(seconds=30)
            h.text("bo", f"A {guess}")
            await h.sms("bo", "put the code of this very request")
        alarms = [one for one in logs if one["event"] == "codes guessed"]
    assert [one["log_level"] for one in alarms] == ["error"]
    assert "+44" not in str(alarms)
    assert right not in str(alarms)
    heard = len(await h.events(thread, UserMessage))
    for guess in (wrong[5], right):
        h.text("bo", f"A {guess}")
    assert await undecided(h, asked)
    assert h.unread("bo") == [], "nobody is told which of them was right"
    assert len(await h.events(thread, UserMessage)) == heard, "nor is it kept"
    await h.move_on(minutes=61)
    h.text("bo", f"A {right}")
    await h.sms("bo", "was approved by bo")
    await h.settled()
    assert h.history() == ["1.4.2 production"]


async def test_who_guesses_silences_nobody_else(h: SmsHouse) -> None:  # SM-15
    asked = await put(h, "1.4.2")
    ((_, card),) = asked.values()
    own = await h.card("cy", "1.4.2")
    for step in range(1, 7):
        h.text("cy", f"A {(int(code(own)) + step) % 1_000_000:06d}")
    assert await undecided(h, asked)
    h.text("bo", f"A {code(card)}")
    await h.sms("bo", "was approved by bo")


@pytest.mark.parametrize(
    "typed",
    [
        lambda digits: "A " + "".join(chr(0x660 + int(digit)) for digit in digits),
        lambda digits: "\u200fA\u200b " + "\u2060".join(digits) + "\ufeff",
        lambda digits: f"a{digits[:3]} {digits[3:]}".replace("a", "\n \nApprove "),
        lambda digits: "".join(chr(0xFF10 + int(digit)) for digit in digits) + " a.",
    ],
    ids=["Arabic digits", "invisible marks", "in two halves, below an empty line", "wide digits, in front"],
)
async def test_a_code_counts_however_a_phone_writes_it(h: SmsHouse, typed: object) -> None:  # SM-33
    assert callable(typed)
    ((thread, card),) = (await put(h, "1.4.2")).values()
    h.text("bo", typed(code(card)))
    await h.sms("bo", "was approved by bo")
    assert len(await h.logged(thread, ToolCall)) == 1


@pytest.mark.parametrize("said", some(["A {} but only after lunch", "A {}\nunless Ana objects", "{} approve?"]))
async def test_a_condition_is_asked_back_about(h: SmsHouse, said: str) -> None:  # SM-12
    asked = await put(h, "1.4.2")
    ((thread, card),) = asked.values()
    h.text("bo", said.format(code(card)))
    await h.sms("bo", "A condition cannot be kept for you", f"{code(card)}: deploy")
    assert await undecided(h, asked)
    assert [one.kind for one in await h.events(thread, Notice)] == ["unclear"]


async def test_a_denial_by_text_says_why(h: SmsHouse) -> None:  # SM-12
    h.text("cy", "Please deploy 1.4.1 to production.")
    card = await h.card("bo", "1.4.1")
    h.text("bo", f"R {code(card)} not on a Friday")
    await h.sms("cy", "This was denied. The reason given: not on a Friday")
    await h.settled()
    assert h.history() == []
