"""Nonces of the local Discord: the same message sent again is the one already there, for some minutes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import discord
import pytest
from discord.http import HTTPClient

from sandbox.discord.fault import Fault
from sandbox.discord.server import DiscordSandbox
from tests.unit.sandbox.discord_client import Plain, client_of, code_of, leaf, plain_of, say


@pytest.fixture
async def local() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox() as running:
        yield running


@pytest.fixture
async def client(local: DiscordSandbox) -> AsyncIterator[HTTPClient]:
    async with client_of(local) as running:
        yield running


@pytest.fixture
async def plain(local: DiscordSandbox) -> AsyncIterator[Plain]:
    async with plain_of(local) as running:
        yield running


# DC-22
async def test_the_same_nonce_is_the_same_message(local: DiscordSandbox, client: HTTPClient) -> None:
    channel = local.core.channel("#deploys")
    first = await say(client, channel.id, "one", nonce="n")
    again = await say(client, channel.id, "two", nonce="n")
    assert (again["id"], again["content"]) == (first["id"], "one")
    other = await say(client, channel.id, "two", nonce="m")
    assert [one.id for one in channel.messages] == [first["id"], other["id"]]


# DC-22
async def test_a_nonce_is_forgotten_after_some_minutes(local: DiscordSandbox, client: HTTPClient) -> None:
    channel = local.core.channel("#deploys")
    await say(client, channel.id, "one", nonce="n")
    local.core.clock.forward(290)
    await say(client, channel.id, "one", nonce="n")
    assert len(channel.messages) == 1
    local.core.clock.forward(20)
    await say(client, channel.id, "one", nonce="n")
    assert len(channel.messages) == 2


# DC-22
async def test_what_was_deleted_is_not_sent_again(local: DiscordSandbox, client: HTTPClient) -> None:
    channel = local.core.channel("#deploys")
    sent = await say(client, channel.id, "one", nonce="n")
    await client.delete_message(channel.id, sent["id"])
    with pytest.raises(discord.NotFound) as gone:
        await say(client, channel.id, "one", nonce="n")
    assert code_of(gone.value) == (404, 10008)
    assert channel.messages == []


# DC-22
async def test_a_nonce_that_is_not_enforced_is_only_told(local: DiscordSandbox, plain: Plain) -> None:
    channel = local.core.channel("#deploys")
    for nonce in ("n", "n", 7):
        assert (await plain.send(channel.id, content="one", nonce=nonce)).body["nonce"] == nonce
    assert len(channel.messages) == 3
    await plain.send(channel.id, content="one", nonce=7, enforce_nonce=True)
    assert len(channel.messages) == 3


async def test_a_nonce_is_a_number_or_short(local: DiscordSandbox, plain: Plain) -> None:
    channel = local.core.channel("#deploys").id
    assert (await plain.send(channel, content="x", nonce="n" * 25)).status == 200
    assert leaf(await plain.send(channel, content="x", nonce="n" * 26), "nonce") == "NONCE_TYPE_TOO_LONG"
    assert leaf(await plain.send(channel, content="x", nonce=[1]), "nonce") == "NONCE_TYPE_INVALID_TYPE"


# DC-22, DC-23
async def test_what_was_lost_on_the_way_back_is_found_by_its_nonce(local: DiscordSandbox, client: HTTPClient) -> None:
    channel = local.core.channel("#deploys")
    local.core.faults.order(Fault("lost", path="/channels/*/messages"))
    with pytest.raises(OSError, match="reset"):
        await say(client, channel.id, "one", nonce="n")
    assert len(channel.messages) == 1
    sent = await say(client, channel.id, "one", nonce="n")
    assert [one.id for one in channel.messages] == [sent["id"]]


# DC-22
async def test_the_library_repeats_the_nonce_after_an_error(local: DiscordSandbox, client: HTTPClient) -> None:
    channel = local.core.channel("#deploys")
    local.core.faults.order(Fault("error", path="/channels/*/messages", status=500))
    await say(client, channel.id, "one", nonce="n")
    calls = [one for one in local.core.record.calls if one.method == "POST"]
    assert [(one.status, one.body["nonce"]) for one in calls] == [(500, "n"), (200, "n")]
    assert len(channel.messages) == 1
