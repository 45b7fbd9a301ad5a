"""Messages both ways, through the unmodified SDK: the resource, the webhook, its signature, the life of a message."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sandbox.twilio import TwilioSandbox
from tests.unit.sandbox.twilio_app import ANA, PUBLIC, App, app_of, client_of, send


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioSandbox]:
    async with TwilioSandbox() as running:
        yield running
        assert running.strays == []


@pytest.fixture
async def app(twilio: TwilioSandbox) -> AsyncIterator[App]:
    async with app_of(twilio) as running:
        yield running


async def test_a_message_is_made_delivered_and_called_back(twilio: TwilioSandbox, app: App) -> None:
    made = await send(twilio, body="hello", status_callback=f"{PUBLIC}?effect=e1")
    assert (made.status, made.num_segments, made.direction) == ("queued", "1", "outbound-api")
    assert (made.from_, made.to, made.date_sent) == (twilio.number, ANA, None)
    assert made.date_created is not None
    await twilio.settled()
    assert app.statuses == ["sent", "delivered"]
    assert all(one.valid for one in app.taken)
    assert {one.query for one in app.taken} == {"effect=e1"}
    assert {one.form["MessageSid"] for one in app.taken} == {made.sid}
    [arrived] = twilio.phone(ANA).inbox
    assert (arrived.body, arrived.segments, arrived.encoding, arrived.sender) == ("hello", 1, "GSM-7", twilio.number)
    async with client_of(twilio) as client:
        fetched = await client.messages(made.sid or "").fetch_async()
    assert (fetched.status, fetched.error_code) == ("delivered", None)
    assert fetched.date_sent is not None


async def test_an_incoming_message_is_signed_over_the_public_url(twilio: TwilioSandbox, app: App) -> None:
    written = twilio.phone(ANA, "Ana").text("deploy \U0001f680 ünïcode & =+ ")
    await twilio.settled()
    [taken] = app.taken
    assert taken.valid
    assert taken.form["MessageSid"] == written.sid
    assert (taken.form["From"], taken.form["To"]) == (ANA, twilio.number)
    assert taken.form["Body"] == "deploy \U0001f680 ünïcode & =+ "
    assert (taken.form["FromCity"], taken.form["FromCountry"], taken.form["NumMedia"]) == ("", "GB", "0")
    assert taken.headers["User-Agent"] == "TwilioProxy/1.1"
    assert "MessagingServiceSid" not in taken.form
    assert twilio.phone(ANA).inbox == []
