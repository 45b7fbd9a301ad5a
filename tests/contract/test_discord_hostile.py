"""A connection to Discord under odd conditions: its API away for long, every log open, a room that is never silent."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.discord import Fault, Message
from tests.contract.discord_connected import QUICK, brief, connected
from tests.contract.slack_bench import until
from tests.servers import Server

pytestmark = pytest.mark.anyio


async def test_what_was_missed_is_read_however_long_discord_cannot_say_it(
    valkey_server: Server, tmp_path: Path
) -> None:
    # DC-04: the store answers all the while, so it is not the event that nobody can take
    patient = replace(QUICK, wait=0.0, sleep=brief)
    async with connected(valkey_server, tmp_path) as all:
        di = all.discord.person("di")
        async with all.process():
            channel = di.dm("one").channel
            await all.hears(channel, "one")
        di.dm("two")
        all.discord.order(
            Fault("rate_limit", path="/channels/*/messages", method="GET", seconds=0.1, via=False), count=3
        )
        async with all.process(bounds=patient):
            await until(lambda: [one for one in all.discord.calls if one.status == 429][2:])
            di.dm("three")
            await all.hears(channel, "one", "two", "three")


async def test_no_log_of_a_library_says_what_people_say_or_what_answers_them(
    valkey_server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Whatever an installation does with its logs: who has an interaction's token speaks in our name.
    caplog.set_level(logging.DEBUG)
    async with connected(valkey_server, tmp_path) as all:
        di = all.discord.person("di")
        async with all.process():
            channel = di.dm("a word in confidence").channel
            await all.hears(channel, "a word in confidence")
            assert await di.slash("status") is None
            await all.discord.drop()
            await until(lambda: all.discord.sessions)
        tokens = [one.data["token"] for one in all.discord.deliveries if one.kind == "INTERACTION_CREATE"]
    assert tokens
    said = "\n".join(f"{one.name} {one.getMessage()} {one.args}" for one in caplog.records)
    for secret in ("a word in confidence", all.discord.token, *tokens):
        assert secret not in said


async def test_who_answers_us_in_a_channel_without_words_we_may_read_is_told_to_mention_us(
    valkey_server: Server, tmp_path: Path
) -> None:
    # DC-01: an answer that does not ping us comes without its words
    async with connected(valkey_server, tmp_path) as all, all.process(reads_all=False) as process:
        di, room = all.discord.person("di"), all.discord.channel("#deploys")
        path = "/channels/{channel_id}/messages"
        await process.adapter._api.call("POST", path, json={"content": "a card"}, channel_id=room.id)
        (card,) = all.discord.messages(room)
        said = di.say(room, "an answer that pings us", reply_to=card)
        await all.hears(said.id, "an answer that pings us")
        (told,) = [one.data for one in all.discord.deliveries if one.data.get("id") == said.id]
        (session,) = all.discord.sessions
        for more in (1, 2):
            session.say("MESSAGE_CREATE", told | {"id": str(int(said.id) + more), "content": "", "mentions": []})
        di.say(room, "words to others")

        def hints() -> list[Message]:
            return [one for one in all.discord.messages(room) if "Mention me" in one.content]

        await until(hints)
        heard = di.say(room, all.mention("now you hear me"))
        await all.hears(heard.id, "now you hear me")
        assert len(hints()) == 1
