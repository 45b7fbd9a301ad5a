"""Discord is told of our slash commands when it knows others, and not each time we start (DC-28)."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.api import Api
from sandbox.discord import Fault
from tests.contract.discord_acting_bench import Base64
from tests.contract.discord_connected import Connected, connected
from tests.contract.slack_bench import until
from tests.servers import Server

pytestmark = pytest.mark.anyio
NAMES = ["ask", "status", "stop"]


def calls(all: Connected, method: str) -> list[str]:
    """The calls about commands, by method."""
    return [one.path for one in all.discord.calls if one.path.endswith("/commands") and one.method == method]


def known(all: Connected) -> list[str]:
    """What Discord knows by now."""
    return sorted(one["name"] for one in all.discord.core.world.commands.get("", ()))


async def test_five_starts_tell_it_once(valkey_server: Server, tmp_path: Path) -> None:
    # DC-28
    async with connected(valkey_server, tmp_path) as all:
        for start in range(5):
            async with all.process():
                await until(lambda start=start: len(calls(all, "GET")) > start)  # type: ignore[misc]
                await until(lambda: known(all) == NAMES)
        assert (len(calls(all, "GET")), len(calls(all, "PUT"))) == (5, 1)


async def test_what_somebody_changed_there_is_told_again(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all:
        async with all.process():
            await until(lambda: known(all) == NAMES)
        all.discord.core.world.commands[""].pop()
        async with all.process():
            await until(lambda: known(all) == NAMES)
        assert len(calls(all, "PUT")) == 2


async def test_sessions_that_begin_anew_tell_it_nothing(valkey_server: Server, tmp_path: Path) -> None:
    # DC-28: READY comes many times
    async with connected(valkey_server, tmp_path) as all, all.process():
        await until(lambda: known(all) == NAMES)
        for count in (2, 3):
            await all.discord.invalidate(resumable=False)
            await until(lambda count=count: all.discord.sessions.identifies == count)  # type: ignore[misc]
        assert (len(calls(all, "GET")), len(calls(all, "PUT"))) == (1, 1)


async def test_who_is_only_posted_to_tells_it_too(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all:
        bot = all.bot(connects=False, public_key=all.discord.app.public_key)
        adapter = DiscordAdapter(bot, Api(bot), all.house.opened.meter, Base64())
        await adapter.begin(all.house.desk("discord"))
        await until(lambda: known(all) == NAMES)
        await adapter.aclose()


async def test_while_discord_takes_none_we_hear_all_the_same(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all:
        all.discord.order(Fault("error", path="/applications/*", method="PUT", status=400, code=50035), count=100)
        async with all.process():
            channel = all.discord.person("di").dm("one").channel
            await all.hears(channel, "one")
            assert known(all) == []
