"""What goes wrong on order: REST calls, webhooks and the ways to them, signatures that change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException

from sandbox.twilio import Fault, TwilioSandbox
from sandbox.twilio.routes import Routes
from tests.unit.sandbox.twilio_app import ANA, PUBLIC, App, app_of, client_of, refusal, send, until


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioSandbox]:
    async with TwilioSandbox() as running:
        yield running


@pytest.fixture
async def app(twilio: TwilioSandbox) -> AsyncIterator[App]:
    async with app_of(twilio) as running:
        yield running


# REST


async def test_calls_are_refused_on_order_without_effect(twilio: TwilioSandbox) -> None:
    twilio.order(Fault("error", code=21611))
    twilio.order(Fault("rate_limited"))
    twilio.order(Fault("server_error"))
    twilio.order(Fault("unavailable"))
    twilio.order(Fault("error", code=21612, to="+447700900009"))
    assert await refusal(twilio, body="x") == (429, 21611)
    assert await refusal(twilio, body="x") == (429, 20429)
    assert await refusal(twilio, body="x") == (500, 20500)
    assert await refusal(twilio, body="x") == (503, 20503)
    await send(twilio, body="taken")
    assert await refusal(twilio, "+447700900009", body="x") == (400, 21612)
    assert [one.body for one in twilio.messages] == ["taken"]
    assert [one.fault for one in twilio.calls] == [
        "error", "rate_limited", "server_error", "unavailable", "", "error",
    ]  # fmt: skip


async def test_a_connection_breaks_before_the_effect_or_after_it(twilio: TwilioSandbox) -> None:
    twilio.order(Fault("drop_before"))
    with pytest.raises(aiohttp.ClientError):
        await send(twilio, body="x")
    assert twilio.messages == []
    twilio.order(Fault("lost_reply", method="POST"))
    with pytest.raises(aiohttp.ClientError):
        await send(twilio, body="x")
    assert [one.status for one in twilio.messages] == ["delivered"]
    assert twilio.calls[-1].status == 0
    assert twilio.calls[-1].sid == twilio.messages[0].sid


async def test_a_call_that_hangs_has_no_effect_once_the_client_has_gone(twilio: TwilioSandbox) -> None:
    twilio.order(Fault("hang", seconds=60))
    call = asyncio.create_task(send(twilio, body="gone"))
    await until(lambda: twilio.calls)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    twilio.order(Fault("hang", seconds=60))
    patient = asyncio.create_task(send(twilio, body="patient"))
    await until(lambda: len(twilio.calls) == 2)
    twilio.lift()
    await patient
    assert [one.body for one in twilio.messages] == ["patient"]


async def test_a_slow_call_has_had_its_effect_long_before(twilio: TwilioSandbox) -> None:
    twilio.order(Fault("slow", seconds=60))
    call = asyncio.create_task(send(twilio, body="x"))
    await until(lambda: twilio.messages)
    assert not call.done()
    twilio.lift()
    assert (await call).sid == twilio.messages[0].sid


# Webhooks


async def test_callbacks_come_shuffled_twice_late_or_never(twilio: TwilioSandbox, app: App) -> None:
    twilio.order(Fault("shuffled"))
    await send(twilio, body="x", status_callback=PUBLIC)
    await twilio.settled()
    assert app.statuses == ["delivered", "sent"]
    app.taken.clear()
    twilio.order(Fault("duplicate", status="delivered"))
    await send(twilio, body="x", status_callback=PUBLIC)
    await twilio.settled()
    assert sorted(app.statuses) == ["delivered", "delivered", "sent"]
    tokens = [one.headers["I-Twilio-Idempotency-Token"] for one in app.taken]
    assert len(set(tokens)) == 3
    app.taken.clear()
    twilio.order(Fault("delay", seconds=60, status="sent"))
    await send(twilio, body="x", status_callback=PUBLIC)
    await until(lambda: app.statuses == ["delivered"])
    twilio.lift()
    await twilio.settled()
    assert app.statuses == ["delivered", "sent"]
    app.taken.clear()
    twilio.order(Fault("never", status="delivered"))
    await send(twilio, body="x", status_callback=PUBLIC)
    await twilio.settled()
    assert app.statuses == ["sent"]
    assert twilio.deliveries[-1].attempts == []


async def test_a_webhook_whose_answer_is_lost_comes_again_under_the_same_token(twilio: TwilioSandbox, app: App) -> None:
    app.answer = "<Response><Message>once</Message></Response>"
    twilio.order(Fault("answer_lost", kind_of="message"))
    twilio.phone(ANA).text("x")
    await twilio.settled()
    first, second = app.taken
    assert first.form == second.form
    assert first.headers["I-Twilio-Idempotency-Token"] == second.headers["I-Twilio-Idempotency-Token"]
    assert [one.outcome for one in twilio.deliveries[0].attempts] == ["lost", "answered"]
    assert [one.body for one in twilio.phone(ANA).inbox] == ["once"]


async def test_an_app_in_trouble_is_asked_as_often_as_its_url_says(twilio: TwilioSandbox, app: App) -> None:
    app.trouble = [500]
    twilio.phone(ANA).text("one")
    await twilio.settled()
    assert [one.status for one in twilio.deliveries[0].attempts] == [500]  # by default only a lost connection counts
    twilio.deliver_to("sms", f"{PUBLIC}#rc=2&rp=5xx,ct", post_to=app.url)
    app.trouble = [500, 503]
    twilio.phone(ANA).text("two")
    await twilio.settled()
    assert [one.status for one in twilio.deliveries[1].attempts] == [500, 503, 200]
    assert all(one.valid for one in app.taken)
    app.trouble = [403, 403]
    twilio.phone(ANA).text("three")
    await twilio.settled()
    assert [one.status for one in twilio.deliveries[2].attempts] == [403]
    assert not twilio.deliveries[2].taken


async def test_the_fallback_is_asked_when_the_first_url_fails(twilio: TwilioSandbox, app: App) -> None:
    fallback = "https://second.test/sms/events"
    for primary, outcome, code in (
        ("https://elsewhere.test/sms/events", "connection_failed", "11205"),  # not here: nothing is posted
        ("http://127.0.0.1:9/sms/events", "connection_failed", "11205"),
    ):
        twilio.deliver_to("sms", primary, fallback=fallback, fallback_to=app.url)
        app.public = fallback
        twilio.phone(ANA).text("x")
        await twilio.settled()
        assert [one.outcome for one in twilio.deliveries[-1].attempts] == [outcome, outcome, "answered"]
        assert (app.taken[-1].form["ErrorCode"], app.taken[-1].form["ErrorUrl"]) == (code, primary)
        assert app.taken[-1].valid


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (f"{PUBLIC}?effect=1#rc=2", "http://127.0.0.1:1/sms/events?effect=1"),
        ("https://public.test/other?x=1", "http://127.0.0.1:1/other?x=1"),
        ("http://public.test/sms/events", ""),
        ("https://example.com/sms/events", ""),
        ("http://127.0.0.1.example.com/", ""),
        ("http://127.0.0.1@example.com/", ""),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
        ("http://localhost:8000/x", "http://localhost:8000/x"),
    ],
)
def test_nothing_is_posted_beyond_this_machine(url: str, target: str) -> None:
    routes = Routes()
    routes.open(PUBLIC, "http://127.0.0.1:1/sms/events")
    assert routes.resolve(url) == target


async def test_bad_twiml_goes_to_the_fallback_too(twilio: TwilioSandbox, app: App) -> None:
    app.answer = "<html>oops"
    twilio.deliver_to("sms", PUBLIC, app.url, fallback=PUBLIC + "2", fallback_to=app.url)
    twilio.phone(ANA).text("x")
    await twilio.settled()
    assert [one.outcome for one in twilio.deliveries[0].attempts] == ["bad_twiml", "bad_twiml"]
    assert app.taken[-1].form["ErrorCode"] == "12100"


async def test_a_captured_request_stays_valid(twilio: TwilioSandbox, app: App) -> None:
    twilio.phone(ANA).text("A 482193")
    await twilio.settled()
    twilio.clock.forward(24 * 3600)
    twilio.replay(twilio.deliveries[0])
    await twilio.settled()
    first, second = app.taken
    assert first.form == second.form
    assert second.valid
    assert first.headers["X-Twilio-Signature"] == second.headers["X-Twilio-Signature"]


# Signatures


async def test_tokens_rotate(twilio: TwilioSandbox, app: App) -> None:
    old = twilio.auth_token
    new = twilio.rotate()
    twilio.phone(ANA).text("one")
    await twilio.settled()
    app.tokens.append(new)
    twilio.phone(ANA).text("two")
    await twilio.settled()
    assert [one.valid for one in app.taken] == [False, True]
    async with client_of(twilio, old) as client:
        assert len(await client.messages.list_async()) == 2
    twilio.retire()
    async with client_of(twilio, old) as client:
        with pytest.raises(TwilioRestException):
            await client.messages.create_async(to=ANA, from_=twilio.number, body="x")


@pytest.mark.parametrize("algorithm", ["HMAC_SHA1", "HMAC_SHA256"])
async def test_a_shared_key_signs_and_says_so(twilio: TwilioSandbox, app: App, algorithm: str) -> None:
    twilio.sign_with("webhooks_sharedkey_1", "a secret", algorithm)  # type: ignore[arg-type]
    app.tokens = ["a secret"]
    twilio.phone(ANA).text("x")
    await twilio.settled()
    settings = app.taken[0].headers["X-Twilio-Webhooks-Signature-Settings"]
    assert settings == f"key=webhooks_sharedkey_1,algorithm={algorithm}"
    assert app.taken[0].valid


async def test_json_is_signed_by_the_hash_of_its_body(twilio: TwilioSandbox, app: App) -> None:
    twilio.send_json("sms", {"MessageSid": "SM1"})
    await twilio.settled()
    assert app.taken[0].valid
    assert app.taken[0].query == f"bodySHA256={sha256(twilio.deliveries[0].body.encode()).hexdigest()}"
    assert app.taken[0].headers["Content-Type"] == "application/json"
