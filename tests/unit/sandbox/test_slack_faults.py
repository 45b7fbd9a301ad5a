"""What goes wrong at Slack's end, as the real client sees it: limits, errors, hanging, lost replies. SL-34, 36, 37."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Fault, SlackSandbox
from tests.unit.sandbox.slack_app import client_of, refused, until


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(retry_delays=()) as running:
        yield running


@pytest.fixture
def client(slack: SlackSandbox) -> AsyncWebClient:
    return client_of(slack)


async def post(client: AsyncWebClient) -> str:
    return str((await client.chat_postMessage(channel="#general", text="hi"))["ts"])


async def test_a_rate_limit_says_when_to_come_back(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.order(Fault("rate_limited", method="chat.postMessage", seconds=2))
    assert (await client.auth_test())["ok"]
    with pytest.raises(SlackApiError) as caught:
        await post(client)
    response = caught.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == "2"
    assert slack.messages("#general") == []
    assert await post(client)


async def test_the_sdks_own_handler_waits_and_succeeds(slack: SlackSandbox) -> None:
    patient = AsyncWebClient(
        slack.bot_token, base_url=slack.api_url, retry_handlers=[AsyncRateLimitErrorRetryHandler()]
    )
    slack.order(Fault("rate_limited", seconds=0))
    await post(patient)
    assert [one.status for one in slack.calls] == [429, 200]


async def test_a_conversation_takes_so_many_messages_a_second() -> None:
    async with SlackSandbox(retry_delays=(), per_second=1) as slack:
        client = client_of(slack)
        await post(client)
        assert await refused(post(client)) == "ratelimited"
        await client.chat_postMessage(channel="#deploys", text="another conversation")
        slack.clock.forward(1)
        await post(client)


@pytest.mark.parametrize(("kind", "status"), [("server_error", 500), ("unavailable", 503)])
async def test_a_broken_slack_has_done_nothing(
    slack: SlackSandbox, client: AsyncWebClient, kind: Any, status: int
) -> None:
    slack.order(Fault(kind), count=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as caught:
            await post(client)
        assert caught.value.response.status_code == status
    assert slack.messages("#general") == []
    assert await post(client)


async def test_a_connection_breaks_before_the_effect(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.order(Fault("drop_before"))
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(client)
    assert slack.messages("#general") == []


async def test_a_reply_is_lost_after_the_effect(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.order(Fault("lost_reply"))
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(client)
    (message,) = slack.messages("#general")
    (call,) = slack.calls
    assert (call.status, call.fault, call.answer["ts"]) == (0, "lost_reply", message.ts)


async def test_the_sdks_default_client_posts_twice_when_a_reply_is_lost(slack: SlackSandbox) -> None:
    """The trap of SL-36: the handler that is there by default repeats what was done already."""
    slack.order(Fault("lost_reply"))
    await post(AsyncWebClient(slack.bot_token, base_url=slack.api_url))
    assert [one.text for one in slack.messages("#general")] == ["hi", "hi"]


async def test_a_client_that_gives_up_on_a_hanging_slack_has_done_nothing(slack: SlackSandbox) -> None:
    hasty = client_of(slack)
    hasty.timeout = 0.1  # type: ignore[assignment]
    slack.order(Fault("hang", seconds=60))
    with pytest.raises(TimeoutError):
        await post(hasty)
    slack.lift()
    slack.order(Fault("hang", seconds=0.1))
    assert (await client_of(slack).auth_test())["ok"]
    assert slack.messages("#general") == []


async def test_a_patient_client_gets_its_answer_when_the_fault_is_lifted(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    slack.order(Fault("hang", seconds=60))
    posting = asyncio.create_task(post(client))
    await until(lambda: slack.calls)
    slack.lift()
    assert await posting == slack.messages("#general")[0].ts


async def test_any_error_can_be_ordered_for_one_method(slack: SlackSandbox, client: AsyncWebClient) -> None:
    ts = await post(client)
    channel = slack.channel("#general").id
    slack.order(Fault("error", method="chat.update", error="edit_window_closed"))
    slack.order(Fault("scope_missing", method="users.info"))
    slack.order(Fault("token_revoked", method="users.list"))
    assert await refused(client.chat_update(channel=channel, ts=ts, text="x")) == "edit_window_closed"
    assert await refused(client.users_info(user=slack.person("ana").id)) == "missing_scope"
    assert await refused(client.users_list()) == "token_revoked"
    await client.chat_update(channel=channel, ts=ts, text="x")


async def test_an_unknown_route_is_written_down(slack: SlackSandbox) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{slack.url}/services/T1/B1/x") as answer:
        assert answer.status == 404
    assert [(one.verb, one.path) for one in slack.strays] == [("GET", "/services/T1/B1/x")]
