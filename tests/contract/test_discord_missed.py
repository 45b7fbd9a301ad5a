"""What was said while nobody heard is read from Discord, place by place, and heard once (DC-04, DC-06)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from sandbox.discord import Fault
from tests.contract.discord_connected import QUICK, Connected, connected
from tests.contract.slack_bench import until
from tests.servers import Server

pytestmark = pytest.mark.anyio


def read(all: Connected) -> list[str]:
    """Where Discord was asked for messages."""
    return [
        one.path.split("/")[2] for one in all.discord.calls if one.path.endswith("/messages") and one.method == "GET"
    ]


async def test_what_was_said_between_two_processes_is_read(valkey_server: Server, tmp_path: Path) -> None:
    # DC-04: a DM, a thread, a channel
    async with connected(valkey_server, tmp_path) as all:
        di = all.discord.person("di")
        async with all.process():
            direct, asked = di.dm("one"), di.say("#deploys", all.mention("begin"))
            thread = all.thread(asked)
            await all.hears(direct.channel, "one")
            await all.hears(thread, "begin")
        di.dm("two")
        di.say(asked, "go on")
        later = di.say("#deploys", all.mention("another"))
        di.say("#deploys", "nothing to you")
        async with all.process():
            await all.hears(direct.channel, "one", "two")
            await all.hears(thread, "begin", "go on")
            await all.hears(later.id, "another")
            di.dm("three")
            await all.hears(direct.channel, "one", "two", "three")


async def test_nothing_is_read_where_nobody_spoke_to_us(valkey_server: Server, tmp_path: Path) -> None:
    # DC-04: a channel without a mark starts at "now"
    async with connected(valkey_server, tmp_path) as all:
        di = all.discord.person("di")
        async with all.process():
            channel = di.dm("one").channel
            di.say("#general", "to each other")
            await all.hears(channel, "one")
        di.say("#general", all.mention("are you there?"))
        async with all.process():
            di.dm("two")
            await all.hears(channel, "one", "two")
            assert all.discord.channel("#general").id not in read(all)


async def test_it_goes_by_pages_the_oldest_first(valkey_server: Server, tmp_path: Path) -> None:
    # DC-04, DC-05
    async with connected(valkey_server, tmp_path) as all:
        di = all.discord.person("di")
        async with all.process():
            channel = di.dm("first").channel
            await all.hears(channel, "first")
        texts = [str(number) for number in range(23)]
        for text in texts:
            di.dm(text)
        async with all.process(bounds=replace(QUICK, page=10)):
            await all.hears(channel, "first", *texts)
        assert len(read(all)) == 3


async def test_no_more_is_read_than_is_bound(valkey_server: Server, tmp_path: Path) -> None:
    # DC-04
    async with connected(valkey_server, tmp_path) as all:
        di = all.discord.person("di")
        async with all.process():
            channel = di.dm("first").channel
            await all.hears(channel, "first")
        for number in range(30):
            di.dm(str(number))
        with capture_logs() as logs:
            async with all.process(bounds=replace(QUICK, page=5, messages=10)):
                await until(lambda: [one for one in logs if one["event"] == "more was said than is read"])
                di.dm("now")
                # The one that is read once more, for ids may come out of their order, counts as well.
                await all.hears(channel, "first", *(str(number) for number in range(9)), "now")


async def test_live_and_read_it_is_one_message(valkey_server: Server, tmp_path: Path) -> None:
    # DC-06
    async with connected(valkey_server, tmp_path) as all, all.process():
        di = all.discord.person("di")
        channel = di.dm("one").channel
        await all.hears(channel, "one")
        (told,) = [one for one in all.discord.deliveries if one.kind == "MESSAGE_CREATE"]
        all.discord.replay(told)
        di.dm("two")
        before = len(read(all))
        await all.discord.drop()
        await until(lambda: len(read(all)) > before)
        di.dm("three")
        await all.hears(channel, "one", "two", "three")


async def test_a_place_that_refuses_us_keeps_nobody_waiting(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all:
        di = all.discord.person("di")
        async with all.process():
            asked, direct = di.say("#deploys", all.mention("begin")), di.dm("one")
            await all.hears(asked.id, "begin")
            await all.hears(direct.channel, "one")
        di.dm("two")
        all.discord.order(Fault("error", path=f"/channels/{asked.channel}/*", status=403, code=50001))
        async with all.process() as process:
            await all.hears(direct.channel, "one", "two")
            await until(lambda: asked.channel in read(all))
            before = read(all).count(asked.channel)
            await all.discord.drop()
            await until(lambda: process.desk.calls.count("places") == 2)
            di.dm("three")
            await all.hears(direct.channel, "one", "two", "three")
            assert read(all).count(asked.channel) == before
            more = di.say("#deploys", all.mention("more"))
            await all.hears(more.id, "more")


async def test_what_discord_holds_back_is_read_later(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all:
        di = all.discord.person("di")
        async with all.process():
            channel = di.dm("one").channel
            await all.hears(channel, "one")
        di.dm("two")
        all.discord.order(Fault("drop", path="/channels/*/messages", method="GET"), count=4)
        async with all.process():
            di.dm("three")
            await all.hears(channel, "one", "two", "three")


async def test_without_its_words_a_thread_is_asked_to_mention_us_once(valkey_server: Server, tmp_path: Path) -> None:
    # DC-01
    async with connected(valkey_server, tmp_path) as all, all.process(reads_all=False):
        di = all.discord.person("di")
        asked = di.say("#deploys", all.mention("begin"))
        thread = all.thread(asked)
        await all.hears(thread, "begin")
        for _ in range(3):
            di.say(asked, "words that Discord keeps to itself")
        di.say("#deploys", "words to others")
        await until(lambda: [one for one in all.discord.messages(asked) if "Mention me" in one.content])
        di.say(asked, all.mention("now you hear me"))
        await all.hears(thread, "begin", "now you hear me")
        hints = [one for one in all.discord.messages(asked) if "Mention me" in one.content]
        assert [one.pinged for one in hints] == [frozenset()]
