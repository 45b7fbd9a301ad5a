"""What the REST API refuses, each with the code and the HTTP status that the documentation gives it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException

from sandbox.twilio import Account, TwilioSandbox
from tests.unit.sandbox.twilio_app import ANA, client_of, refusal, send

WHATSAPP = f"whatsapp:{ANA}"


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioSandbox]:
    async with TwilioSandbox(Account(regions=("+44", "+1"))) as running:
        yield running


@pytest.mark.parametrize(
    ("code", "to", "fields"),
    [
        (21211, "07700 900001", {"body": "x"}),
        (21211, "+0770090000", {"body": "x"}),
        (21408, "+33612345678", {"body": "x"}),
        (21602, ANA, {}),
        (21602, ANA, {"body": ""}),
        (21617, ANA, {"body": "x" * 1601}),
        (21609, ANA, {"body": "x", "status_callback": "events"}),
        (21624, ANA, {"body": "x", "validity_period": 0}),
        (21624, ANA, {"body": "x", "validity_period": 36_001}),
        (21623, ANA, {"body": "x", "media_url": [f"https://public.test/{one}" for one in range(11)]}),
        (21655, ANA, {"content_sid": "HX1"}),
        (21212, ANA, {"body": "x", "from_": "0770"}),
        (21659, ANA, {"body": "x", "from_": "+447700900555"}),
        (21703, WHATSAPP, {"body": "x", "messaging_service_sid": "own"}),
        (21910, WHATSAPP, {"body": "x"}),
        (63007, WHATSAPP, {"body": "x", "from_": "whatsapp:+447700900555"}),
    ],
)
async def test_a_bad_message_is_refused(twilio: TwilioSandbox, code: int, to: str, fields: dict[str, Any]) -> None:
    if fields.get("messaging_service_sid") == "own":
        fields = {"messaging_service_sid": twilio.service, "body": "x"}
    assert await refusal(twilio, to, **fields) == (400, code)
    assert twilio.messages == []
    assert (twilio.calls[-1].status, twilio.calls[-1].code) == (400, code)


async def test_what_is_just_short_enough_is_taken(twilio: TwilioSandbox) -> None:
    assert (await send(twilio, body="x" * 1600, validity_period=36_000)).num_segments == "11"


async def test_an_unknown_service_is_not_found(twilio: TwilioSandbox) -> None:
    assert await refusal(twilio, body="x", messaging_service_sid="MG0") == (404, 21701)


async def test_a_number_may_be_refused_for_good(twilio: TwilioSandbox) -> None:
    twilio.refuse(ANA, 21614)
    assert await refusal(twilio, body="x") == (400, 21614)
    twilio.refuse(ANA, 0)
    await send(twilio, body="x")


async def test_a_wrong_password_or_a_message_that_is_not_there(twilio: TwilioSandbox) -> None:
    for token, account in (("wrong", ""), ("", "AC0")):
        with pytest.raises(TwilioRestException) as refused:
            async with client_of(twilio, token, account) as client:
                await client.messages("SM0").fetch_async()
        assert (refused.value.status, refused.value.code) == (401, 20003)
    async with client_of(twilio) as client:
        with pytest.raises(TwilioRestException) as missing:
            await client.messages("SM0").fetch_async()
    assert (missing.value.status, missing.value.code) == (404, 20404)
    assert twilio.strays == []


async def test_the_body_of_a_refusal_is_the_documented_one(twilio: TwilioSandbox) -> None:
    url = f"{twilio.url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
    headers = {"Authorization": aiohttp.encode_basic_auth(twilio.account_sid, twilio.auth_token)}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.post(url, data={"Body": "x", "From": twilio.number}) as answer:
            assert answer.status == 400
            assert await answer.json() == {
                "code": 21604,
                "message": "A 'To' phone number is required.",
                "more_info": "https://www.twilio.com/docs/errors/21604",
                "status": 400,
            }
        async with session.post(url, data={"Body": "x", "To": ANA}) as answer:
            assert (await answer.json())["code"] == 21603


async def test_a_message_in_the_queue_is_not_deleted(twilio: TwilioSandbox) -> None:
    twilio.hold()
    made = await send(twilio, body="x")
    async with client_of(twilio) as client:
        with pytest.raises(TwilioRestException) as refused:
            await client.messages(made.sid).delete_async()
    assert (refused.value.status, refused.value.code) == (409, 20009)


async def test_an_unknown_route_is_a_stray(twilio: TwilioSandbox) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{twilio.url}/2010-04-01/Calls.json") as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, 20404)
    assert [one.path for one in twilio.strays] == ["/2010-04-01/Calls.json"]
