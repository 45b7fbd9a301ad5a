"""WhatsApp: its addresses, its 24 hours, templates and their buttons, receipts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sandbox.twilio import CannotDo, TwilioSandbox
from tests.unit.sandbox.twilio_app import ANA, PUBLIC, App, app_of, refusal, send

HERS = f"whatsapp:{ANA}"
DAY = 24 * 3600


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioSandbox]:
    async with TwilioSandbox() as running:
        yield running


@pytest.fixture
async def app(twilio: TwilioSandbox) -> AsyncIterator[App]:
    async with app_of(twilio) as running:
        yield running


def ours(twilio: TwilioSandbox) -> str:
    return f"whatsapp:{twilio.whatsapp_number}"


async def test_a_person_writes_with_a_name_and_without_a_city(twilio: TwilioSandbox, app: App) -> None:
    twilio.phone(ANA, "Ana").whatsapp("STOP")
    await twilio.settled()
    [taken] = app.taken
    assert taken.valid
    assert (taken.form["From"], taken.form["To"]) == (HERS, ours(twilio))
    assert (taken.form["ProfileName"], taken.form["WaId"]) == ("Ana", ANA[1:])
    assert "FromCity" not in taken.form
    assert twilio.phone(ANA).inbox == []  # no carrier stands between
    assert not twilio.opted_out(ANA)


async def test_free_text_is_good_for_24_hours_after_they_wrote(twilio: TwilioSandbox, app: App) -> None:
    await send(twilio, HERS, from_=ours(twilio), body="first", status_callback=PUBLIC)
    await twilio.settled()
    assert (app.statuses, app.taken[-1].form["ErrorCode"]) == (["failed"], "63016")
    phone = twilio.phone(ANA)
    phone.text("an SMS opens nothing")
    await send(twilio, HERS, from_=ours(twilio), body="second")
    phone.whatsapp("hi")
    await send(twilio, HERS, from_=ours(twilio), body="x" * 1000)
    twilio.clock.forward(DAY - 60)
    await send(twilio, HERS, from_=ours(twilio), body="fourth")
    twilio.clock.forward(61)
    await send(twilio, HERS, from_=ours(twilio), body="fifth")
    assert [one.body for one in phone.inbox] == ["x" * 1000, "fourth"]
    assert (phone.inbox[0].segments, twilio.messages[-1].error_code) == (1, 63016)


async def test_an_approved_template_goes_out_at_any_time_and_its_buttons_come_back(
    twilio: TwilioSandbox, app: App
) -> None:
    twilio.template("HX1", "Deploy {{1}}?", buttons=[("Approve", "approve:{{2}}"), ("Deny", "deny:{{2}}")])
    made = await send(
        twilio, HERS, from_=ours(twilio), content_sid="HX1", content_variables='{"1": "1.4.2", "2": "t0k"}'
    )
    phone = twilio.phone(ANA)
    [card] = phone.inbox
    assert (card.body, [one.title for one in card.buttons]) == ("Deploy 1.4.2?", ["Approve", "Deny"])
    phone.press(card, "Approve")
    await twilio.settled()
    form = app.taken[-1].form
    assert (form["Body"], form["ButtonText"], form["ButtonPayload"]) == ("Approve", "Approve", "approve:t0k")
    assert (form["OriginalRepliedMessageSid"], form["MessageType"]) == (made.sid, "button")
    assert app.taken[-1].valid
    with pytest.raises(CannotDo):
        phone.press(card, "Launch")
    with pytest.raises(CannotDo):
        twilio.phone("+447700900002").press(card, "Approve")


async def test_a_template_that_is_not_approved_needs_the_24_hours_too(twilio: TwilioSandbox) -> None:
    twilio.template("HX1", "Deploy?", approved=False)
    await send(twilio, HERS, from_=ours(twilio), content_sid="HX1")
    assert twilio.messages[-1].error_code == 63016
    twilio.phone(ANA).whatsapp("hi")
    await send(twilio, HERS, from_=ours(twilio), content_sid="HX1")
    assert twilio.messages[-1].status == "delivered"


@pytest.mark.parametrize("variables", [None, "{", '["x"]', '{"1": ""}', '{"1": 7}', '{"2": "x"}'])
async def test_variables_must_fill_the_template(twilio: TwilioSandbox, variables: str | None) -> None:
    twilio.template("HX1", "Deploy {{1}}?")
    given = {} if variables is None else {"content_variables": variables}
    assert await refusal(twilio, HERS, from_=ours(twilio), content_sid="HX1", **given) == (400, 21656)


async def test_a_message_is_read(twilio: TwilioSandbox, app: App) -> None:
    phone = twilio.phone(ANA)
    phone.whatsapp("hi")
    await send(twilio, HERS, from_=ours(twilio), body="x", status_callback=PUBLIC)
    phone.read(phone.inbox[0])
    await twilio.settled()
    assert app.statuses == ["sent", "delivered", "read"]
    assert app.taken[-1].form["EventType"] == "READ"
    with pytest.raises(CannotDo):
        phone.read(phone.bubbles[0])
