"""Posting, changing and reading messages with the real AsyncWebClient, and what Slack refuses: SL-22, 28, 36."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import App, SlackSandbox
from sandbox.slack.app import BOT_SCOPES
from sandbox.slack.methods.table import METHODS
from tests.unit.sandbox.slack_app import client_of, refused

METADATA = {"event_type": "holdpoint_effect", "event_payload": {"id": "E1"}}


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(retry_delays=()) as running:
        yield running


@pytest.fixture
def client(slack: SlackSandbox) -> AsyncWebClient:
    return client_of(slack)


async def test_auth_test_says_who_we_are(slack: SlackSandbox, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["team_id"], answer["user"]) == (slack.team.id, "holdpoint")
    assert answer["bot_id"] == slack.core.world.installations[slack.team.id].bot_id
    assert answer.headers["x-oauth-scopes"].split(",") == sorted(BOT_SCOPES)


async def test_a_message_is_posted_by_id_by_name_and_to_a_person(slack: SlackSandbox, client: AsyncWebClient) -> None:
    general = slack.channel("#general")
    for name in (general.id, "#general", "general"):
        assert (await client.chat_postMessage(channel=name, text="hi"))["channel"] == general.id
    answer = await client.chat_postMessage(channel=slack.person("ana").id, text="psst")
    assert answer["channel"].startswith("D")
    assert [one.text for one in slack.direct("ana")] == ["psst"]
    opened = await client.conversations_open(users=slack.person("ana").id)
    assert opened["channel"]["id"] == answer["channel"]


async def test_metadata_comes_back_only_when_asked_for(slack: SlackSandbox, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="#general", text="root")
    metadata = Metadata(METADATA["event_type"], METADATA["event_payload"])  # type: ignore[arg-type]
    channel = root["channel"]
    await client.chat_postMessage(channel=channel, text="reply", thread_ts=root["ts"], metadata=metadata)

    bare = await client.conversations_replies(channel=channel, ts=root["ts"])
    full = await client.conversations_replies(channel=channel, ts=root["ts"], include_all_metadata=True)
    history = await client.conversations_history(channel=channel, include_all_metadata=True)

    assert "metadata" not in bare["messages"][1]
    assert full["messages"][1]["metadata"] == METADATA
    assert [one["text"] for one in history["messages"]] == ["root"]
    assert history["messages"][0]["reply_count"] == 1


async def test_history_is_read_in_pages_and_between_moments(slack: SlackSandbox, client: AsyncWebClient) -> None:
    ts = [(await client.chat_postMessage(channel="#general", text=str(one)))["ts"] for one in range(5)]
    channel = slack.channel("#general").id
    answer = await client.conversations_history(channel=channel, limit=2)
    pages = [[one["text"] for one in page["messages"]] async for page in answer]
    assert pages == [["4", "3"], ["2", "1"], ["0"]]
    after = await client.conversations_history(channel=channel, oldest=ts[2])
    assert [one["text"] for one in after["messages"]] == ["4", "3"]
    including = await client.conversations_history(channel=channel, oldest=ts[2], latest=ts[3], inclusive=True)
    assert [one["text"] for one in including["messages"]] == ["3", "2"]


async def test_a_long_text_is_split_and_a_very_long_one_cut(slack: SlackSandbox, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="#general", text="a" * 4_040)
    await client.chat_postMessage(channel="#deploys", text="b" * 45_000)
    assert [len(one.text) for one in slack.messages("#general")] == [4_040]
    assert [len(one.text) for one in slack.messages("#deploys")] == [4_000] * 10


async def test_an_update_replaces_text_and_blocks_and_keeps_metadata(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "card"}}
    posted = await client.chat_postMessage(channel="#general", text="card", blocks=[block], metadata=METADATA)
    channel, ts = posted["channel"], posted["ts"]
    (message,) = slack.messages("#general")

    await client.chat_update(channel=channel, ts=ts, blocks=[block], text="again")
    assert message.blocks
    await client.chat_update(channel=channel, ts=ts, text="done")
    assert (message.text, message.blocks, message.metadata) == ("done", [], METADATA)
    assert await refused(client.chat_update(channel=channel, ts=ts, text="x" * 4_001)) == "msg_too_long"
    assert await refused(client.chat_update(channel=channel, ts="1.000001", text="x")) == "message_not_found"
    theirs = slack.person("ana").say("#general", "mine")
    assert await refused(client.chat_update(channel=channel, ts=theirs.ts, text="x")) == "cant_update_message"
    assert await refused(client.chat_delete(channel=channel, ts=theirs.ts)) == "cant_delete_message"
    await client.chat_delete(channel=channel, ts=ts)
    assert slack.messages("#general") == [theirs]


async def test_an_ephemeral_message_is_seen_by_one_and_kept_by_nobody(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    ana, bo = slack.person("ana"), slack.person("bo")
    channel = slack.channel("#general").id
    answer = await client.chat_postEphemeral(channel=channel, user=bo.id, text="not for you")
    assert [one.text for one in bo.messages("#general")] == ["not for you"]
    assert ana.messages("#general") == []
    assert (await client.conversations_history(channel=channel))["messages"] == []
    ts = answer["message_ts"]
    assert await refused(client.chat_update(channel=channel, ts=ts, text="x")) == "message_not_found"
    cy = slack.person("cy")
    incident = slack.channel("#incident").id
    assert await refused(client.chat_postEphemeral(channel=incident, user=cy.id, text="x")) == "user_not_in_channel"


async def test_an_ephemeral_message_needs_a_thread_that_has_begun(slack: SlackSandbox, client: AsyncWebClient) -> None:
    ana = slack.person("ana")
    root = ana.say("#general", "root")
    psst: dict[str, Any] = {"channel": root.channel, "user": ana.id, "thread_ts": root.ts}
    assert (await client.chat_postEphemeral(**psst, text="lost"))["ok"]
    ana.say("#general", "reply", thread=root.ts)
    seen = await client.chat_postEphemeral(**psst, text="seen")
    assert [one.text for one in ana.messages("#general")] == ["root", "reply", "seen"]
    call = client.chat_postMessage(channel=root.channel, text="x", thread_ts=seen["message_ts"])
    assert await refused(call) == "thread_not_found"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"channel": "#general"}, "no_text"),
    ({"channel": "#general", "text": "  "}, "no_text"),
    ({"channel": "#nowhere", "text": "x"}, "channel_not_found"),
    ({"channel": "#random", "text": "x"}, "not_in_channel"),
    ({"channel": "#general", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ({"channel": "#general", "text": "x", "blocks": "{"}, "invalid_blocks_format"),
    ({"channel": "#general", "text": "x", "blocks": '{"type": "divider"}'}, "invalid_blocks_format"),
    ({"channel": "#general", "text": "x", "metadata": {"a": 1}}, "invalid_metadata_format"),
    ({"channel": "#general", "text": "x", "metadata": METADATA | {"event_payload": "y"}}, "invalid_metadata_schema"),
    ({"channel": "#general", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ({"channel": "#general", "markdown_text": "y" * 12_001}, "msg_too_long"),
]


@pytest.mark.parametrize(("arguments", "error"), REFUSED)
async def test_what_cannot_be_posted(
    slack: SlackSandbox, client: AsyncWebClient, arguments: dict[str, Any], error: str
) -> None:
    assert await refused(client.api_call("chat.postMessage", json=arguments)) == error
    assert slack.messages("#general") == []


async def test_an_archived_channel_takes_nothing(slack: SlackSandbox, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="#general", text="x")
    slack.channel("#general").archived = True
    assert await refused(client.chat_postMessage(channel="#general", text="x")) == "is_archived"
    assert await refused(client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y")) == "is_inactive"


@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_arguments_come_in_a_query_a_form_or_json(slack: SlackSandbox, client: AsyncWebClient, verb: str) -> None:
    arguments = {"channel": slack.channel("#general").id, "text": "hi", "blocks": '[{"type": "divider"}]'}
    await client.api_call("chat.postMessage", http_verb=verb, params=arguments)
    await client.api_call("chat.postMessage", data=arguments)
    await client.api_call("chat.postMessage", json=arguments | {"blocks": [{"type": "divider"}]})
    assert [(one.text, one.blocks[0]["type"]) for one in slack.messages("#general")] == [("hi", "divider")] * 3


async def test_a_scope_that_was_not_granted_is_missed_by_name() -> None:
    app = App(scopes=tuple(one for one in BOT_SCOPES if one != "chat:write"))
    async with SlackSandbox(app) as slack:
        with pytest.raises(SlackApiError) as caught:
            await client_of(slack).chat_postMessage(channel="#general", text="x")
        assert caught.value.response["error"] == "missing_scope"
        assert caught.value.response["needed"] == "chat:write"
        assert "im:history" in caught.value.response["provided"]


async def test_reading_a_channel_needs_a_scope_of_its_kind(slack: SlackSandbox, client: AsyncWebClient) -> None:
    assert await refused(client.conversations_info(channel=slack.channel("#general").id)) == "missing_scope"
    slack.core.world.installations[slack.team.id].scopes.add("channels:read")
    info = await client.conversations_info(channel=slack.channel("#general").id)
    assert (info["channel"]["name"], info["channel"]["is_member"]) == ("general", True)
    listed = await client.conversations_list()
    assert {one["name"] for one in listed["channels"]} == {"general", "deploys", "random", "partners"}
    assert await refused(client.conversations_list(types="private_channel")) == "missing_scope"


async def test_an_unknown_method_is_refused_and_written_down(slack: SlackSandbox, client: AsyncWebClient) -> None:
    assert await refused(client.api_call("chat.shout", json={})) == "unknown_method"
    assert [(one.verb, one.path) for one in slack.strays] == [("POST", "/api/chat.shout")]


ARGUMENTS = (
    *("blocks", "channel", "channel_id", "chunks", "cursor", "email", "file", "files", "hash", "latest", "length"),
    *("limit", "loading_messages", "metadata", "name", "oldest", "status", "text", "thread_ts", "timestamp", "title"),
    *("trigger_id", "ts", "types", "user", "user_id", "users", "view", "view_id", "markdown_text", "filename"),
)
JUNK: tuple[Any, ...] = (None, 0, -1, "", "x", "[", "[1]", "{}", [], [1], {}, {"type": []}, True)


@pytest.mark.parametrize("method", sorted(METHODS.keys() - {"auth.revoke"}))
async def test_junk_is_answered_and_never_breaks_slack(
    slack: SlackSandbox, client: AsyncWebClient, method: str
) -> None:
    """Whatever the arguments, an answer comes with HTTP 200, `ok` or not."""
    said = slack.person("ana").say("#general", "hello")
    good = {"channel": said.channel, "channel_id": said.channel, "ts": said.ts, "thread_ts": said.ts, "user": said.user}
    for junk in JUNK:
        arguments = dict.fromkeys(ARGUMENTS, junk)
        for given in (arguments, arguments | good):
            with contextlib.suppress(SlackApiError):
                await client.api_call(method, json=given)
    assert {call.status for call in slack.calls} == {200}
