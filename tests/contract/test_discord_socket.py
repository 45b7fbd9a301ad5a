"""The connection to Discord: whatever happens to it, it comes back, and what is said meanwhile is heard once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.discord import DiscordSandbox
from sandbox.discord.connection import Connection
from sandbox.discord.shapes import Json
from tests.contract.discord_connected import PACE, connected
from tests.contract.slack_bench import until
from tests.servers import Server

pytestmark = pytest.mark.anyio

Break = Callable[[DiscordSandbox], Awaitable[None]]
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, CONTENT = 1, 1 << 9, 1 << 12, 1 << 15


async def test_what_is_asked_for_is_what_is_needed(valkey_server: Server, tmp_path: Path) -> None:
    # DC-01
    for reads_all in (False, True):
        async with connected(valkey_server, tmp_path) as all, all.process(reads_all=reads_all):
            (session,) = all.discord.sessions
            assert session.intents == GUILDS | GUILD_MESSAGES | DIRECT_MESSAGES | (CONTENT if reads_all else 0)


async def test_what_is_said_is_stored(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all, all.process():
        di = all.discord.person("di")
        direct, asked = di.dm("deploy 1.4.2"), di.say("#deploys", all.mention("deploy 1.5.0"))
        await all.hears(direct.channel, "deploy 1.4.2")
        await all.hears(asked.id, "deploy 1.5.0")
        di.say("#deploys", "nothing to you")
        thread = all.thread(asked)
        di.say(asked, "and quickly")
        await all.hears(thread, "deploy 1.5.0", "and quickly")
        di.edit(direct, "deploy 1.4.3")
        await all.hears(direct.channel, "deploy 1.4.2", "deploy 1.4.3")


async def resumable(discord: DiscordSandbox) -> None:
    await discord.invalidate(resumable=True)


async def not_resumable(discord: DiscordSandbox) -> None:
    await discord.invalidate(resumable=False)


async def forgotten(discord: DiscordSandbox) -> None:
    discord.forget_sessions()
    await discord.drop()


@pytest.mark.parametrize(
    ("broken", "identifies"),
    [
        (DiscordSandbox.drop, 1),
        (DiscordSandbox.reconnect, 1),
        (resumable, 1),
        (not_resumable, 2),
        (forgotten, 2),
    ],
)
async def test_nothing_is_lost_when_it_breaks(
    broken: Break, identifies: int, valkey_server: Server, tmp_path: Path
) -> None:
    # DC-04: op 7, both kinds of op 9, a session that is gone, a connection that breaks
    async with connected(valkey_server, tmp_path) as all, all.process():
        di, resumes = all.discord.person("di"), all.discord.sessions.resumes
        channel = di.dm("one").channel
        await all.hears(channel, "one")
        breaking = asyncio.create_task(_run(broken, all.discord))
        di.dm("two")
        await breaking
        di.dm("three")
        await until(lambda: all.discord.sessions)
        di.dm("four")
        await all.hears(channel, "one", "two", "three", "four")
        assert all.discord.sessions.identifies == identifies
        assert all.discord.sessions.resumes == resumes + (1 if identifies == 1 else 0)


async def _run(broken: Break, discord: DiscordSandbox) -> None:
    await broken(discord)


async def test_it_begins_as_soon_as_discord_can_be_reached(valkey_server: Server, tmp_path: Path) -> None:
    """The very first connection that fails takes discord.py's client with it."""
    async with connected(valkey_server, tmp_path) as all:
        all.discord.unreachable(True)
        async with all.process(connected=False):
            await until(lambda: [call for call in all.discord.calls if call.path == "/gateway/bot"][2:])
            assert all.discord.sessions.identifies == 0
            all.discord.unreachable(False)
            await until(lambda: all.discord.sessions)
            channel = all.discord.person("di").dm("one").channel
            await all.hears(channel, "one")
            assert all.discord.sessions.identifies == 1


