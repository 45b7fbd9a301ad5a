"""The order of things: what was missed before what is live, one after the other, and no mark before what is stored."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.discord import Fault
from tests.contract.discord_connected import QUICK, Connected, connected
from tests.contract.slack_bench import until
from tests.servers import Server

pytestmark = pytest.mark.anyio


async def test_what_is_live_waits_for_what_was_missed(valkey_server: Server, tmp_path: Path) -> None:
    # DC-05: only in its own channel; others go on.
    async with connected(valkey_server, tmp_path) as all:
        di, ana = all.discord.person("di"), all.discord.person("ana")
        async with all.process():
            channel = di.dm("one").channel
            await all.hears(channel, "one")
        di.dm("two")
        all.discord.order(Fault("hang", path=f"/channels/{channel}/messages", seconds=600))
        async with all.process():
            await until(lambda: all.discord.sessions)
            di.dm("three")
            other = ana.dm("somebody else").channel
            await all.hears(other, "somebody else")
            await all.hears(channel, "one")
            all.discord.lift()
            await all.hears(channel, "one", "two", "three")


async def test_while_the_store_is_away_all_wait_in_their_order(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all, all.process() as process:
        di = all.discord.person("di")
        channel = di.dm("one").channel
        await all.hears(channel, "one")
        process.desk.down = True
        texts = [str(number) for number in range(10)]
        for text in texts:
            di.dm(text)
        await until(lambda: process.desk.calls.count("take") > 3)
        process.desk.down = False
        await all.hears(channel, "one", *texts)


async def test_what_there_is_no_room_for_is_read_again(valkey_server: Server, tmp_path: Path) -> None:
    bounds = replace(QUICK, queue=3)
    async with connected(valkey_server, tmp_path) as all, all.process(bounds=bounds) as process:
        di = all.discord.person("di")
        channel = di.dm("one").channel
        await all.hears(channel, "one")
        process.desk.hold.clear()
        texts = [str(number) for number in range(20)]
        for text in texts:
            di.dm(text)
        await all.discord.settled()
        process.desk.hold.set()
        await all.hears(channel, "one", *texts)


async def test_who_stops_hears_to_its_end_what_came(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all:
        async with all.process() as process:
            process.desk.hold.clear()
            channel = all.discord.person("di").dm("one").channel
            await until(lambda: _heard(process.desk.calls))
            process.stopping.set()
            await until(lambda: not all.discord.sessions)
            process.desk.hold.set()
        assert await all.said(channel) == ["one"]


def _heard(calls: list[str]) -> bool:
    return "begun" in calls


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("last", range(1, 8))
async def test_killed_at_any_moment_nothing_is_lost(
    last: int, before: bool, valkey_server: Server, tmp_path: Path
) -> None:
    """It dies before or after the nth thing it asks of the store, and another process takes over."""
    async with connected(valkey_server, tmp_path) as all:
        di = all.discord.person("di")
        async with all.process():
            asked, direct = di.say("#deploys", all.mention("begin")), di.dm("one")
            thread = all.thread(asked)
            await all.hears(thread, "begin")
            await all.hears(direct.channel, "one")
        async with all.process() as process:
            process.desk.dies, process.desk.before = last, before
            for text in ("two", "three", "four"):
                di.dm(text)
                di.say(asked, text)
            await process.desk.dead.wait()
            await process.kill()
            process.ended = asyncio.create_task(asyncio.sleep(0))
        di.dm("five")
        async with all.process():
            await all.hears(direct.channel, "one", "two", "three", "four", "five")
            await all.hears(thread, "begin", "two", "three", "four")


async def test_the_very_first_words_somewhere_survive_as_well(valkey_server: Server, tmp_path: Path) -> None:
    """A place is marked before the first thing said there is stored."""
    async with connected(valkey_server, tmp_path) as all:
        async with all.process() as process:
            process.desk.hold.clear()
            di = all.discord.person("di")
            direct, asked = di.dm("one"), di.say("#deploys", all.mention("begin"))
            await until(lambda: process.desk.calls.count("begun") >= 3)
            await process.kill()
            process.ended = asyncio.create_task(asyncio.sleep(0))
        async with all.process():
            await all.hears(direct.channel, "one")
            await all.hears(asked.id, "begin")


async def test_no_mark_moves_before_what_is_stored(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all, all.process() as process:
        di = all.discord.person("di")
        channel = di.dm("one").channel
        await all.hears(channel, "one")
        process.desk.hold.clear()
        two = di.dm("two")
        await all.discord.settled()
        for _ in range(5):
            await asyncio.sleep(QUICK.tell_every)
        assert (await _marks(all))[channel] < int(two.id) >> 22
        process.desk.hold.set()
        await all.hears(channel, "one", "two")
        async with asyncio.timeout(20):
            while (await _marks(all))[channel] < int(two.id) >> 22:
                await asyncio.sleep(0.01)


async def _marks(all: Connected) -> dict[str, int]:
    """How far each place was heard, in ms as ids count them."""
    known = await all.house.opened.places.known("discord")
    return {place: at // 1000 - 1_420_070_400_000 for place, at in known.items()}
