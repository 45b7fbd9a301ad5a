"""An unmodified bolt app lives in the sandbox: mentions, threads, a card, a click, over Socket Mode and over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Message, SlackSandbox
from tests.unit.sandbox.slack_app import app_of, by_http, by_socket, until

CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Deploy 1.4.2?*"}},
    {
        "type": "actions",
        "block_id": "decision",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "style": "primary",
                "value": "token-1",
                "text": {"type": "plain_text", "text": "Approve"},
            },
            {"type": "button", "action_id": "deny", "value": "token-2", "text": {"type": "plain_text", "text": "Deny"}},
        ],
    },
]


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(retry_delays=(0.0, 0.05, 0.05)) as running:
        yield running
        assert running.strays == []


@pytest.fixture(params=["socket", "http"])
async def heard(slack: SlackSandbox, request: pytest.FixtureRequest) -> AsyncIterator[list[dict[str, Any]]]:
    """What the app's listeners were given, in order."""
    seen: list[dict[str, Any]] = []
    app = app_of(slack)
    _listen(app, seen)
    connect = {"socket": by_socket, "http": by_http}[request.param]
    async with connect(slack, app):
        yield seen


def _listen(app: AsyncApp, seen: list[dict[str, Any]]) -> None:
    @app.event("app_mention")
    async def mentioned(event: dict[str, Any], say: AsyncSay) -> None:
        seen.append(event)
        await say(text="May I?", blocks=CARD, thread_ts=event.get("thread_ts", event["ts"]))

    @app.event("message")
    async def message(event: dict[str, Any]) -> None:
        seen.append(event)

    @app.action("approve")
    async def approve(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        seen.append(body)
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="Approved", blocks=[])


async def test_a_mention_is_a_message_and_an_app_mention_and_the_card_lands_in_the_thread(
    slack: SlackSandbox, heard: list[dict[str, Any]]
) -> None:
    asked = slack.person("ana").say("#deploys", "@holdpoint deploy 1.4.2 & <quickly>")
    await slack.settled()

    assert sorted(one["type"] for one in heard) == ["app_mention", "message"]
    for event in heard:
        assert (
            event["text"]
            == f"<@{slack.core.world.installations[slack.team.id].bot_user}> deploy 1.4.2 &amp; &lt;quickly&gt;"
        )
        assert (event["ts"], event["client_msg_id"]) == (asked.ts, asked.client_msg_id)
    card = await _card(slack, asked)
    assert card.text == "May I?"
    assert card.thread_ts == asked.ts
    await slack.settled()
    assert len({one.payload["event_id"] for one in slack.deliveries}) == len(slack.deliveries) == 3


async def test_a_click_brings_the_message_and_the_app_updates_it(
    slack: SlackSandbox, heard: list[dict[str, Any]]
) -> None:
    asked = slack.person("ana").say("#deploys", "@holdpoint deploy 1.4.2")
    card = await _card(slack, asked)

    delivery = await slack.person("bo").click(card, "Approve")

    assert delivery is not None
    assert delivery.acknowledged
    await until(lambda: card.text == "Approved")
    body = heard[-1]
    assert body["user"]["id"] == slack.person("bo").id
    assert body["actions"][0]["value"] == "token-1"
    assert body["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": card.channel,
        "is_ephemeral": False,
        "thread_ts": asked.ts,
    }
    assert card.blocks == []


async def test_fifty_people_click_at_once_and_every_click_arrives(
    slack: SlackSandbox, heard: list[dict[str, Any]]
) -> None:
    asked = slack.person("ana").say("#deploys", "@holdpoint deploy 1.4.2")
    card = await _card(slack, asked)
    clicks = await asyncio.gather(*(slack.person("bo").click(card, "approve") for _ in range(50)))
    assert all(one is not None and one.acknowledged for one in clicks)
    triggers = {one.payload["trigger_id"] for one in clicks if one is not None}
    assert len(triggers) == 50
    await until(lambda: sum(one.get("type") == "block_actions" for one in heard) == 50)


async def _card(slack: SlackSandbox, asked: Message) -> Message:
    """The card in the thread: bolt acknowledges before the listener has posted it."""
    await until(lambda: len(slack.messages("#deploys", thread=asked.ts)) == 2)
    return slack.messages("#deploys", thread=asked.ts)[-1]
