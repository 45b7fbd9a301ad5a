"""Threads, direct messages, people and commands of the local Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sandbox.discord.server import DiscordSandbox
from sandbox.discord.world import Channel, Event
from tests.unit.sandbox.discord_client import Json, Plain, client_of, leaf, plain_of


@pytest.fixture
async def local() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox() as running:
        yield running


@pytest.fixture
async def plain(local: DiscordSandbox) -> AsyncIterator[Plain]:
    async with plain_of(local) as running:
        yield running


async def begun(local: DiscordSandbox, plain: Plain) -> tuple[str, Channel]:
    """The path of the message a thread began at, and the thread."""
    home = local.core.channel("#deploys")
    sent = await plain.send(home.id, content="deploy?")
    path = f"/channels/{home.id}/messages/{sent.body['id']}"
    made = await plain.ask("POST", f"{path}/threads", {"name": "deploy", "auto_archive_duration": 1440})
    assert made.status == 201
    return path, local.core.world.channels[made.body["id"]]


# Threads


async def test_a_thread_begins_at_a_message_and_has_its_id(local: DiscordSandbox, plain: Plain) -> None:  # DC-08
    heard: list[Event] = []
    local.core.world.listen(heard.append)
    path, thread = await begun(local, plain)
    assert path.endswith(thread.id)
    assert [one.kind for one in heard] == ["MESSAGE_CREATE", "THREAD_CREATE", "MESSAGE_UPDATE", "MESSAGE_CREATE"]
    assert heard[1].data["newly_created"] is True
    shown = (await plain.ask("GET", path)).body
    assert (shown["flags"] & 32, shown["thread"]["id"]) == (32, thread.id)
    first = (await plain.ask("GET", f"/channels/{thread.id}/messages")).body[-1]
    assert (first["type"], first["content"], first["referenced_message"]["id"]) == (21, "", thread.id)
    again = await plain.ask("POST", f"{path}/threads", {"name": "deploy"})
    assert (again.status, again.code) == (400, 160004)
    inside = f"/channels/{thread.id}/messages/{first['id']}/threads"
    assert (await plain.ask("POST", inside, {"name": "deeper"})).code == 50024


async def test_a_thread_needs_permission_and_a_name(local: DiscordSandbox, plain: Plain) -> None:
    home = local.core.channel("#deploys")
    sent = await plain.send(home.id, content="deploy?")
    path = f"/channels/{home.id}/messages/{sent.body['id']}/threads"
    assert leaf(await plain.ask("POST", path, {"name": "x" * 101}), "name") == "BASE_TYPE_MAX_LENGTH"
    refused = await plain.ask("POST", path, {"name": "x", "auto_archive_duration": 7})
    assert leaf(refused, "auto_archive_duration") == "BASE_TYPE_CHOICES"
    home.denied.add("CREATE_PUBLIC_THREADS")
    assert (await plain.ask("POST", path, {"name": "x"})).code == 50013
    assert local.core.world.channels.get(sent.body["id"]) is None


async def test_an_archived_thread_opens_when_somebody_writes(local: DiscordSandbox, plain: Plain) -> None:  # DC-09
    _, thread = await begun(local, plain)
    sent = await plain.send(thread.id, content="one")
    local.core.clock.forward(1441 * 60)
    assert thread.archived
    changed = await plain.ask("PATCH", f"/channels/{thread.id}/messages/{sent.body['id']}", {"content": "x"})
    assert (changed.status, changed.code) == (400, 50083)
    assert (await plain.send(thread.id, content="two")).status == 200
    assert not thread.archived


async def test_a_locked_thread_stays_shut(local: DiscordSandbox, plain: Plain) -> None:  # DC-09
    _, thread = await begun(local, plain)
    local.core.update_thread(thread, archived=True, locked=True)
    assert (await plain.send(thread.id, content="x")).code == 50083
    assert (await plain.ask("PATCH", f"/channels/{thread.id}", {"archived": False})).code == 50013
    local.core.update_thread(thread, archived=False)
    assert (await plain.send(thread.id, content="x")).code == 160005
    local.core.update_thread(thread, archived=True)
    local.core.world.granted.add("MANAGE_THREADS")
    opened = await plain.ask("PATCH", f"/channels/{thread.id}", {"archived": False, "locked": False})
    assert opened.body["thread_metadata"]["archived"] is False
    assert (await plain.send(thread.id, content="x")).status == 200


async def test_a_thread_is_opened_again_by_those_in_it(local: DiscordSandbox, plain: Plain) -> None:
    _, thread = await begun(local, plain)
    local.core.update_thread(thread, archived=True)
    path = f"/channels/{thread.id}"
    thread.members.clear()
    assert (await plain.ask("PATCH", path, {"archived": False})).code == 50013
    thread.members.add(local.core.world.app.bot)
    assert (await plain.ask("PATCH", path, {"archived": False})).status == 200
    assert (await plain.ask("PATCH", path, {"locked": True})).code == 50013


# Direct messages


async def test_direct_messages_open_once_and_may_be_refused(local: DiscordSandbox, plain: Plain) -> None:  # DC-25
    di = local.core.user("di")
    local.core.join(di)
    opened = [await plain.ask("POST", "/users/@me/channels", {"recipient_id": di.id}) for _ in range(2)]
    channel = opened[0].body
    assert channel == opened[1].body
    assert (channel["type"], channel["recipients"][0]["id"]) == (1, di.id)
    assert (await plain.send(channel["id"], content="hi")).status == 200
    di.refuses_dms = True
    assert (await plain.send(channel["id"], content="hi")).code == 50007
    local.core.leave(di)
    assert (await plain.send(channel["id"], content="hi")).code == 50278
    assert (await plain.ask("POST", "/users/@me/channels", {"recipient_id": "1"})).code == 10013
    assert len(local.core.world.channels[channel["id"]].messages) == 1


async def test_people_and_their_roles_are_found(local: DiscordSandbox, plain: Plain) -> None:
    core = local.core
    di, role, guild = core.user("di"), core.role("releasers"), core.world.guild
    assert (await plain.ask("GET", f"/users/{di.id}")).body["username"] == "di"
    assert (await plain.ask("GET", f"/guilds/{guild.id}/members/{di.id}")).code == 10007
    core.join(di)
    core.give(di, role)
    found = (await plain.ask("GET", f"/guilds/{guild.id}/members/{di.id}")).body
    assert (found["roles"], found["user"]["id"]) == ([role.id], di.id)
    core.give(di, role, held=False)
    assert (await plain.ask("GET", f"/guilds/{guild.id}/members/{di.id}")).body["roles"] == []
    assert (await plain.ask("GET", f"/guilds/1/members/{di.id}")).code == 10004
    assert (await plain.ask("GET", "/users/1")).code == 10013


# Commands


ASK: Json = {"name": "ask", "description": "Ask", "options": [{"type": 3, "name": "what", "description": "What"}]}


async def test_commands_keep_their_ids_when_they_are_written_again(local: DiscordSandbox) -> None:  # DC-28
    app = local.core.world.app.id
    async with client_of(local) as client:
        first = await client.bulk_upsert_global_commands(app, [ASK, {"name": "stop", "description": "Stop"}])
        again = await client.bulk_upsert_global_commands(app, [ASK])
        assert await client.get_global_commands(app) == again
    assert [one["name"] for one in again] == ["ask"]
    assert again[0]["id"] == first[0]["id"]
    assert local.core.world.commands[""][0]["options"] == ASK["options"]


async def test_commands_are_refused_beyond_their_limits(local: DiscordSandbox, plain: Plain) -> None:
    path = f"/applications/{local.core.world.app.id}/commands"
    for wrong, where in (
        ({"name": "Ask", "description": "x"}, "name"),
        ({"name": "x" * 33, "description": "x"}, "name"),
        ({"name": "ask", "description": "x" * 101}, "description"),
        ({"name": "ask", "description": ""}, "description"),
        (ASK | {"options": ASK["options"] * 26}, "options"),
    ):
        assert leaf(await plain.ask("POST", path, wrong), where)
    assert leaf(await plain.ask("PUT", path, [ASK, ASK]), "1") == "APPLICATION_COMMANDS_DUPLICATE_NAME"
    assert (await plain.ask("GET", "/applications/1/commands")).code == 20012
    for day in range(2):
        for number in range(2):
            many = [{"name": f"c{day}-{number}-{one}", "description": "x"} for one in range(100)]
            assert (await plain.ask("PUT", path, many)).status == 200
        assert (await plain.ask("POST", path, ASK | {"name": "more"})).code in (30032, 30034)
        assert (await plain.ask("PUT", path, [ASK | {"name": "more"}])).code == 30034
        local.core.clock.forward(86_401)
