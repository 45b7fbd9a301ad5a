"""Where Discord will not have us: said once, in words that help, and not tried again. How often we try otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from adapters.discord.identify import IN_WINDOW
from adapters.discord.socket import WHY
from tests.contract.discord_connected import connected
from tests.contract.slack_bench import until
from tests.servers import Server

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
async def test_what_cannot_change_by_itself_is_not_tried_again(
    code: int, valkey_server: Server, tmp_path: Path
) -> None:
    # DC-02
    async with connected(valkey_server, tmp_path) as all:
        all.discord.refuse_identify(code)
        with capture_logs() as logs:
            async with all.process(connected=False) as process:
                await until(lambda: [one for one in logs if one["log_level"] == "error"])
                assert not process.ended.done()
        (said,) = (one for one in logs if one["log_level"] == "error")
        assert said["event"] == "source gave up"
        assert WHY[code] in said["why"]
        assert all.discord.token not in str(logs)
        assert all.discord.sessions.identifies == 1


async def test_an_intent_we_were_not_given_is_named(valkey_server: Server, tmp_path: Path) -> None:
    # DC-02
    async with connected(valkey_server, tmp_path) as all:
        all.discord.app.may_read_all = False
        with capture_logs() as logs:
            async with all.process(connected=False):
                await until(lambda: [one for one in logs if one["log_level"] == "error"])
        assert "Message Content Intent" in str(logs)


async def test_a_token_that_is_good_no_more_is_not_tried_again(valkey_server: Server, tmp_path: Path) -> None:
    # DC-02
    async with connected(valkey_server, tmp_path) as all:
        with capture_logs() as logs:
            async with all.process(connected=False, token=SecretStr("another")) as process:
                await until(lambda: [one for one in logs if one["log_level"] == "error"])
                assert not process.ended.done()
        assert all.discord.sessions.identifies == 0


@pytest.mark.parametrize("code", [4000, 4001, 4007, 4008, 4009])
async def test_anything_else_is(code: int, valkey_server: Server, tmp_path: Path) -> None:
    # DC-02
    async with connected(valkey_server, tmp_path) as all, all.process():
        channel = all.discord.person("di").dm("one").channel
        await all.hears(channel, "one")
        await all.discord.close(code)
        all.discord.person("di").dm("two")
        await all.hears(channel, "one", "two")


async def test_a_session_that_never_begins_is_begun_again(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all:
        all.discord.refuse_identify(4000, count=2)
        async with all.process():
            channel = all.discord.person("di").dm("one").channel
            await all.hears(channel, "one")


async def test_started_fifty_times_discord_is_asked_five_times(valkey_server: Server, tmp_path: Path) -> None:
    # DC-03: the count is in the store, and outlives every process.
    async with connected(valkey_server, tmp_path) as all:
        for _ in range(IN_WINDOW):
            async with all.process():
                pass
        assert all.discord.sessions.identifies == IN_WINDOW
        for _ in range(50 - IN_WINDOW):
            with capture_logs() as logs:
                async with all.process(connected=False):
                    await until(lambda: [one for one in logs if one["event"] == "source waits"])
        assert all.discord.sessions.identifies == IN_WINDOW


async def test_a_day_that_is_used_up_is_waited_out(valkey_server: Server, tmp_path: Path) -> None:
    # DC-03
    async with connected(valkey_server, tmp_path) as all:
        all.discord.core.starts.total = 0
        with capture_logs() as logs:
            async with all.process(connected=False):
                await until(lambda: [one for one in logs if one["event"] == "source waits"])
        assert all.discord.sessions.identifies == 0
