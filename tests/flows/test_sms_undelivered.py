"""What becomes of a request that does not reach a phone: another way at once, the same one later, or a word to Ana."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agent_core.deliveries import Redirect
from agent_core.events import Notice, RequestClosed
from sandbox.twilio import Fault
from tests.flows.sms_house import SmsHouse, code, sms_house
from tests.flows.sms_steps import ALONE, AT_MAIL, AT_PHONE, BO, DEPLOY, contacts, ends, posts, ways

LATER = timedelta(minutes=15), timedelta(minutes=60)


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    async with sms_house(tmp_path) as made:
        yield made


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    """Bo has his phone and nothing else."""
    async with sms_house(tmp_path, people=ALONE) as made:
        yield made


async def test_who_opted_out_as_twilio_says_is_asked_by_mail_at_once_about_all_that_waits(
    h: SmsHouse,
) -> None:  # SM-10, SM-11
    first = await h.ask("1.4.1")
    await h.card("bo", "1.4.1")
    h.twilio.refuse(BO, 21610)
    second = await h.ask("1.4.2", to="staging")
    letters = [await h.letter("bo", "May this run?", version) for version in ("1.4.2", "1.4.1")]
    assert (await contacts(h).find(AT_PHONE)).out
    assert [await ways(h, thread) for thread in (first, second)] == [[(AT_PHONE, AT_MAIL)]] * 2
    for letter in letters:
        await h.mail.reply_as("bo@example.test", letter, f"APPROVE {code(letter)}")
    for thread in (first, second):
        await h.logged(thread, RequestClosed)
    await h.letter("bo", "approved by bo")
    await h.letter("bo", "approved by bo")
    await h.settled()
    assert sorted(h.history()) == ["1.4.1 production", "1.4.2 staging"]
    assert [one.code for one in posts(h)] == [0, 21610], "nothing is sent there any more"


async def test_a_phone_that_cannot_be_reached_is_not_waited_for_where_there_is_a_mailbox(h: SmsHouse) -> None:  # SM-10
    h.twilio.unreachable(BO, 30003)
    thread = await h.ask()
    letter = await h.letter("bo", "May this run?", "1.4.2")
    assert await ways(h, thread) == [(AT_PHONE, AT_MAIL)]
    await h.move_on(hours=2)
    await h.mail.reply_as("bo@example.test", letter, f"APPROVE {code(letter)}")
    await h.letter("bo", "approved by bo")  # What comes later goes there, too.
    await h.settled()
    assert h.history() == ["1.4.2 production"]
    assert len(posts(h)) == 1


async def test_who_has_only_a_phone_is_tried_twice_more_and_then_the_asker_is_told(alone: SmsHouse) -> None:  # SM-10
    h = alone
    h.twilio.unreachable(BO, 30003)
    h.text("ana", DEPLOY)
    thread = h.own_thread("ana")
    for number, wait in enumerate(LATER, 1):
        put_off = (await h.logged(thread, Redirect, 2 * number - 1))[-1]
        assert put_off.due == (await ends(h, thread))[-1].at + wait
        await h.move_on(seconds=wait.total_seconds() - 60)
        assert await h.house.opened.threads.fire() == 0, "it is not time yet"
        await h.settled()
        assert len(posts(h)) == number
        await h.move_on(seconds=60)
        await h.logged(thread, Redirect, 2 * number)
    await h.sms("ana", "could not be delivered", AT_PHONE)
    await h.move_on(hours=5)
    await h.settled()
    assert len(posts(h)) == 3
    assert h.phone("bo").inbox == []


async def test_a_phone_that_was_off_gets_the_same_request_later(alone: SmsHouse) -> None:  # SM-10
    h = alone
    h.twilio.unreachable(BO, 30003)
    thread = await h.ask()
    await h.logged(thread, Redirect)
    h.twilio.unreachable(BO, 0)
    await h.move_on(minutes=16)
    h.text("bo", f"A {code(await h.card('bo', '1.4.2'))}")
    await h.sms("bo", "approved by bo")
    await h.settled()
    assert h.history() == ["1.4.2 production"]
    assert [one.body for one in h.phone("bo").inbox if "May this run?" in one.body] == [posts(h)[1].form["Body"][0]]


@pytest.mark.parametrize("people", [{}, ALONE], ids=["with a mailbox", "with a phone alone"])
async def test_what_a_carrier_filtered_is_never_sent_again(
    tmp_path: Path, people: Mapping[str, tuple[str, ...]]
) -> None:  # SM-10
    async with sms_house(tmp_path, people=people) as h:
        h.twilio.unreachable(BO, 30007)
        with capture_logs() as logs:
            h.text("ana", DEPLOY)
            if people:
                await h.sms("ana", "could not be delivered", AT_PHONE)
            else:
                await h.letter("bo", "May this run?", "1.4.2")
        (alarm,) = [line for line in logs if line["log_level"] == "error"]
        assert (alarm["event"], alarm["code"]) == ("twilio refuses", 30007)
        await h.move_on(hours=3)
        await h.settled()
        assert len(posts(h)) == 1


async def test_whatever_is_told_later_or_twice_what_arrived_has_arrived(h: SmsHouse) -> None:  # SM-08
    h.twilio.order(Fault("shuffled", to=BO))
    h.twilio.order(Fault("duplicate", kind_of="status"), count=2)
    thread = await h.ask()
    card = await h.card("bo")
    await h.settled()
    told = [one for one in h.twilio.deliveries if one.kind == "status"]
    assert told[0].form["MessageStatus"] == "delivered", "the last one came first"
    assert Counter(one.form["MessageStatus"] for one in told) == {"delivered": 2, "sent": 2}
    before = await ends(h, thread)
    assert sorted(one.outcome for one in before) == ["delivered", "sent"]
    late = {**told[0].form, "MessageStatus": "undelivered", "SmsStatus": "undelivered", "ErrorCode": "30003"}
    task, _ = h.twilio.courier.send("status", told[0].url, late)
    await task
    await h.settled()
    assert h.twilio.deliveries[-1].taken
    assert await ends(h, thread) == before
    assert await ways(h, thread) == []
    h.text("bo", f"A {code(card)}")
    await h.sms("bo", "approved by bo")
    assert h.letters("bo") == []


async def test_a_failure_that_is_told_twice_goes_one_way_once(alone: SmsHouse) -> None:  # SM-08
    h = alone
    h.twilio.unreachable(BO, 30003)
    h.twilio.order(Fault("duplicate", kind_of="status", status="undelivered"))
    thread = await h.ask()
    await h.logged(thread, Redirect)
    await h.settled()
    assert Counter(one.form["MessageStatus"] for one in h.twilio.deliveries) == {"sent": 1, "undelivered": 2}
    assert len(await h.events(thread, Redirect)) == 1
    assert await h.events(thread, Notice) == []
