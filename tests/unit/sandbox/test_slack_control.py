"""The sandbox as a process of its own: its configuration on one line, people and faults over `/_control`."""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSandbox
from tests.unit.sandbox.control_client import Control
from tests.unit.sandbox.slack_app import app_of, by_socket, client_of, refused
from tests.unit.sandbox.test_slack_app import CARD
from tests.unit.sandbox.test_slack_modals import asking


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(retry_delays=()) as running:
        yield running
        assert running.strays == []


@pytest.fixture
async def control(slack: SlackSandbox) -> AsyncIterator[Control]:
    app = app_of(slack)
    _listen(app)
    async with aiohttp.ClientSession(slack.url) as session, by_socket(slack, app):
        yield Control(session)


def _listen(app: AsyncApp) -> None:
    @app.action("approve")
    async def approve(ack: AsyncAck) -> None:
        await ack()

    @app.command("/holdpoint")
    async def command(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=asking())
        await ack("opened")

    @app.event("agent_session_stopped")
    async def stopped() -> None:
        """Taken, which is all that is asked here."""

    @app.view("deny")
    async def submitted(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"why": "Say more."})


async def test_who_and_what_is_there(control: Control) -> None:
    assert {one["name"] for one in await control.get("people")} >= {"ana", "bo", "cy", "dee", "mallory", "holdpoint"}
    assert {one["name"] for one in await control.get("channels", person="mallory")} == {"partners"}


async def test_people_talk_edit_delete_and_share(control: Control) -> None:
    said = await control.post("say", person="ana", channel="#general", text="hello @bo")
    await control.post("say", person="bo", channel="#general", text="hi", thread=said["ts"])
    await control.post("edit", person="ana", channel="#general", ts=said["ts"], text="hello")
    content = base64.b64encode(b"the plan").decode()
    shared = await control.post("upload", person="bo", channel="#general", name="plan.txt", content=content)
    await control.post("delete", person="bo", channel="#general", ts=shared["ts"])
    seen = await control.get("messages", channel="#general", person="cy")
    assert [one["text"] for one in seen] == ["hello", "hi"]
    await control.post("edit", status=404, person="bo", channel="#general", ts=said["ts"], text="x")
    await control.post("say", status=404, person="nobody", text="x")
    await control.post("say", status=422, person="ana", words="x")


async def test_people_click_and_fill_in(slack: SlackSandbox, control: Control) -> None:
    posted = await client_of(slack).chat_postMessage(channel="#general", text="card", blocks=CARD)
    where = {"person": "bo", "channel": "#general", "ts": posted["ts"]}
    assert (await control.post("click", **where, name="Approve"))["acknowledged"] is True
    await control.post("click", status=404, **where, name="Launch")
    await control.post("slash", person="bo", channel="#general", command="/holdpoint")
    screen = await control.get("screen", person="bo")
    assert [one["callback_id"] for one in screen["modals"]] == ["deny"]
    submission = await control.post("submit", person="bo", values={"reason": "no"})
    assert submission == {"outcome": "errors", "errors": {"why": "Say more."}}
    await control.post("close", person="bo")
    assert (await control.get("screen", person="bo")) == {"modals": [], "home": None}
    ephemeral = (await control.get("messages", channel="#general", person="bo"))[-1]
    assert (ephemeral["text"], ephemeral["ephemeral_for"]) == ("opened", slack.person("bo").id)
    assert len(await control.get("messages", channel="#general", person="ana")) == 1


async def test_sessions_are_shown_and_stopped(slack: SlackSandbox, control: Control) -> None:
    said = await control.post("say", person="ana", channel="#deploys", text="work")
    where = {"person": "ana", "channel": said["channel"], "ts": said["ts"]}
    await control.post("stop", status=404, **where)
    await client_of(slack).agents_sessions_setStatus(
        channel_id=said["channel"], thread_ts=said["ts"], status="processing", title="Work"
    )
    shown = await control.get("session", channel=said["channel"], thread=said["ts"])
    assert shown == {"status": "processing", "title": "Work", "text": ""}
    await control.post("stop", **where)
    assert (await control.get("deliveries"))[-1]["payload"]["event"]["type"] == "agent_session_stopped"


async def test_faults_time_and_the_journal(slack: SlackSandbox, control: Control) -> None:
    await control.post("faults", kind="error", error="is_archived", method="chat.postMessage", count=2)
    call = client_of(slack).chat_postMessage
    assert await refused(call(channel="#general", text="x")) == "is_archived"
    await control.delete("faults")
    await call(channel="#general", text="x")
    await control.post("faults", status=422, kind="earthquake")
    posts = [one for one in await control.get("calls") if one["method"] == "chat.postMessage"]
    assert [one["answer"]["ok"] for one in posts] == [False, True]
    await control.delete("record")
    assert await control.get("calls") == []
    before = slack.clock.now()
    await control.post("forward", seconds=60)
    assert slack.clock.now() - before >= 60
    await control.post("open", person="ana")
    await control.post("uninstall")
    assert await refused(client_of(slack).auth_test()) == "account_inactive"


async def test_one_page_may_use_it_from_a_browser_and_no_other() -> None:
    page = {"Origin": "http://127.0.0.1:8025"}
    async with SlackSandbox(retry_delays=(), page=page["Origin"]) as slack, aiohttp.ClientSession(slack.url) as session:
        async with session.options("/_control/say", headers=page) as answer:
            assert answer.status == 204
            assert answer.headers["Access-Control-Allow-Headers"] == "content-type"
        async with session.get("/_control/people", headers=page) as answer:
            assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, page["Origin"])
        said = json.dumps({"person": "ana", "channel": "#general", "text": "x"})
        async with session.post("/_control/say", data=said, headers={"Origin": "https://evil.test"}) as answer:
            assert answer.status == 403
            assert "Access-Control-Allow-Origin" not in answer.headers
        assert slack.messages("#general") == []
        assert slack.strays == []


async def test_it_runs_alone_and_ends_when_told_to() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.slack", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    given = json.loads(await process.stdout.readline())
    client = AsyncWebClient(given["bot_token"], base_url=given["api_url"])
    assert (await client.auth_test())["user"] == "holdpoint"
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
