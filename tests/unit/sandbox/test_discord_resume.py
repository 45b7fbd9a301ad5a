"""Sessions at the sandbox Discord: what was missed is told again after RESUME, and which sessions cannot go on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sandbox.discord import DiscordSandbox, Message
from sandbox.discord.session import KEPT, RESUMABLE
from tests.unit.sandbox.discord_app import App, Wire, connected, until, wired


@pytest.fixture
async def discord() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox(identify_pause=0) as running:
        yield running
        assert running.strays == []


@pytest.fixture
async def app(discord: DiscordSandbox) -> AsyncIterator[App]:
    async with connected(discord, App()) as running:
        yield running


async def test_what_was_said_while_the_connection_was_broken_is_told_after_it(
    discord: DiscordSandbox, app: App
) -> None:
    di = discord.person("di")
    di.dm("before")
    await app.hears("MESSAGE_CREATE")
    await discord.drop()
    di.dm("meanwhile")
    await app.hears("RESUMED")
    di.dm("after")
    await app.hears("MESSAGE_CREATE", 3)
    assert [one["content"] for one in app.heard("MESSAGE_CREATE")] == ["before", "meanwhile", "after"]
    numbers = [one["s"] for one in app.said if one["op"] == 0]
    assert numbers == list(range(1, len(numbers) + 1))
    assert (discord.sessions.identifies, discord.sessions.resumes) == (1, 1)


async def test_told_to_reconnect_the_client_resumes(discord: DiscordSandbox, app: App) -> None:
    await discord.reconnect()
    await app.hears("RESUMED")
    assert (discord.sessions.identifies, discord.sessions.resumes) == (1, 1)


@pytest.mark.parametrize("code", [1000, 4000, 4008, 4009])
async def test_closed_with_a_code_that_is_not_final_the_client_resumes(
    discord: DiscordSandbox, app: App, code: int
) -> None:
    await discord.close(code)
    await app.hears("RESUMED")
    assert discord.sessions.identifies == 1


async def test_an_invalid_session_may_be_resumable(discord: DiscordSandbox, app: App) -> None:
    await discord.invalidate(resumable=True)
    await app.hears("RESUMED")
    assert discord.sessions.identifies == 1


async def test_an_invalid_session_that_is_not_begins_anew_and_nothing_is_told_again(
    discord: DiscordSandbox, app: App
) -> None:
    discord.person("di").dm("once")
    await app.hears("MESSAGE_CREATE")
    await discord.invalidate(resumable=False)
    await app.hears("READY", 2)
    assert discord.sessions.identifies == 2
    discord.person("di").dm("twice")
    assert (await app.hears("MESSAGE_CREATE", 2))["content"] == "twice"


async def test_a_session_that_was_forgotten_or_left_too_long_cannot_go_on(discord: DiscordSandbox, app: App) -> None:
    discord.forget_sessions()
    await discord.drop()
    await app.hears("READY", 2)
    discord.unreachable(True)
    await discord.drop()
    discord.clock.forward(RESUMABLE + 1)
    discord.unreachable(False)
    await app.hears("READY", 3)
    assert (discord.sessions.identifies, discord.sessions.resumes) == (3, 0)


async def test_a_client_that_says_goodbye_ends_its_session(discord: DiscordSandbox) -> None:
    async with wired(discord) as wire:
        session = await began(wire)
        await wire.socket.close(code=1000)
        await until(lambda: len(discord.sessions) == 0)
    async with wired(discord) as wire:
        await resume(wire, session, 1)
        assert await wire.next() == {"op": 9, "d": False, "s": None, "t": None}


async def test_a_client_that_just_goes_can_come_back_and_hears_what_it_missed(discord: DiscordSandbox) -> None:
    async with wired(discord) as wire:
        session = await began(wire)
        await wire.socket.close(code=4000)
    said = said_by_di(discord, "one", "two")
    async with wired(discord) as wire:
        await resume(wire, session, 2)
        replayed = await wire.until("RESUMED")
        assert [one["d"].get("id") for one in replayed] == [*(one.id for one in said), None]
        assert [one["s"] for one in replayed] == [3, 4, 5]


async def test_a_number_that_was_never_said_is_an_invalid_one(discord: DiscordSandbox) -> None:
    async with wired(discord) as wire:
        session = await began(wire)
        await wire.socket.close(code=4000)
    async with wired(discord) as wire:
        await resume(wire, session, 99)
        assert await wire.closed() == 4007


async def test_who_missed_more_than_is_kept_begins_anew(discord: DiscordSandbox) -> None:
    async with wired(discord) as wire:
        session = await began(wire)
        await wire.socket.close(code=4000)
    said_by_di(discord, *(str(number) for number in range(KEPT + 1)))
    async with wired(discord) as wire:
        await resume(wire, session, 2)
        assert (await wire.next())["op"] == 9


async def test_whoever_resumes_takes_the_place_of_the_connection_before(discord: DiscordSandbox) -> None:
    async with wired(discord) as first, wired(discord) as second:
        await resume(second, await began(first), 2)
        await second.until("RESUMED")
        await first.closed()
        await until(lambda: len(discord.sessions) == 1)
        said = said_by_di(discord, "here")
        assert (await second.next())["d"]["id"] == said[0].id


async def test_an_event_can_be_told_once_more(discord: DiscordSandbox, app: App) -> None:
    discord.person("di").dm("hello")
    await app.hears("MESSAGE_CREATE")
    told = next(one for one in discord.deliveries if one.kind == "MESSAGE_CREATE")
    discord.replay(told)
    await app.hears("MESSAGE_CREATE", 2)
    first, second = app.heard("MESSAGE_CREATE")
    assert first == second


async def began(wire: Wire) -> str:
    """The id of the session that begins."""
    await wire.identify()
    said = await wire.until("GUILD_CREATE")
    return str(said[0]["d"]["session_id"])


async def resume(wire: Wire, session: str, seq: int) -> None:
    await wire.say(6, {"token": wire.token, "session_id": session, "seq": seq})


def said_by_di(discord: DiscordSandbox, *texts: str) -> list[Message]:
    di = discord.person("di")
    return [di.say("#general", one) for one in texts]
