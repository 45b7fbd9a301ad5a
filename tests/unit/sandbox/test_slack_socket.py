"""Socket Mode as the real handler meets it: one-shot tickets, one of the sockets, acks, farewells. SL-01, 38, 39."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Fault, SlackSandbox
from tests.unit.sandbox.slack_app import app_of, by_socket, refused, until


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(retry_delays=(0.0, 0.3, 3.0), deadline=0.5) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def ticket(slack: SlackSandbox) -> str:
    """The URL of a new connection."""
    client = AsyncWebClient(base_url=slack.api_url)
    return str((await client.apps_connections_open(app_token=slack.app.app_token))["url"])


def counting(slack: SlackSandbox) -> tuple[AsyncApp, list[str]]:
    """An app that keeps the texts it hears."""
    app, heard = app_of(slack), list[str]()

    @app.event("message")
    async def message(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    return app, heard


async def test_a_connection_says_hello_and_its_ticket_is_good_once(
    slack: SlackSandbox, session: aiohttp.ClientSession
) -> None:
    url = await ticket(slack)
    async with session.ws_connect(url) as socket:
        hello = await socket.receive_json(timeout=5)
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"] == {"app_id": slack.app.id}
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(url)


async def test_only_the_app_token_opens_connections_and_it_does_nothing_else(slack: SlackSandbox) -> None:
    client = AsyncWebClient(base_url=slack.api_url)
    call = client.apps_connections_open(app_token=slack.bot_token)
    assert await refused(call) == "not_allowed_token_type"
    assert await refused(client.auth_test(token=slack.app.app_token)) == "not_allowed_token_type"


async def test_an_envelope_goes_to_one_socket_and_again_when_nobody_acks(
    slack: SlackSandbox, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(await ticket(slack)) as one, session.ws_connect(await ticket(slack)) as other:
        for socket in (one, other):
            assert (await socket.receive_json(timeout=5))["type"] == "hello"
        slack.person("ana").say("#general", "hello")
        receiving = {asyncio.create_task(socket.receive()): socket for socket in (one, other)}
        done, pending = await asyncio.wait(receiving, return_when=asyncio.FIRST_COMPLETED)
        first = json.loads(done.pop().result().data)
        assert (first["type"], first["retry_attempt"], first["retry_reason"]) == ("events_api", 0, "")
        assert first["accepts_response_payload"] is False
        second = json.loads((await pending.pop()).data)
        assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
        assert second["payload"] == first["payload"]
        await one.send_json({"envelope_id": second["envelope_id"]})
        await other.send_json({"envelope_id": second["envelope_id"]})
        await slack.settled()
        assert [one.outcome for one in slack.deliveries[0].attempts] == ["timeout", "acknowledged"]


async def test_an_event_waits_for_a_socket_to_open(slack: SlackSandbox) -> None:
    app, heard = counting(slack)
    slack.person("ana").say("#general", "early")
    async with by_socket(slack, app):
        await slack.settled()
        await until(lambda: heard == ["early"])
    assert slack.deliveries[0].attempts[0].outcome == "no_connection"


@pytest.mark.parametrize("kind", ["socket_drop", "disconnect_refresh", "disconnect_warning"])
async def test_the_real_handler_comes_back_and_hears_again(slack: SlackSandbox, kind: Any) -> None:
    app, heard = counting(slack)
    async with by_socket(slack, app):
        (before,) = slack.core.sockets.connections
        slack.order(Fault(kind))
        await until(lambda: slack.core.sockets.connections and before not in slack.core.sockets.connections)
        slack.person("ana").say("#general", "still there?")
        await until(lambda: heard == ["still there?"])


async def test_a_deaf_socket_is_open_and_gets_nothing_until_lifted(slack: SlackSandbox) -> None:
    app, heard = counting(slack)
    async with by_socket(slack, app) as handler:
        slack.order(Fault("socket_deaf"))
        slack.person("ana").say("#general", "hello?")
        await until(lambda: slack.deliveries[0].attempts)
        assert slack.deliveries[0].attempts[0].outcome == "timeout"
        assert await handler.client.is_connected()
        assert heard == []
        slack.lift()
        await until(lambda: heard == ["hello?"])


async def test_socket_mode_can_be_switched_off(slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
    async with session.ws_connect(await ticket(slack)) as socket:
        await socket.receive_json(timeout=5)
        slack.order(Fault("disconnect_disabled"))
        note = await socket.receive_json(timeout=5)
        assert (note["type"], note["reason"]) == ("disconnect", "link_disabled")
        client = AsyncWebClient(base_url=slack.api_url)
        assert await refused(client.apps_connections_open(app_token=slack.app.app_token)) == "link_disabled"
        slack.lift()
        assert await ticket(slack)


async def test_an_app_has_ten_connections(slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
    sockets = [await session.ws_connect(await ticket(slack)) for _ in range(10)]
    await until(lambda: len(slack.core.sockets.connections) == 10)
    eleventh = await session.ws_connect(await ticket(slack))
    assert (await eleventh.receive_json(timeout=5))["reason"] == "too_many_websockets"
    for socket in (*sockets, eleventh):
        await socket.close()


async def test_what_bolt_does_not_take_is_not_acknowledged(slack: SlackSandbox) -> None:
    async with by_socket(slack, app_of(slack)):
        delivery = await slack.person("ana").slash("/holdpoint", "status")
    assert [one.outcome for one in delivery.attempts] == ["timeout"]
