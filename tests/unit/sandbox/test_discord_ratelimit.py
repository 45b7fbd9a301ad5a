"""Rate limits of the local Discord: buckets by channel, the limit of the bot, and what the library makes of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from sandbox.discord.fault import Fault
from sandbox.discord.ratelimit import Rate
from sandbox.discord.server import DiscordSandbox
from tests.unit.sandbox.discord_client import Plain, client_of, plain_of, say


@pytest.fixture
async def local() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox(route_rate=Rate(2, 60.0), bot_rate=Rate(5, 60.0)) as running:
        yield running


@pytest.fixture
async def plain(local: DiscordSandbox) -> AsyncIterator[Plain]:
    async with plain_of(local) as running:
        yield running


# DC-24
async def test_each_channel_has_a_bucket_of_its_own(local: DiscordSandbox, plain: Plain) -> None:
    deploys, general = local.core.channel("#deploys"), local.core.channel("#general")
    first = await plain.send(deploys.id, content="1")
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("2", "1")
    assert 0 < float(first.headers["X-RateLimit-Reset-After"]) <= 60
    assert float(first.headers["X-RateLimit-Reset"]) == pytest.approx(local.core.clock.seconds() + 60, abs=5)
    assert (await plain.send(deploys.id, content="2")).headers["X-RateLimit-Remaining"] == "0"
    refused = await plain.send(deploys.id, content="3")
    assert (refused.status, refused.body["global"]) == (429, False)
    assert refused.body["message"] == "You are being rate limited."
    assert 0 < refused.body["retry_after"] <= 60
    assert int(refused.headers["Retry-After"]) >= refused.body["retry_after"]
    assert (refused.headers["X-RateLimit-Scope"], bool(refused.headers["Via"])) == ("user", True)
    assert refused.headers["Content-Type"] == "application/json"
    other = await plain.send(general.id, content="1")
    assert (other.status, other.headers["X-RateLimit-Bucket"]) == (200, first.headers["X-RateLimit-Bucket"])
    assert [one.content for one in deploys.messages] == ["1", "2"]
    local.core.clock.forward(61)
    assert (await plain.send(deploys.id, content="3")).status == 200


# DC-24
async def test_all_requests_of_the_bot_count_together(local: DiscordSandbox, plain: Plain) -> None:
    for path in ("/users/@me", "/users/@me", "/gateway/bot", "/gateway/bot", "/applications/@me"):
        assert (await plain.ask("GET", path)).status == 200
    refused = await plain.ask("GET", "/oauth2/applications/@me")
    assert (refused.status, refused.body["global"]) == (429, True)
    assert (refused.headers["X-RateLimit-Scope"], refused.headers["X-RateLimit-Global"]) == ("global", "true")
    assert "X-RateLimit-Bucket" not in refused.headers
    # What needs no bot token, such as an interaction's, is outside it.
    assert (await plain.ask("GET", "/gateway")).status == 200
    assert (await plain.ask("POST", "/webhooks/1/token", {"content": "x"})).code == 10015


async def test_a_limit_on_order_is_discords_or_cloudflares(local: DiscordSandbox, plain: Plain) -> None:
    local.core.faults.order(Fault("rate_limit", path="/users/@me", seconds=40, scope="shared"))
    local.core.faults.order(Fault("rate_limit", path="/users/@me", seconds=600, via=False))
    shared = await plain.ask("GET", "/users/@me")
    assert (shared.status, shared.body["retry_after"], shared.headers["X-RateLimit-Scope"]) == (429, 40, "shared")
    banned = await plain.ask("GET", "/users/@me")
    assert (banned.status, banned.headers["Retry-After"]) == (429, "600")
    assert "Via" not in banned.headers
    assert banned.headers["Content-Type"] != "application/json"
    assert (await plain.ask("GET", "/users/@me")).status == 200


# DC-24
async def test_the_library_waits_for_what_the_headers_say() -> None:
    """Two at a time in half a second: the library holds the third back, so that none is refused."""
    async with DiscordSandbox(route_rate=Rate(2, 0.5)) as local, client_of(local) as client:
        channel = local.core.channel("#deploys")
        for number in range(5):
            await say(client, channel.id, str(number))
        assert [one.content for one in channel.messages] == ["0", "1", "2", "3", "4"]
        assert [one.status for one in local.core.record.calls if one.method == "POST"] == [200] * 5


# DC-24
async def test_the_library_tries_again_after_a_limit() -> None:
    async with DiscordSandbox() as local, client_of(local) as client:
        channel = local.core.channel("#deploys")
        local.core.faults.order(Fault("rate_limit", path="/channels/*/messages", seconds=0.1))
        await say(client, channel.id)
        assert [one.status for one in local.core.record.calls if one.method == "POST"] == [429, 200]
        assert len(channel.messages) == 1


# DC-24
async def test_the_library_gives_up_a_wait_that_is_too_long() -> None:
    async with DiscordSandbox() as local, client_of(local, longest=30.0) as client:
        channel = local.core.channel("#deploys")
        local.core.faults.order(Fault("rate_limit", path="/channels/*/messages", seconds=40))
        with pytest.raises(discord.RateLimited) as parked:
            await say(client, channel.id)
        assert parked.value.retry_after == 40
        local.core.faults.order(Fault("rate_limit", path="/channels/*/messages", via=False))
        with pytest.raises(discord.HTTPException) as banned:
            await say(client, channel.id)
        assert (banned.value.status, banned.value.code) == (429, 0)
        assert channel.messages == []


async def test_nobody_is_counted_who_is_not_let_in(local: DiscordSandbox, plain: Plain) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(6):
            async with session.get(f"{local.api_url}/users/@me") as answer:
                assert answer.status == 401
    assert (await plain.ask("GET", "/users/@me")).status == 200
