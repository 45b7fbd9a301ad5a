"""What people do and what Slack makes of it: typing, editing, clicking, declining, commands, response URLs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack import CannotDo, Delivery, SlackSandbox
from tests.unit.sandbox.slack_app import app_of, by_socket, client_of
from tests.unit.sandbox.test_slack_app import CARD

BUTTONS: list[dict[str, Any]] = CARD[1]["elements"]
CONFIRM = {name: {"type": "plain_text", "text": name} for name in ("title", "text", "confirm", "deny")}
OPTIONS = [{"text": {"type": "plain_text", "text": one.title()}, "value": one} for one in ("blue", "red")]


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """Slack with an app that acknowledges every click."""
    async with SlackSandbox(retry_delays=()) as running:
        app = app_of(running)

        @app.action(re.compile(""))
        async def clicked(ack: AsyncAck) -> None:
            await ack()

        async with by_socket(running, app):
            yield running


def events(slack: SlackSandbox) -> list[dict[str, Any]]:
    return [one.event for one in slack.deliveries if one.kind == "events_api"]


async def test_what_is_typed_is_escaped_and_handles_become_mentions(slack: SlackSandbox) -> None:
    ana, bo = slack.person("ana"), slack.person("bo")
    said = ana.say("#general", "<!channel> & @bo, ana@example.test or @nobody; @here")
    assert said.text == f"&lt;!channel&gt; &amp; <@{bo.id}>, ana@example.test or @nobody; <!here>"
    (event,) = events(slack)
    assert event["blocks"][0]["type"] == "rich_text"
    assert {"type": "user", "user_id": bo.id} in event["blocks"][0]["elements"][0]["elements"]


async def test_a_mention_in_a_dm_is_a_message_and_nothing_else(slack: SlackSandbox) -> None:
    slack.person("ana").say(None, "@holdpoint hello")
    assert [(one["type"], one["channel_type"]) for one in events(slack)] == [("message", "im")]


async def test_replies_edits_deletions_and_files(slack: SlackSandbox) -> None:
    ana, bo = slack.person("ana"), slack.person("bo")
    root = ana.say("#general", "root")
    reply = bo.say("#general", "reply", thread=root.ts)
    nested = ana.say("#general", "nested", thread=reply.ts)
    ana.edit(root, "changed")
    shared = ana.upload("#general", "plan.txt", b"the plan", text="see")
    bo.delete(reply)

    first, second, third, edited, file_share, deleted = events(slack)
    assert "thread_ts" not in first
    assert (second["thread_ts"], second["parent_user_id"]) == (root.ts, ana.id)
    assert third["thread_ts"] == root.ts == nested.thread_ts
    assert edited["subtype"] == "message_changed"
    assert (edited["message"]["text"], edited["previous_message"]["text"]) == ("changed", "root")
    assert edited["message"]["edited"]["user"] == ana.id
    assert (file_share["subtype"], file_share["files"][0]["name"], file_share["ts"]) == (
        "file_share",
        "plan.txt",
        shared.ts,
    )
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", reply.ts)
    with pytest.raises(CannotDo):
        bo.edit(root, "not mine")


async def test_opening_the_app_and_looking_at_a_channel(slack: SlackSandbox) -> None:
    ana = slack.person("ana")
    ana.open_messages()
    ana.look_at("#deploys")
    opened, looked = events(slack)
    assert (opened["type"], opened["tab"], opened["channel"][0]) == ("app_home_opened", "messages", "D")
    assert looked["type"] == "app_context_changed"
    assert looked["context"]["entities"][0]["value"] == slack.channel("#deploys").id


async def test_our_own_message_comes_back_to_us_as_a_bots(slack: SlackSandbox) -> None:
    await client_of(slack).chat_postMessage(channel="#general", text="me")
    (event,) = events(slack)
    bot = slack.core.world.installations[slack.team.id]
    assert (event["bot_id"], event["user"], event["app_id"]) == (bot.bot_id, bot.bot_user, slack.app.id)
    assert event["bot_profile"]["app_id"] == slack.app.id


async def test_a_stranger_sits_in_a_shared_channel_only(slack: SlackSandbox) -> None:
    mallory = slack.person("mallory")
    mallory.say("#partners", "@holdpoint deploy")
    message, mention = slack.deliveries
    assert message.payload["is_ext_shared_channel"] is True
    assert message.payload["authorizations"][0]["team_id"] == slack.team.id
    assert message.event["user_team"] != slack.team.id
    assert mention.event["type"] == "app_mention"
    with pytest.raises(CannotDo):
        mallory.say("#general", "hello")
    with pytest.raises(CannotDo):
        mallory.say(None, "hello")
    info = await client_of(slack).users_info(user=mallory.id)
    assert info["user"]["is_stranger"] is True
    assert "email" not in info["user"]["profile"]


async def test_a_confirm_dialog_can_be_declined(slack: SlackSandbox) -> None:
    block = {"type": "actions", "elements": [BUTTONS[0] | {"confirm": CONFIRM}]}
    await client_of(slack).chat_postMessage(channel="#general", text="card", blocks=[block])
    (card,) = slack.messages("#general")
    bo = slack.person("bo")
    assert await bo.click(card, "approve", confirm=False) is None
    assert [one.kind for one in slack.deliveries] == ["events_api"]
    delivery = await bo.click(card, "approve")
    assert delivery is not None
    assert delivery.acknowledged


async def test_a_choice_is_in_the_action_and_in_the_state(slack: SlackSandbox) -> None:
    menu = {"type": "static_select", "action_id": "colour", "options": OPTIONS}
    blocks = [{"type": "actions", "block_id": "b", "elements": [menu, BUTTONS[0]]}]
    await client_of(slack).chat_postMessage(channel="#general", text="card", blocks=blocks)
    (card,) = slack.messages("#general")
    chosen = await slack.person("bo").click(card, "colour", choose="Red")
    clicked = await slack.person("bo").click(card, "approve", value="forged")
    assert chosen is not None
    assert clicked is not None
    assert chosen.payload["actions"][0]["selected_option"]["value"] == "red"
    assert clicked.payload["state"]["values"]["b"]["colour"]["selected_option"]["value"] == "red"
    assert clicked.payload["actions"][0]["value"] == "forged"


async def test_nobody_clicks_what_they_do_not_see(slack: SlackSandbox) -> None:
    client, cy = client_of(slack), slack.person("cy")
    await client.chat_postMessage(channel=slack.channel("#incident").id, text="card", blocks=CARD)
    await client.chat_postEphemeral(channel="#general", user=slack.person("bo").id, text="card", blocks=CARD)
    for where in ("#incident", "#general"):
        with pytest.raises(CannotDo):
            await cy.click(slack.messages(where)[-1], "approve")
    with pytest.raises(CannotDo):
        await slack.person("bo").click(slack.messages("#general")[-1], "launch")


async def test_a_click_on_an_ephemeral_message_has_no_message(slack: SlackSandbox) -> None:
    bo = slack.person("bo")
    await client_of(slack).chat_postEphemeral(channel="#general", user=bo.id, text="card", blocks=CARD)
    (card,) = slack.messages("#general")
    delivery = await bo.click(card, "approve")
    assert delivery is not None
    assert delivery.payload["container"]["is_ephemeral"] is True
    assert "message" not in delivery.payload
    await respond(delivery, delete_original=True)
    assert slack.messages("#general") == []


async def respond(delivery: Delivery, **body: Any) -> str:
    """Post to the response URL of a gesture; "ok" or the error."""
    answer = await AsyncWebhookClient(delivery.payload["response_url"], retry_handlers=[]).send_dict(body)
    return answer.body if answer.status_code == 200 else answer.body.split('"')[-2]


async def test_a_response_url_replaces_or_adds_five_times(slack: SlackSandbox) -> None:
    await client_of(slack).chat_postMessage(channel="#general", text="card", blocks=CARD)
    (card,) = slack.messages("#general")
    bo, ana = slack.person("bo"), slack.person("ana")
    delivery = await bo.click(card, "approve")
    assert delivery is not None

    assert await respond(delivery, text="done") == "ok"
    assert (card.text, card.blocks) == ("done", [])
    assert await respond(delivery, text="only bo", replace_original=False, response_type="ephemeral") == "ok"
    assert await respond(delivery, text="everybody", replace_original=False, response_type="in_channel") == "ok"
    assert [one.text for one in ana.messages("#general")] == ["done", "everybody"]
    assert [one.text for one in bo.messages("#general")] == ["done", "only bo", "everybody"]
    assert await respond(delivery, delete_original=True) == "ok"
    assert await respond(delivery, replace_original=False) == "no_text"
    assert await respond(delivery, text="sixth") == "used_url"


async def test_a_response_url_lasts_thirty_minutes(slack: SlackSandbox) -> None:
    await client_of(slack).chat_postMessage(channel="#general", text="card", blocks=CARD)
    delivery = await slack.person("bo").click(slack.messages("#general")[0], "approve")
    assert delivery is not None
    slack.clock.forward(1799)
    assert await respond(delivery, text="in time") == "ok"
    slack.clock.forward(2)
    assert await respond(delivery, text="late") == "expired_url"


async def test_a_commands_answer_is_shown_to_one_or_to_all() -> None:
    async with SlackSandbox(retry_delays=()) as slack:
        app = app_of(slack)

        @app.command("/holdpoint")
        async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack(text=f"you said {body['text']}", response_type=body["text"])

        async with by_socket(slack, app):
            ana, bo = slack.person("ana"), slack.person("bo")
            await ana.slash("/holdpoint", "ephemeral", "#general")
            await ana.slash("/holdpoint", "in_channel", "#general")
        assert [one.text for one in bo.messages("#general")] == ["you said in_channel"]
        assert len(ana.messages("#general")) == 2
