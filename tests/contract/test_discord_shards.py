"""Servers shared out to several connections: each begins when it is its turn, and all are heard alike (DC-29)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adapters.discord.connection import Pace
from sandbox.discord import Fault
from tests.contract.discord_connected import connected
from tests.contract.slack_bench import until
from tests.servers import Server

pytestmark = pytest.mark.anyio


def paced(slept: list[float]) -> Pace:
    """A pace that notes how long it should have slept, and does not."""

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0.01)

    return Pace(first=0.01, longest=0.05, sleep=sleep)


async def test_every_shard_hears_its_servers(valkey_server: Server, tmp_path: Path) -> None:
    # DC-29
    slept: list[float] = []
    async with connected(valkey_server, tmp_path) as all, all.process(shards=3, pace=paced(slept)):
        await until(lambda: len(all.discord.sessions) == 3)
        assert sorted(one.shard for one in all.discord.sessions) == [(0, 3), (1, 3), (2, 3)]
        di = all.discord.person("di")
        direct, asked = di.dm("one"), di.say("#deploys", all.mention("two"))
        await all.hears(direct.channel, "one")
        await all.hears(asked.id, "two")
        # max_concurrency is 1: the second and the third waited for those before.
        assert sorted(one for one in slept if one > 1) == pytest.approx([5.0, 10.0], abs=1.0)


async def test_all_come_back(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all, all.process(shards=2, pace=paced([])):
        await until(lambda: len(all.discord.sessions) == 2)
        await all.discord.invalidate(resumable=False)
        await until(lambda: all.discord.sessions.identifies == 4 and len(all.discord.sessions) == 2)
        channel = all.discord.person("di").dm("one").channel
        await all.hears(channel, "one")


async def test_as_many_as_discord_advises(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all:
        all.discord.order(Fault("error", path="/gateway/bot", status=502, code=0), count=1)
        async with all.process(pace=paced([])):
            await until(lambda: len(all.discord.sessions) == 1)
            assert [one.shard for one in all.discord.sessions] == [(0, 1)]
