"""The sandbox as a process of its own: its configuration on one line, people and faults over `/_control`."""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from sandbox.twilio import TwilioSandbox
from tests.unit.sandbox.control_client import Control
from tests.unit.sandbox.twilio_app import ANA, App, app_of_twilio, local_twilio, refusal, send  # noqa: F401 (fixtures)


@pytest.fixture
async def control(twilio: TwilioSandbox) -> AsyncIterator[Control]:
    async with aiohttp.ClientSession(twilio.url) as session:
        yield Control(session)


async def test_people_have_phones_and_write(twilio: TwilioSandbox, app: App, control: Control) -> None:
    made = await control.post("phones", number=ANA, name="Ana")
    assert made == {"number": ANA, "name": "Ana", "on": True, "opted_out": False}
    assert await control.get("phones") == [made]
    content = base64.b64encode(b"the plan").decode()
    attached = [{"name": "plan.txt", "media_type": "text/plain", "content": content}]
    written = await control.post("text", phone=ANA, body="deploy", media=attached)
    await control.post("text", phone=ANA, body="lunch?", others=["+15550100002"])
    await twilio.settled()
    assert app.taken[0].form["MessageSid"] == written["sid"]
    assert app.taken[1].form["OtherRecipients0"] == "+15550100002"
    await send(twilio, body="€" * 81)
    shown = await control.get("messages", phone=ANA)
    time = shown[2].pop("time")
    assert time.endswith("+00:00")
    assert shown[2] == {
        "sid": twilio.messages[-1].sid,
        "direction": "in",
        "channel": "sms",
        "sender": twilio.number,
        "recipient": ANA,
        "body": "€" * 81,
        "parts": ["€" * 76, "€" * 5],
        "segments": 2,
        "encoding": "GSM-7",
        "media": [],
        "buttons": [],
        "status": "delivered",
        "error_code": 0,
    }
    assert (shown[0]["direction"], shown[0]["media"]) == ("out", ["plan.txt"])
    await control.post("text", phone=ANA, body="STOP")
    assert (await control.get("phones"))[0]["opted_out"] is True


async def test_people_press_read_and_switch_off(twilio: TwilioSandbox, app: App, control: Control) -> None:
    await control.post("phones", number=ANA)
    await control.post("text", phone=ANA, channel="whatsapp", body="hi")
    twilio.template("HX1", "Deploy?", buttons=[("Approve", "yes")])
    ours = f"whatsapp:{twilio.whatsapp_number}"
    made = await send(twilio, f"whatsapp:{ANA}", from_=ours, content_sid="HX1")
    assert (await control.get("messages", phone=ANA))[-1]["buttons"] == ["Approve"]
    await control.post("read", phone=ANA, sid=made.sid)
    await control.post("press", phone=ANA, sid=made.sid, title="Approve")
    await twilio.settled()
    assert app.taken[-1].form["ButtonPayload"] == "yes"
    assert twilio.message(made.sid).status == "read"
    await control.post("press", status=404, phone=ANA, sid=made.sid, title="Launch")
    await control.post("press", status=404, phone=ANA, sid="", title="Approve")
    await control.post("switch", phone=ANA, on=False)
    assert (await control.get("phones"))[0]["on"] is False
    await control.post("switch", phone=ANA, on=True)


async def test_what_cannot_be_done_is_said(control: Control) -> None:
    await control.post("text", status=404, phone="+447700900009", body="x")
    await control.post("phones", status=404, number="0770")
    await control.post("phones", number=ANA)
    await control.post("text", status=404, phone=ANA, body="x", to="+447700900999")
    await control.post("text", status=422, phone=ANA, words="x")
    await control.post("faults", status=422, kind="earthquake")


async def test_faults_time_and_the_journal(twilio: TwilioSandbox, control: Control) -> None:
    await control.post("faults", kind="error", code=21612, count=2)
    assert await refusal(twilio, body="x") == (400, 21612)
    await control.delete("faults")
    await send(twilio, body="x")
    await control.post("refuse", number=ANA, code=21614)
    assert await refusal(twilio, body="x") == (400, 21614)
    await control.post("refuse", number=ANA, code=0)
    await control.post("unreachable", number=ANA, code=30005)
    await send(twilio, body="x")
    assert twilio.messages[-1].error_code == 30005
    assert [one["code"] for one in await control.get("calls")] == [21612, 0, 21614, 0]
    await control.delete("record")
    assert await control.get("calls") == await control.get("deliveries") == await control.get("strays") == []
    before = twilio.clock.now()
    await control.post("forward", seconds=60)
    assert (twilio.clock.now() - before).total_seconds() >= 60
    await control.post("hold")
    await send(twilio, body="x")
    status = await control.get("status")
    assert (status["held"], status["queued"], status["service"]) == (True, 1, twilio.service)
    await control.post("release")
    assert (await control.get("status"))["queued"] == 0


async def test_one_page_may_use_it_from_a_browser_and_no_other() -> None:
    page = {"Origin": "http://127.0.0.1:8025"}
    async with TwilioSandbox(page=page["Origin"]) as twilio, aiohttp.ClientSession(twilio.url) as session:
        async with session.options("/_control/phones", headers=page) as answer:
            assert answer.status == 204
            assert answer.headers["Access-Control-Allow-Headers"] == "content-type"
        async with session.get("/_control/phones", headers=page) as answer:
            assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, page["Origin"])
        made = json.dumps({"number": ANA})
        async with session.post("/_control/phones", data=made, headers={"Origin": "https://evil.test"}) as answer:
            assert answer.status == 403
            assert "Access-Control-Allow-Origin" not in answer.headers
        assert twilio.phones == []


async def test_it_runs_alone_and_ends_when_told_to() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.twilio", "--deliver-to", "https://public.test", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    given = json.loads(await process.stdout.readline())
    async with AsyncTwilioHttpClient() as http:
        client = Client(given["account_sid"], given["auth_token"], http_client=http)
        client.api.base_url = given["url"]
        made = await client.messages.create_async(to=ANA, messaging_service_sid=given["service"], body="x")
        assert (await client.messages(made.sid).fetch_async()).from_ == given["pool_number"]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
