"""What goes wrong on order with the local Discord's REST API: errors, breaks before and after the effect, silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from sandbox.discord.fault import Fault
from sandbox.discord.server import DiscordSandbox
from tests.unit.sandbox.discord_client import Plain, client_of, code_of, plain_of, say

MESSAGES = "/channels/*/messages"


@pytest.fixture
async def local() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox() as running:
        yield running


@pytest.fixture
async def plain(local: DiscordSandbox) -> AsyncIterator[Plain]:
    async with plain_of(local) as running:
        yield running


async def test_a_call_is_refused_on_order_without_effect(local: DiscordSandbox, plain: Plain) -> None:
    channel, faults = local.core.channel("#deploys"), local.core.faults
    faults.order(Fault("error", path=MESSAGES, code=50013))
    faults.order(Fault("error", path=MESSAGES, status=400, code=30046))
    faults.order(Fault("error", path=MESSAGES, code=30046, seconds=7))
    faults.order(Fault("error", path=MESSAGES, status=502))
    said = [await plain.send(channel.id, content="x") for _ in range(4)]
    assert [(one.status, one.code) for one in said] == [(403, 50013), (400, 30046), (429, 30046), (502, 0)]
    assert said[0].body["message"] == "Missing Permissions"
    assert said[2].body["retry_after"] == 7
    assert channel.messages == []
    assert (await plain.send(channel.id, content="x")).status == 200


async def test_only_the_calls_that_are_meant_go_wrong(local: DiscordSandbox, plain: Plain) -> None:
    deploys, general = local.core.channel("#deploys"), local.core.channel("#general")
    local.core.faults.order(Fault("error", path=f"/channels/{deploys.id}/*", method="POST", code=50013), count=2)
    assert (await plain.send(general.id, content="x")).status == 200
    assert (await plain.ask("GET", f"/channels/{deploys.id}/messages")).status == 200
    assert (await plain.send(deploys.id, content="x")).code == 50013
    local.core.faults.lift()
    assert (await plain.send(deploys.id, content="x")).status == 200


# DC-23
async def test_a_connection_breaks_before_or_after_the_effect(local: DiscordSandbox) -> None:
    """Either way the client is told the same: only looking tells which it was."""
    channel = local.core.channel("#deploys")
    async with client_of(local) as client:
        for kind, effect in (("drop", 0), ("lost", 1)):
            local.core.faults.order(Fault(kind, path=MESSAGES))  # type: ignore[arg-type]
            with pytest.raises(OSError, match="reset by peer"):
                await say(client, channel.id)
            assert len(channel.messages) == effect
    broken = [one for one in local.core.record.calls if one.fault]
    assert [(one.fault, one.status, one.body["content"]) for one in broken] == [
        ("drop", 0, "hello"),
        ("lost", 0, "hello"),
    ]


async def test_what_hangs_has_no_effect_once_the_client_has_gone() -> None:
    async with DiscordSandbox() as local, plain_of(local) as plain:
        channel = local.core.channel("#deploys")
        path = f"/channels/{channel.id}/messages"
        local.core.faults.order(Fault("hang", path=MESSAGES, seconds=60))
        with pytest.raises(TimeoutError):
            await plain.ask("POST", path, {"content": "x"}, timeout=aiohttp.ClientTimeout(total=0.2))
        assert (await plain.send(channel.id, content="y")).status == 200
    # What hung has come to its end when the server has.
    assert [one.content for one in channel.messages] == ["y"]
    assert [one.status for one in local.core.record.calls] == [0, 200]


async def test_what_hangs_goes_on_when_it_is_lifted(local: DiscordSandbox, plain: Plain) -> None:
    channel = local.core.channel("#deploys")
    local.core.faults.order(Fault("hang", path=MESSAGES, seconds=60))
    sending = asyncio.create_task(plain.send(channel.id, content="x"))
    while not local.core.record.calls or not local.core.record.calls[-1].fault:
        await asyncio.sleep(0)
    assert channel.messages == []
    local.core.faults.lift()
    assert (await sending).status == 200
    assert len(channel.messages) == 1


async def test_the_library_meets_errors_as_discord_tells_them(local: DiscordSandbox) -> None:
    channel = local.core.channel("#deploys")
    async with client_of(local) as client:
        local.core.faults.order(Fault("error", path=MESSAGES, code=50001))
        with pytest.raises(discord.Forbidden) as refused:
            await say(client, channel.id)
        assert code_of(refused.value) == (403, 50001)
        with pytest.raises(discord.HTTPException, match="In content: Must be 2000 or fewer in length") as long:
            await say(client, channel.id, "x" * 2001)
        assert code_of(long.value) == (400, 50035)
        local.core.faults.order(Fault("error", path=MESSAGES, status=503))
        with pytest.raises(discord.DiscordServerError):
            await say(client, channel.id)
