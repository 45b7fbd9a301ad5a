"""Files of the local Discord: sent beside a message, served by URLs that expire, and too large."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest
from discord.http import HTTPClient, handle_message_parameters as form

from sandbox.discord.server import DiscordSandbox
from sandbox.discord.uploads import FILE_MOST
from tests.unit.sandbox.discord_client import Json, client_of, code_of, say


@pytest.fixture
async def local() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox() as running:
        yield running


@pytest.fixture
async def client(local: DiscordSandbox) -> AsyncIterator[HTTPClient]:
    async with client_of(local) as running:
        yield running


def a_file(content: bytes = b"one\n", name: str = "plan.txt", description: str | None = None) -> discord.File:
    return discord.File(io.BytesIO(content), filename=name, description=description)


async def send(client: HTTPClient, channel: str, *files: discord.File, content: str | None = "see") -> Json:
    with form(content, files=files) as parameters:
        return dict(await client.send_message(channel, params=parameters))


async def fetch(url: str) -> tuple[int, bytes, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.read(), answer.headers.get("Content-Type", "")


async def test_files_are_sent_beside_a_message_and_served(local: DiscordSandbox, client: HTTPClient) -> None:
    channel = local.core.channel("#deploys")
    sent = await send(client, channel.id, a_file(description="The plan"), a_file(b"\x89", "a b.png"), content=None)
    plan, picture = sent["attachments"]
    assert (plan["filename"], plan["size"], plan["description"]) == ("plan.txt", 4, "The plan")
    assert plan["content_type"].startswith("text/plain")
    assert picture["filename"] == "a_b.png"
    assert plan["url"].startswith(f"{local.cdn_url}/attachments/{channel.id}/{plan['id']}/plan.txt?ex=")
    assert local.cdn_url != local.url
    assert await client.get_from_cdn(plan["url"]) == b"one\n"
    assert await fetch(picture["url"]) == (200, b"\x89", "image/png")
    call = local.core.record.calls[-1]
    assert (call.files, call.body["attachments"][0]["id"]) == (("plan.txt", "a b.png"), 0)


# DC-26
async def test_a_url_expires_and_the_message_gives_a_fresh_one(local: DiscordSandbox, client: HTTPClient) -> None:
    channel = local.core.channel("#deploys")
    sent = await send(client, channel.id, a_file())
    url = sent["attachments"][0]["url"]
    assert (await fetch(url))[0] == 200
    local.core.clock.forward(86_500)
    assert (await fetch(url))[:2] == (404, b"This content is no longer available.")
    fresh = await client.get_message(channel.id, sent["id"])
    assert (await fetch(fresh["attachments"][0]["url"]))[1] == b"one\n"


# DC-26
async def test_a_url_that_was_not_signed_is_not_served(local: DiscordSandbox, client: HTTPClient) -> None:
    sent = await send(client, local.core.channel("#deploys").id, a_file())
    url = sent["attachments"][0]["url"]
    assert (await fetch(url.partition("?")[0]))[0] == 404
    assert (await fetch(url.replace("?ex=", "?ex=f")))[0] == 404
    assert (await fetch(url.replace("hm=", "hm=0")))[0] == 404
    await client.delete_message(sent["channel_id"], sent["id"])
    assert (await fetch(url))[0] == 404


# DC-27
async def test_a_file_is_ten_mebibytes_at_most(local: DiscordSandbox, client: HTTPClient) -> None:
    channel = local.core.channel("#deploys")
    sent = await send(client, channel.id, a_file(bytes(FILE_MOST)))
    assert sent["attachments"][0]["size"] == FILE_MOST
    with pytest.raises(discord.HTTPException) as large:
        await send(client, channel.id, a_file(bytes(FILE_MOST + 1)))
    assert code_of(large.value) == (413, 40005)
    assert len(channel.messages) == 1


# DC-27
async def test_files_are_twenty_five_mebibytes_together_at_most(local: DiscordSandbox, client: HTTPClient) -> None:
    channel = local.core.channel("#deploys")
    nine = bytes(9 * 1024 * 1024)
    await send(client, channel.id, a_file(nine, "a"), a_file(nine, "b"))
    with pytest.raises(discord.HTTPException) as large:
        await send(client, channel.id, a_file(nine, "a"), a_file(nine, "b"), a_file(nine, "c"))
    assert code_of(large.value) == (413, 40005)
    assert len(channel.messages) == 1


async def test_files_need_permission_and_words_about_them_are_short(local: DiscordSandbox, client: HTTPClient) -> None:
    channel = local.core.channel("#deploys")
    with pytest.raises(discord.HTTPException, match=r"In attachments\.0\.description: Must be 1024 or fewer"):
        await send(client, channel.id, a_file(description="x" * 1025))
    with pytest.raises(discord.HTTPException, match="In attachments: Must be between 1 and 10 in length"):
        await send(client, channel.id, *(a_file() for _ in range(11)))
    channel.denied.add("ATTACH_FILES")
    with pytest.raises(discord.Forbidden) as refused:
        await send(client, channel.id, a_file())
    assert code_of(refused.value) == (403, 50013)
    assert channel.messages == []


async def test_a_change_keeps_the_files_it_names(local: DiscordSandbox, client: HTTPClient) -> None:
    channel = local.core.channel("#deploys")
    sent = await send(client, channel.id, a_file(name="a"), a_file(name="b"))
    names = [one["filename"] for one in sent["attachments"]]
    assert names == ["a", "b"]

    async def change(**fields: object) -> list[str]:
        with form(**fields) as parameters:  # type: ignore[arg-type]
            changed = await client.edit_message(channel.id, sent["id"], params=parameters)
        return [one["filename"] for one in changed["attachments"]]

    assert await change(content="both") == ["a", "b"]
    route = discord.http.Route("PATCH", "/channels/{channel_id}/messages/{id}", channel_id=channel.id, id=sent["id"])
    kept = await client.request(route, json={"attachments": [{"id": sent["attachments"][1]["id"]}]})
    assert [one["filename"] for one in kept["attachments"]] == ["b"]
    with pytest.raises(discord.HTTPException, match="Attachment data not found"):
        await client.request(route, json={"attachments": [{"id": "1"}]})
    assert await change(content="none", attachments=[]) == []
    await say(client, channel.id, "after")