async def test_a_connection_over_which_nothing_comes_is_dead(valkey_server: Server, tmp_path: Path) -> None:
    pace = replace(PACE, deaf_after=1.0)
    async with connected(valkey_server, tmp_path, heartbeat=0.3) as all, all.process(pace=pace):
        (before,) = all.discord.sessions
        over = before.connection
        assert over is not None
        all.discord.acknowledge(False)
        await until(lambda: over.over.is_set())
        all.discord.acknowledge(True)
        await until(lambda: all.discord.sessions)
        channel = all.discord.person("di").dm("one").channel
        await all.hears(channel, "one")
        assert all.discord.sessions.identifies == 1


ODD: list[tuple[str, Json]] = [
    ("MESSAGE_CREATE", {}),
    ("MESSAGE_CREATE", {"id": "x", "channel_id": "y", "author": 5}),
    ("CHANNEL_CREATE", {"id": "../..", "type": "none"}),
    ("GUILD_CREATE", {"id": None, "channels": [{"id": "zzz"}]}),
    ("INTERACTION_CREATE", {"id": "1", "type": 3}),
    ("GUILD_ROLE_UPDATE", {}),
    ("SOMETHING_NEW", {"a": 1}),
]


async def test_what_nobody_can_read_leaves_the_connection_alone(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all, all.process():
        (session,) = all.discord.sessions
        for kind, data in ODD:
            session.say(kind, data)
        channel = all.discord.person("di").dm("one").channel
        await all.hears(channel, "one")
        assert (all.discord.sessions.identifies, all.discord.sessions.resumes) == (1, 0)


async def test_a_server_that_was_away_is_heard_again(valkey_server: Server, tmp_path: Path) -> None:
    async with connected(valkey_server, tmp_path) as all, all.process():
        asked = all.discord.person("di").say("#deploys", all.mention("deploy"))
        thread = all.thread(asked)
        await all.hears(thread, "deploy")
        (session,) = all.discord.sessions
        session.say("GUILD_DELETE", {"id": all.discord.guild.id, "unavailable": True})
        all.discord.person("di").say(asked, "still there?")
        await all.hears(thread, "deploy", "still there?")


async def test_it_says_nothing_but_what_it_must(
    valkey_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # DC-30
    async with connected(valkey_server, tmp_path) as all:
        said: list[int] = []
        hear = all.discord.gateway._hear

        def note(connection: Connection, payload: Json) -> None:
            said.append(payload["op"])
            hear(connection, payload)

        monkeypatch.setattr(all.discord.gateway, "_hear", note)
        async with all.process():
            for number in range(30):
                channel = all.discord.person("di").dm(str(number)).channel
            await all.hears(channel, *map(str, range(30)))
            await all.discord.drop()
            await until(lambda: all.discord.sessions)
        # A heartbeat as each connection begins, IDENTIFY, RESUME.
        assert sorted(said) == [1, 1, 2, 6]


async def test_a_thousand_messages_do_not_hold_up_the_heart(valkey_server: Server, tmp_path: Path) -> None:
    # DC-31: nothing that is done about a message keeps the loop for long. Of Discord's own time, what it takes to say
    # ten messages is in it, and of the machine's only what is ours.
    async with connected(valkey_server, tmp_path) as all, all.process():
        di, longest, done = all.discord.person("di"), 0.0, asyncio.Event()

        async def probe() -> None:
            nonlocal longest
            while not done.is_set():
                before = time.thread_time()
                await asyncio.sleep(0)
                longest = max(longest, time.thread_time() - before)

        probing = asyncio.create_task(probe())
        for number in range(100):
            for more in range(9):
                di.say("#general", f"nothing to you {number} {more}")
            channel = di.dm(str(number)).channel
            await asyncio.sleep(0)
        await all.hears(channel, *map(str, range(100)))
        done.set()
        await probing
        assert longest < 1.0, f"the loop was kept for {longest:.3f} s"
        assert all.discord.sessions.identifies == 1


async def test_who_is_told_to_stop_is_gone(valkey_server: Server, tmp_path: Path) -> None:
    """A process whose lease is lost is cancelled, and may not stay connected."""
    async with connected(valkey_server, tmp_path) as all, all.process() as one:
        one.ended.cancel()
        await asyncio.gather(one.ended, return_exceptions=True)
        await until(lambda: not all.discord.sessions)
        one.stopping.set()
        one.ended = asyncio.create_task(asyncio.sleep(0))
