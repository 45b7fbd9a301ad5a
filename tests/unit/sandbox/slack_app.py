"""An app of the real slack-bolt, connected to the sandbox Slack: by Socket Mode or by HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSandbox


def client_of(slack: SlackSandbox) -> AsyncWebClient:
    """The bot's client; nothing is tried again behind the test's back."""
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[], timeout=10)


def app_of(slack: SlackSandbox) -> AsyncApp:
    """An app without listeners; what no listener takes is acknowledged with 404, as bolt does."""
    return AsyncApp(client=client_of(slack), signing_secret=slack.app.signing_secret)


@contextlib.asynccontextmanager
async def by_socket(slack: SlackSandbox, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app on Socket Mode, connected."""
    handler = AsyncSocketModeHandler(app, slack.app.app_token, ping_interval=1)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await until(lambda: len(slack.core.sockets.connections) > 0)
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@contextlib.asynccontextmanager
async def by_http(slack: SlackSandbox, app: AsyncApp) -> AsyncIterator[str]:
    """The app behind a request URL that Slack has verified."""

    async def events(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    application = web.Application()
    application.router.add_post("/slack/events", events)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await slack.deliver_to(url)
    try:
        yield url
    finally:
        await slack.deliver_to(None)
        await runner.cleanup()


async def until(true: Callable[[], object]) -> None:
    """Wait for something that is bound to happen; ten seconds without it are a failure."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def refused(call: Awaitable[object]) -> str:
    """The error Slack answers a call with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
