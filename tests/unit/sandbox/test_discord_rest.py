"""The local Discord's REST API: who it lets in, messages, threads, direct messages, commands, people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import discord
import pytest
from discord.http import HTTPClient

from sandbox.discord.server import DiscordSandbox
from sandbox.discord.world import Channel, Event, Message
from tests.unit.sandbox.discord_client import Plain, client_of, code_of, plain_of, say


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


def deploys(local: DiscordSandbox) -> Channel:
    return local.core.channel("#deploys")


def said_by(local: DiscordSandbox, name: str, content: str, channel: Channel | None = None) -> Message:
    """Something a person of the server says."""
    core = local.core
    user = core.user(name)
    core.join(user)
    return core.post(Message(core.ids.snowflake(), (channel or deploys(local)).id, user.id, content))


def heard_by(local: DiscordSandbox) -> list[Event]:
    heard: list[Event] = []
    local.core.world.listen(heard.append)
    return heard


# Who is let in


async def test_only_the_bots_token_is_let_in(local: DiscordSandbox, plain: Plain) -> None:
    token = local.core.world.app.token
    for wrong in ("Bot nonsense", f"Bearer {token}", token):
        said = await plain.ask("GET", "/users/@me", token=wrong)
        assert (said.status, said.body) == (401, {"message": "401: Unauthorized", "code": 0})
    said = await plain.ask("GET", "/users/@me")
    assert said.body["id"] == local.core.world.app.bot
    assert said.headers["Content-Type"] == "application/json"


async def test_a_route_that_is_not_there_is_a_stray(local: DiscordSandbox, plain: Plain) -> None:
    said = await plain.ask("GET", "/nothing/here")
    assert (said.status, said.body) == (404, {"message": "404: Not Found", "code": 0})
    assert (await plain.ask("PUT", "/users/@me", {})).status == 405
    assert [(one.method, one.path) for one in local.core.record.strays] == [
        ("GET", "/nothing/here"),
        ("PUT", "/users/@me"),
    ]


async def test_the_gateway_tells_how_many_sessions_are_left_today(local: DiscordSandbox, client: HTTPClient) -> None:
    core = local.core
    assert core.starts.count()
    _, url, limit = await client.get_bot_gateway()
    assert url == core.gateway_url
    assert (limit["total"], limit["remaining"], limit["max_concurrency"]) == (1000, 999, 1)
    assert 86_300_000 < limit["reset_after"] <= 86_400_000
    core.clock.forward(86_401)
    assert (await client.get_bot_gateway())[2]["remaining"] == 1000
    assert (await client.application_info())["id"] == core.world.app.id


# Messages


async def test_a_message_is_sent_changed_read_and_deleted(local: DiscordSandbox, client: HTTPClient) -> None:
    heard, channel = heard_by(local), deploys(local)
    sent = await say(client, channel.id, "one", nonce="n1")
    assert (sent["content"], sent["nonce"], sent["author"]["id"]) == ("one", "n1", local.core.world.app.bot)
    changed = await client.edit_message(channel.id, sent["id"], params=discord.http.handle_message_parameters("two"))
    assert changed["content"] == "two"
    assert changed["edited_timestamp"]
    found = await client.get_message(channel.id, sent["id"])
    assert found["content"] == "two"
    assert "nonce" not in found
    await client.delete_message(channel.id, sent["id"])
    with pytest.raises(discord.NotFound) as gone:
        await client.get_message(channel.id, sent["id"])
    assert code_of(gone.value) == (404, 10008)
    assert [one.kind for one in heard] == ["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"]
    assert heard[0].data["nonce"] == "n1"
    assert all(one.guild == local.core.world.guild.id for one in heard)


async def test_messages_are_read_in_pages(local: DiscordSandbox, plain: Plain) -> None:
    """`after` gives those that came next, `before` those right before it; always the newest first."""
    local.core.world.app.may_read_all = True
    ids = [said_by(local, "di", str(number)).id for number in range(5)]
    path = f"/channels/{deploys(local).id}/messages"

    async def read(query: str) -> list[str]:
        return [one["content"] for one in (await plain.ask("GET", f"{path}?{query}")).body]

    assert await read("limit=2") == ["4", "3"]
    assert await read(f"after={ids[0]}&limit=2") == ["2", "1"]
    assert await read(f"before={ids[3]}&limit=2") == ["2", "1"]
    assert await read(f"around={ids[2]}&limit=3") == ["3", "2", "1"]
    assert (await plain.ask("GET", f"{path}?limit=101")).code == 50035
    assert (await plain.ask("GET", f"{path}?after=x")).code == 50035


async def test_without_the_content_intent_what_is_not_for_the_bot_is_read_empty(
    local: DiscordSandbox, plain: Plain
) -> None:  # DC-01
    said_by(local, "di", "to nobody")
    said_by(local, "di", f"<@{local.core.world.app.bot}> to you")
    read = await plain.ask("GET", f"/channels/{deploys(local).id}/messages")
    assert [one["content"] for one in read.body] == [f"<@{local.core.world.app.bot}> to you", ""]


async def test_allowed_mentions_decide_who_is_notified(local: DiscordSandbox, client: HTTPClient) -> None:  # DC-21
    core, channel = local.core, deploys(local)
    di, role = core.user("di"), core.role("releasers")
    text = f"@everyone <@{di.id}> <@&{role.id}>"
    none, asked = discord.AllowedMentions.none(), said_by(local, "eve", "well?")
    await say(client, channel.id, text)
    assert channel.messages[-1].pinged == {"everyone", di.id, role.id}
    sent = await say(client, channel.id, text, allowed_mentions=none)
    assert channel.messages[-1].pinged == frozenset()
    assert (sent["mention_everyone"], sent["mention_roles"]) == (False, [])
    only = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(di.id)])
    await say(client, channel.id, text, allowed_mentions=only)
    assert channel.messages[-1].pinged == {di.id}
    await say(client, channel.id, "so", message_reference={"message_id": asked.id}, allowed_mentions=none)
    assert channel.messages[-1].pinged == frozenset()
    shown = await say(client, channel.id, "so", message_reference={"message_id": asked.id})
    assert channel.messages[-1].pinged == {asked.author}
    assert (shown["type"], shown["referenced_message"]["id"]) == (19, asked.id)


async def test_only_ones_own_message_is_changed(local: DiscordSandbox, plain: Plain) -> None:
    theirs = said_by(local, "di", "mine")
    path = f"/channels/{deploys(local).id}/messages/{theirs.id}"
    assert (await plain.ask("PATCH", path, {"content": "no"})).code == 50005
    assert (await plain.ask("DELETE", path)).code == 50013
    assert theirs.content == "mine"
    local.core.world.granted.add("MANAGE_MESSAGES")
    assert (await plain.ask("DELETE", path)).status == 204


async def test_old_messages_are_changed_a_few_times_only(local: DiscordSandbox, plain: Plain) -> None:  # DC-17
    channel = deploys(local)
    path = f"/channels/{channel.id}/messages/{(await plain.send(channel.id, content='card')).body['id']}"
    for number in range(5):
        assert (await plain.ask("PATCH", path, {"content": f"young {number}"})).status == 200
    local.core.clock.forward(3601)
    statuses = [(await plain.ask("PATCH", path, {"content": f"old {number}"})).status for number in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = await plain.ask("PATCH", path, {"content": "again"})
    assert refused.code == 30046
    assert 0 < refused.body["retry_after"] <= 20
    assert channel.messages[-1].content == "old 2"
    local.core.clock.forward(20)
    assert (await plain.ask("PATCH", path, {"content": "later"})).status == 200


async def test_what_the_bot_may_not_is_refused(local: DiscordSandbox, plain: Plain) -> None:
    channel = deploys(local)
    assert (await plain.send("1", content="x")).code == 10003
    channel.denied.add("SEND_MESSAGES")
    assert (await plain.send(channel.id, content="x")).code == 50013
    channel.denied = {"EMBED_LINKS", "READ_MESSAGE_HISTORY"}
    assert (await plain.send(channel.id, content="x", embeds=[{"title": "x"}])).code == 50013
    said_by(local, "di", "hidden")
    assert (await plain.ask("GET", f"/channels/{channel.id}/messages")).body == []
    heard = heard_by(local)
    channel.denied = {"VIEW_CHANNEL"}
    assert (await plain.send(channel.id, content="x")).code == 50001
    assert (await plain.ask("GET", f"/channels/{channel.id}")).code == 50001
    said_by(local, "di", "unseen")
    assert heard == []
