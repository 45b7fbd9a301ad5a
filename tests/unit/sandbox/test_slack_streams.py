"""Streams that grow, expire and are stopped, and what a thread shows of an agent. SL-14, 15, 16, 17."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import App, CannotDo, Message, SlackSandbox
from sandbox.slack.app import EVENTS
from tests.unit.sandbox.slack_app import client_of, refused


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(retry_delays=(), deadline=0.1) as running:
        yield running


@pytest.fixture
def client(slack: SlackSandbox) -> AsyncWebClient:
    return client_of(slack)


@pytest.fixture
async def asked(slack: SlackSandbox) -> Message:
    return slack.person("ana").say("#deploys", "@holdpoint tell me")


async def start(slack: SlackSandbox, client: AsyncWebClient, asked: Message) -> str:
    """The ts of a stream in answer to a message."""
    answer = await client.chat_startStream(
        channel=asked.channel,
        thread_ts=asked.ts,
        markdown_text="a",
        recipient_user_id=asked.user,
        recipient_team_id=slack.team.id,
    )
    return str(answer["ts"])


async def test_the_sdks_own_helper_streams(slack: SlackSandbox, client: AsyncWebClient, asked: Message) -> None:
    stream = await client.chat_stream(
        channel=asked.channel,
        thread_ts=asked.ts,
        recipient_user_id=asked.user,
        recipient_team_id=slack.team.id,
        buffer_size=4,
    )
    for word in ("once ", "upon ", "a ", "time"):
        await stream.append(markdown_text=word)
    await stream.stop(session_status="active")
    message = slack.messages("#deploys")[-1]
    assert (message.text, message.streaming, message.thread_ts) == ("once upon a time", "completed", asked.ts)
    assert slack.session(asked).status == "active"
    assert slack.deliveries[-1].event["text"] == "once upon a time"


async def test_a_stream_needs_a_thread_and_in_a_channel_a_reader(
    slack: SlackSandbox, client: AsyncWebClient, asked: Message
) -> None:
    call = client.chat_startStream(channel=asked.channel, thread_ts=asked.ts)
    assert await refused(call) == "missing_recipient_user_id"
    arguments = {"channel": asked.channel, "recipient_user_id": asked.user, "recipient_team_id": slack.team.id}
    assert await refused(client.api_call("chat.startStream", json=arguments)) == "invalid_arguments"
    direct = slack.person("ana").say(None, "tell me")
    assert (await client.chat_startStream(channel=direct.channel, thread_ts=direct.ts, markdown_text="a"))["ok"]


async def test_a_stream_goes_on_as_it_began_and_its_end_makes_the_session_active(
    slack: SlackSandbox, client: AsyncWebClient, asked: Message
) -> None:
    where: dict[str, Any] = {"channel": asked.channel, "ts": await start(slack, client, asked)}
    chunks = [{"type": "markdown_text", "text": "b"}]
    assert await refused(client.chat_appendStream(**where, chunks=chunks)) == "streaming_mode_mismatch"
    assert await refused(client.chat_stopStream(**where, chunks=chunks)) == "streaming_mode_mismatch"
    await client.agents_sessions_setStatus(channel_id=asked.channel, thread_ts=asked.ts, status="processing")
    await client.chat_stopStream(**where, markdown_text="b")
    assert slack.messages("#deploys")[-1].text == "ab"
    assert slack.session(asked).status == "active"


async def test_an_old_stream_is_over_and_may_be_updated(
    slack: SlackSandbox, client: AsyncWebClient, asked: Message
) -> None:
    ts = await start(slack, client, asked)
    channel = asked.channel
    update = client.chat_update(channel=channel, ts=ts, text="all")
    assert await refused(update) == "streaming_state_conflict"
    too_long = client.chat_appendStream(channel=channel, ts=ts, markdown_text="x" * 12_001)
    assert await refused(too_long) == "msg_too_long"
    slack.clock.forward(300)
    append = client.chat_appendStream(channel=channel, ts=ts, markdown_text="b")
    assert await refused(append) == "message_not_in_streaming_state"
    await client.chat_update(channel=channel, ts=ts, text="all of it")
    assert slack.messages("#deploys")[-1].text == "all of it"


async def test_the_stop_button_stops_streams_and_tells_the_app(
    slack: SlackSandbox, client: AsyncWebClient, asked: Message
) -> None:
    ana = slack.person("ana")
    with pytest.raises(CannotDo):
        await ana.stop(asked)
    await client.agents_sessions_setStatus(
        channel_id=asked.channel, thread_ts=asked.ts, status="processing", title="Deploy"
    )
    ts = await start(slack, client, asked)
    await ana.stop(asked)
    event = slack.deliveries[-1].event
    assert event["type"] == "agent_session_stopped"
    assert (event["thread_ts"], event["user"], event["streaming_message_ts"]) == (asked.ts, ana.id, [ts])
    assert slack.session(asked).status == "processing"
    append = client.chat_appendStream(channel=asked.channel, ts=ts, markdown_text="b")
    assert await refused(append) == "stopped_by_user"


async def test_a_sessions_title_is_given_once_and_its_status_is_one_of_four(
    slack: SlackSandbox, client: AsyncWebClient, asked: Message
) -> None:
    where = {"channel_id": asked.channel, "thread_ts": asked.ts}
    await client.agents_sessions_setStatus(**where, status="processing", title="First")
    answer = await client.agents_sessions_setStatus(**where, status="suspended", title="Second")
    assert (answer["status"], answer["title"]) == ("suspended", "First")
    assert "warning" not in answer.data
    assert await refused(client.agents_sessions_setStatus(**where, status="thinking")) == "invalid_status"
    call = client.agents_sessions_setStatus(channel_id=asked.channel, status="active")
    assert await refused(call) == "thread_ts_required"


async def test_a_stop_button_nobody_listens_to_is_warned_of(asked: Message) -> None:
    app = App(events=EVENTS - {"agent_session_stopped"})
    async with SlackSandbox(app, retry_delays=()) as deaf:
        message = deaf.person("ana").say("#deploys", "hello")
        answer = await client_of(deaf).agents_sessions_setStatus(
            channel_id=message.channel, thread_ts=message.ts, status="processing"
        )
    assert answer["warning"] == "missing_agent_session_stopped_event_subscription"


async def test_the_older_status_goes_with_a_message_or_after_two_minutes(
    slack: SlackSandbox, client: AsyncWebClient, asked: Message
) -> None:
    where: dict[str, Any] = {"channel_id": asked.channel, "thread_ts": asked.ts}
    await client.assistant_threads_setStatus(**where, status="is thinking...", loading_messages=["a"] * 10)
    assert slack.session(asked).text == "is thinking..."
    await client.chat_postMessage(channel=asked.channel, thread_ts=asked.ts, text="done")
    assert slack.session(asked).text == ""
    await client.assistant_threads_setStatus(**where, status="is thinking...")
    slack.clock.forward(121)
    assert slack.session(asked).text == ""
    call = client.assistant_threads_setStatus(**where, status="x", loading_messages=["a"] * 11)
    assert await refused(call) == "invalid_arguments"
