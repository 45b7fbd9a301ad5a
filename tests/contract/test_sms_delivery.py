"""Sending through Twilio: what is said there, once, however the connection breaks, and what a refusal teaches us."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from adapters.errors import OutcomeUnknown, Rejected, SendError, TryLater, Unreachable
from adapters.sms.account import Bounds
from sandbox.twilio import Fault
from tests.contract.sms_bench import ANA
from tests.contract.sms_sending import WIDE, Sending, asked, query, said, sending
from tests.unit.adapters.cards import APPROVED, CALLED, EVERY, card

LONG = "A sentence of the agent's. " * 50


@pytest.fixture
async def line(anyio_backend: str) -> AsyncIterator[Sending]:
    async with sending() as made:
        yield made


async def refused(line: Sending, parcel: object = None) -> SendError:
    with pytest.raises(SendError) as info:
        await line.send(parcel or line.parcel())  # type: ignore[arg-type]
    return info.value


# --- what is said to Twilio


async def test_a_card_arrives_and_twilio_is_told_where_to_report(line: Sending) -> None:  # SM-21
    receipt = await line.send(line.parcel())
    (call,) = line.posts
    assert "Answer A 482193 to approve" in line.bodies[0]
    assert receipt.provider_id == line.twilio.messages[0].sid
    assert query(call) == {"effect": ["effect-1"], "thread": ["thread-1"], "cause": ["r1"]}
    assert call.form["StatusCallback"][0].startswith("http://127.0.0.1:9/sms/events?")
    assert call.form["From"] == [line.twilio.number]
    assert call.form["SmartEncoded"] == ["False"] or call.form["SmartEncoded"] == ["false"]


async def test_a_messaging_service_chooses_the_sender() -> None:  # SM-21
    async with sending(service=True) as line:
        await line.send(line.parcel())
        (call,) = line.posts
        assert call.form["MessagingServiceSid"] == [line.twilio.service]
        assert "From" not in call.form
        assert line.phone.inbox[0].sender == line.twilio.pool_number


@pytest.mark.parametrize(("lasts", "least", "most"), [(600, 595, 600), (200_000, 36_000, 36_000)])
async def test_it_waits_at_twilio_no_longer_than_it_is_worth(line: Sending, lasts: int, least: int, most: int) -> None:
    # SM-21
    await line.send(line.parcel(lasts=lasts))
    assert least <= int(line.posts[0].form["ValidityPeriod"][0]) <= most


async def test_what_has_expired_is_not_sent(line: Sending) -> None:  # SM-21
    assert isinstance(await refused(line, line.parcel(lasts=-1)), Rejected)
    assert line.posts == []


@pytest.mark.parametrize("event", [*EVERY[:7], said(LONG)], ids=lambda event: str(event.type))
async def test_no_media_ever_leaves(line: Sending, event: object) -> None:  # SM-28
    await line.send(line.parcel(event))
    assert line.posts
    assert all("MediaUrl" not in call.form for call in line.posts)


async def test_a_long_text_arrives_in_numbered_parts_each_reporting_for_itself(line: Sending) -> None:  # SM-19
    await line.send(line.parcel(said(LONG)))
    assert [body[:6] for body in line.bodies] == ["(1/2) ", "(2/2) "]
    assert [query(call)["effect"] for call in line.posts] == [["effect-1"], ["effect-1"]]


async def test_the_first_message_introduces_us_and_only_the_first(line: Sending) -> None:  # SM-13
    await line.knows(greeted=False)
    await line.send(line.parcel())
    line.forward(60)
    await line.send(line.parcel(APPROVED))
    assert ["Reply STOP to opt out." in body for body in line.bodies] == [True, False]


async def test_what_we_count_is_what_the_far_end_counts(line: Sending) -> None:  # SM-18
    for text in ("a" * 150, "a" * 200, "“ç” " * 30, "done 🎉"):
        line.forward(60)
        await line.send(line.parcel(said(text)))
    sizes = [(bubble.encoding, bubble.segments) for bubble in line.phone.inbox]
    assert sizes == [("GSM-7", 1), ("GSM-7", 2), ("UCS-2", 2), ("UCS-2", 1)]


# --- once, and not twice


async def test_a_lost_answer_is_not_sent_again_when_it_is_found(line: Sending) -> None:  # SM-24
    line.twilio.order(Fault("lost_reply", method="POST"))
    assert isinstance(await refused(line), OutcomeUnknown)
    line.forward(60)
    receipt = await line.send(line.parcel(old=True, repeat=True))
    assert len(line.bodies) == len(line.posts) == 1
    assert receipt.provider_id == line.twilio.messages[0].sid


async def test_only_the_parts_that_are_not_there_are_sent(line: Sending) -> None:  # SM-24
    line.twilio.order(Fault("lost_reply", method="POST"))
    assert isinstance(await refused(line, line.parcel(said(LONG))), OutcomeUnknown)
    line.forward(60)
    await line.send(line.parcel(said(LONG), old=True, repeat=True))
    assert [body[:6] for body in line.bodies] == ["(1/2) ", "(2/2) "]


async def test_it_is_found_though_greeted_in_the_meantime(line: Sending) -> None:  # SM-24
    await line.knows(greeted=False)
    line.twilio.order(Fault("lost_reply", method="POST"))
    assert isinstance(await refused(line), OutcomeUnknown)
    await line.knows(greeted=True)
    line.forward(60)
    await line.send(line.parcel(old=True, repeat=True))
    assert len(line.bodies) == 1


async def test_the_same_words_said_before_are_another_message(line: Sending) -> None:  # SM-24
    await line.send(line.parcel(said("Done.")))
    line.forward(60)
    await line.send(line.parcel(said("Done."), repeat=True))
    assert line.bodies == ["Agent: Done.", "Agent: Done."]


async def test_the_same_words_for_another_effect_in_the_same_second_are_another_message(
    line: Sending,
) -> None:  # SM-24
    first, second = (line.parcel(said("Done.")).model_copy(update={"effect_id": name}) for name in ("one", "two"))
    await line.send(first)
    line.forward(60)
    await line.send(second.model_copy(update={"repeat": True}))
    assert line.bodies == ["Agent: Done.", "Agent: Done."]
    await line.send(second.model_copy(update={"repeat": True}))
    await line.send(first.model_copy(update={"repeat": True}))
    assert len(line.bodies) == 2, "each knows its own"


async def test_what_did_not_leave_is_sent_again(line: Sending) -> None:  # SM-24
    line.twilio.order(Fault("drop_before", method="POST"))
    assert isinstance(await refused(line), OutcomeUnknown)
    line.forward(60)
    await line.send(line.parcel(old=True, repeat=True))
    assert len(line.bodies) == 1


async def test_a_request_that_may_have_been_sent_twice_is_not_sent_a_third_time(line: Sending) -> None:  # SM-24
    line.twilio.order(Fault("drop_before", method="POST"), count=5)
    for attempt in range(4):
        assert isinstance(await refused(line, line.parcel(old=True, repeat=attempt > 0)), OutcomeUnknown)
        line.forward(60)
    assert len(line.posts) == 2


async def test_what_decides_nothing_is_tried_on(line: Sending) -> None:
    line.twilio.order(Fault("drop_before", method="POST"), count=3)
    for attempt in range(3):
        assert isinstance(await refused(line, line.parcel(CALLED, old=True, repeat=attempt > 0)), OutcomeUnknown)
        line.forward(60)
    await line.send(line.parcel(CALLED, old=True, repeat=True))
    assert len(line.bodies) == 1


# --- what a refusal teaches


@pytest.mark.parametrize(
    ("code", "note"),
    [(21610, "opted_out"), (21211, "bar"), (21614, "bar"), (21612, "bar"), (21408, ""), (21617, "")],
)
async def test_a_number_that_is_refused_is_marked(line: Sending, code: int, note: str) -> None:  # SM-10
    line.twilio.order(Fault("error", code=code, method="POST"))
    error = await refused(line)
    assert isinstance(error, Rejected)
    assert str(code) in str(error)
    assert line.book.said == ([(note, f"sms:{ANA}")] if note else [])


async def test_nothing_is_sent_to_a_number_that_was_marked(line: Sending) -> None:  # SM-10
    line.twilio.refuse(ANA, 21610)
    await refused(line)
    line.forward(60)
    assert str(await refused(line)) == "opted out"
    assert len(line.posts) == 1


@pytest.mark.parametrize("code", [21610, 21211])
async def test_a_number_that_nothing_reaches_is_told_apart_from_a_message_that_is_refused(
    line: Sending, code: int
) -> None:  # SM-10
    line.twilio.refuse(ANA, code)
    assert isinstance(await refused(line), Unreachable)


async def test_what_is_refused_for_itself_says_nothing_of_its_number(line: Sending) -> None:  # SM-10
    line.twilio.refuse(ANA, 21617)
    assert not isinstance(await refused(line), Unreachable)


async def test_a_sender_that_is_not_registered_is_stopped(line: Sending) -> None:  # SM-10, SM-21
    line.twilio.order(Fault("error", code=30034, method="POST"))
    await refused(line)
    line.forward(60)
    assert "our sender cannot write" in str(await refused(line))
    assert len(line.posts) == 1


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (Fault("rate_limited", seconds=0, method="POST"), None),
        (Fault("rate_limited", seconds=7, method="POST"), 7.0),
        (Fault("unavailable", method="POST"), None),
        (Fault("error", code=21611, method="POST"), None),
        (Fault("error", code=14107, method="POST"), None),
    ],
)
async def test_what_is_too_much_for_now_comes_later(line: Sending, fault: Fault, waits: float | None) -> None:  # SM-10
    line.twilio.order(fault)
    error = await refused(line)
    assert isinstance(error, TryLater)
    assert error.retry_after == waits
    line.forward(60)
    await line.send(line.parcel(old=True, repeat=True))
    assert len(line.bodies) == 1


async def test_wrong_credentials_are_a_matter_for_an_operator() -> None:  # SM-10
    async with sending(auth_tokens=(SecretStr("wrong"),)) as line:
        assert "does not accept our credentials" in str(await refused(line))


# --- how much may be sent


async def test_a_number_gets_one_message_in_so_many_seconds() -> None:  # SM-22
    async with sending(bounds=replace(WIDE, seconds=10)) as line:
        await line.send(line.parcel(said("one")))
        error = await refused(line, line.parcel(said("two")))
        assert isinstance(error, TryLater)
        assert error.retry_after is not None
        assert 0 < error.retry_after <= 10
        line.forward(10)
        await line.send(line.parcel(said("two")))
        assert line.bodies == ["Agent: one", "Agent: two"]


async def test_a_number_gets_so_many_messages_an_hour() -> None:  # SM-22
    async with sending(bounds=replace(WIDE, per_hour=2)) as line:
        await line.send(line.parcel(said(LONG)))
        line.forward(60)
        error = await refused(line)
        assert isinstance(error, TryLater)
        assert error.retry_after is not None
        assert 3_000 < error.retry_after <= 3_600


@pytest.mark.parametrize(
    "bounds", [Bounds(1, 99, segments_per_day=3), Bounds(1, 99, 999, segments_per_country=3)], ids=["day", "country"]
)
async def test_a_day_has_its_end_and_then_it_goes_another_way(
    bounds: Bounds, capsys: pytest.CaptureFixture[str]
) -> None:  # SM-22, SM-23
    async with sending(bounds=bounds) as line:
        await line.send(line.parcel(card()))
        line.forward(60)
        assert isinstance(await refused(line, line.parcel(asked(id="r2"))), Rejected)
        assert len(line.bodies) == 1
        assert "spend limit reached" in capsys.readouterr().out


# --- what is logged


async def test_logs_show_little_of_a_number_and_nothing_of_a_text(
    line: Sending, capsys: pytest.CaptureFixture[str]
) -> None:  # SM-34
    line.twilio.refuse(ANA, 21614)
    await refused(line)
    line.forward(60)
    await refused(line)
    logged = "".join(capsys.readouterr())
    assert "message refused" in logged
    assert "message held back" in logged
    assert "+44******0001" in logged
    assert ANA not in logged
    assert "482193" not in logged
    assert "deploy" not in logged
