"""The connection to Discord: broken, resumed, made anew; what was said meanwhile is heard, once, and by one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent_core.events import UserMessage
from gateway.demo.world import Clock
from gateway.serve import ROLES
from sandbox.discord import DiscordSandbox, Message
from sandbox.model import ModelSandbox
from tests.contract.slack_bench import until
from tests.flows.discord_house import DiscordHouse, discord_house, opened, settings_of, words
from tests.flows.slack_house import script


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DiscordHouse]:
    async with discord_house(tmp_path_factory.mktemp("m")) as made:
        yield made


async def broken(h: DiscordHouse, how: str) -> None:
    """The connection ends, in one of the ways it can."""
    match how:
        case "drop":
            await h.discord.drop()
        case "op 7":
            await h.discord.reconnect()
        case "op 9, resumable":
            await h.discord.invalidate(resumable=True)
        case "op 9":
            await h.discord.invalidate(resumable=False)
        case "forgotten":
            h.discord.forget_sessions()
            await h.discord.drop()
        case "4000":
            await h.discord.close(4000)


@pytest.mark.parametrize("how", ["drop", "op 7", "op 9, resumable", "op 9", "forgotten", "4000"])
async def test_what_is_said_while_the_connection_is_away_is_heard_once(h: DiscordHouse, how: str) -> None:  # DC-04
    asked = h.ask("1.4.1")
    await h.card(asked)
    thread = await h.thread(asked)
    h.discord.unreachable(True)
    await broken(h, how)
    await until(lambda: not h.discord.sessions)
    h.person("ana").say(thread, f"which versions are there? ({how})")
    h.person("ana").dm(f"which versions are there, by DM? ({how})")
    h.discord.unreachable(False)

    await h.shown(asked, "The versions are")
    await h.told("ana", "The versions are")
    said = [one.text for one in await h.events(asked, UserMessage)]
    assert said.count(f"which versions are there? ({how})") == 1
    await until(lambda: h.discord.sessions)
    h.person("ana").say(thread, f"and now? ({how})")
    await until_said(h, asked, f"and now? ({how})")
    said = [one.text for one in await h.events(asked, UserMessage)]
    assert said[-2:] == [f"which versions are there? ({how})", f"and now? ({how})"]
    answers = [m for m in h.discord.messages(thread) if words(m).startswith("The versions are")]
    assert len(answers) == 1


async def until_said(h: DiscordHouse, asked: Message, text: str) -> None:
    """Until it is in the log."""
    async with asyncio.timeout(30):
        while text not in [one.text for one in await h.events(asked, UserMessage)]:
            await asyncio.sleep(0.05)


async def test_what_is_said_while_nobody_is_at_home_is_heard_at_the_next_start(tmp_path: Path) -> None:  # DC-04
    async with DiscordSandbox(identify_pause=0) as discord, ModelSandbox(script()) as model:
        clock, settings = Clock(), settings_of(tmp_path, discord, model, ["bo"])
        async with opened(discord, model, clock, settings) as first:
            asked = first.ask("1.4.1")
            await first.card(asked)
            thread = await first.thread(asked)
        discord.person("ana").say(thread, "which versions are there?")
        elsewhere = discord.person("cy").say("#general", f"<@{discord.app.bot}> which versions are there?")
        async with opened(discord, model, clock, settings) as second:
            await second.shown(asked, "The versions are")
            # Nobody had spoken to us in that channel: what is said there before we listen is not read.
            assert discord.thread(elsewhere) is None


async def test_of_two_processes_one_is_connected_and_the_other_takes_over(tmp_path: Path) -> None:  # DC-06
    async with DiscordSandbox(identify_pause=0) as discord, ModelSandbox(script()) as model:
        clock, settings = Clock(), settings_of(tmp_path, discord, model, ["bo"])
        others = [role for role in ROLES if role != "listener"]
        async with opened(discord, model, clock, settings, others) as h:
            first, second = h.house.listener(), h.house.listener()
            stops = [asyncio.Event(), asyncio.Event()]
            tasks = [asyncio.create_task(one.run(stop)) for one, stop in zip((first, second), stops, strict=True)]
            await until(lambda: discord.sessions)
            asked = h.ask("1.4.1")
            await h.card(asked)
            assert len(discord.sessions) == 1
            assert discord.sessions.identifies == 1
            leader = 0 if first.holder == await holder(h) else 1
            stops[leader].set()
            await tasks[leader]
            h.person("ana").say(await h.thread(asked), "which versions are there?")
            await h.shown(asked, "The versions are")
            assert len(discord.sessions) == 1
            for stop in stops:
                stop.set()
            await asyncio.gather(*tasks)


async def holder(h: DiscordHouse) -> str:
    """Who holds the lease."""
    redis = h.house.opened.mailroom.redis
    (key,) = [key async for key in redis.scan_iter(match="hp:{src:*}:lease")]
    held: Any = await redis.get(key)
    return str(held.decode())
