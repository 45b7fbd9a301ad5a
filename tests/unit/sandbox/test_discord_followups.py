"""What is said below /webhooks after an answer to an interaction: filled in, said besides, whispered, changed, gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from sandbox.discord.errors import Refusal
from sandbox.discord.replies import Reply
from sandbox.discord.server import DiscordSandbox
from sandbox.discord.world import EPHEMERAL, LOADING, Message
from tests.unit.sandbox.discord_client import Plain, plain_of


@dataclass
class OneInteraction:
    """Whoever keeps the interactions, with a single one."""

    kept: Reply
    token: str = "token"

    def reply(self, application: str, token: str) -> Reply:
        if token != self.token:
            raise Refusal(10015)
        return self.kept


@dataclass(frozen=True)
class Here:
    plain: Plain
    reply: Reply
    path: str


@pytest.fixture
async def here() -> AsyncIterator[Here]:
    """A slash command of di's that was put off: the bot is thinking."""
    async with DiscordSandbox() as local, plain_of(local) as plain:
        core = local.core
        channel, di = core.channel("#deploys"), core.user("di")
        original = core.post(Message(core.ids.snowflake(), channel.id, core.world.app.bot, flags=LOADING))
        reply = Reply(channel.id, di.id, {"id": "1", "type": 2}, original, thinking=True)
        core.interactions = OneInteraction(reply)
        yield Here(plain, reply, f"/webhooks/{core.world.app.id}/token")


def messages(here: Here) -> list[Message]:
    return here.plain.discord.core.channel("#deploys").messages


async def test_the_first_that_is_said_fills_in_what_was_put_off(here: Here) -> None:
    assert (await here.plain.ask("POST", here.path, {"content": ""}, token="none")).code == 50006
    assert messages(here)[0].flags == LOADING
    first = await here.plain.ask("POST", here.path, {"content": "one", "flags": EPHEMERAL}, token="none")
    assert [(one.content, one.flags, one.id) for one in messages(here)] == [("one", 0, first.body["id"])]
    second = (await here.plain.ask("POST", here.path, {"content": "two", "nonce": "n"}, token="none")).body
    assert (second["type"], second["message_reference"]["message_id"]) == (19, first.body["id"])
    assert second["webhook_id"] == second["application_id"] == here.plain.discord.core.world.app.id
    assert "nonce" not in second
    assert [one.content for one in messages(here)] == ["one", "two"]


async def test_an_ephemeral_one_is_in_no_channel(here: Here) -> None:
    here.reply.thinking = False
    said = await here.plain.ask("POST", here.path, {"content": "psst", "flags": EPHEMERAL}, token="none")
    assert (said.status, said.body["flags"]) == (200, EPHEMERAL)
    world = here.plain.discord.core.world
    assert [(one.content, one.ephemeral_for) for one in world.whispers] == [("psst", here.reply.user)]
    assert len(messages(here)) == 1
    assert (await here.plain.ask("GET", f"/channels/{here.reply.channel}/messages/{said.body['id']}")).code == 10008
    own = f"{here.path}/messages/{said.body['id']}"
    assert (await here.plain.ask("PATCH", own, {"content": "hush"}, token="none")).body["content"] == "hush"
    assert (await here.plain.ask("DELETE", own, token="none")).status == 204
    assert world.whispers == []
    assert (await here.plain.ask("GET", own, token="none")).code == 10008


async def test_the_original_is_read_changed_and_deleted(here: Here) -> None:
    original = f"{here.path}/messages/@original"
    changed = await here.plain.ask("PATCH", original, {"content": "done"}, token="none")
    assert (changed.body["content"], messages(here)[0].flags, here.reply.thinking) == ("done", 0, False)
    assert (await here.plain.ask("GET", original, token="none")).body["id"] == messages(here)[0].id
    assert (await here.plain.ask("DELETE", original, token="none")).status == 204
    assert (await here.plain.ask("GET", original, token="none")).code == 10008
    assert messages(here) == []
    elsewhere = here.path.replace("token", "other")
    assert (await here.plain.ask("POST", elsewhere, {"content": "x"}, token="none")).code == 10015
