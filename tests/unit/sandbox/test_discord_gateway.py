"""The gateway of the sandbox Discord: HELLO, IDENTIFY, READY, intents, shards, and what it closes a connection for."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

import aiohttp
import discord as dpy
import pytest

from sandbox.discord import DiscordSandbox
from tests.unit.sandbox.discord_app import (
    ALL_OURS,
    CONTENT,
    DIRECT_MESSAGES,
    GUILD_MESSAGES,
    GUILDS,
    App,
    connected,
    wired,
)


@pytest.fixture
async def discord() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox(identify_pause=0) as running:
        yield running
        assert running.strays == []


async def test_a_client_becomes_ready_and_knows_the_server(discord: DiscordSandbox) -> None:
    begun = discord.person("di").say("#deploys", "deploy")
    discord.core.begin_thread(begun, "deploying", discord.person("di").id)
    async with connected(discord, App()) as app:
        assert app.user is not None
        assert str(app.user.id) == discord.app.bot
        guild = app.get_guild(int(discord.guild.id))
        assert guild is not None
        assert guild.me is not None
        assert {one.name for one in guild.text_channels} == {"general", "deploys"}
        assert [one.name for one in guild.threads] == ["deploying"]
        assert len(discord.sessions) == 1
        assert discord.sessions.identifies == 1


async def test_what_it_says_is_squeezed_if_asked_for(discord: DiscordSandbox) -> None:
    async with wired(discord, "v=10&encoding=json&compress=zlib-stream") as wire:
        await wire.identify()
        stream, said = zlib.decompressobj(), b""
        while b"GUILD_CREATE" not in said:
            frame = await wire.socket.receive_bytes()
            assert frame.endswith(b"\x00\x00\xff\xff")
            said += stream.decompress(frame)
        assert b'"op": 10' in said
        assert b"READY" in said


async def test_ready_says_where_to_resume_and_every_event_is_numbered(discord: DiscordSandbox) -> None:
    async with wired(discord) as wire:
        await wire.identify()
        ready, guild = await wire.until("GUILD_CREATE")
        assert ready["d"]["resume_gateway_url"] == discord.core.gateway_url
        assert ready["d"]["guilds"] == [{"id": discord.guild.id, "unavailable": True}]
        assert [ready["s"], guild["s"]] == [1, 2]
        # Without the intent for presences only the bot is among the members.
        assert [one["user"]["id"] for one in guild["d"]["members"]] == [discord.app.bot]


async def test_heartbeats_are_acknowledged_unless_told_otherwise(discord: DiscordSandbox) -> None:
    async with wired(discord) as wire:
        await wire.say(1, None)
        assert await wire.next() == {"op": 11}
        discord.acknowledge(False)
        await wire.say(1, None)
        await wire.identify()
        assert (await wire.next())["t"] == "READY"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("no json", 4002),
        ('{"op": "two"}', 4002),
        ('{"op": 2, "d": []}', 4002),
        ('{"op": 1, "d": "' + "x" * 4096 + '"}', 4002),
        ('{"op": 77, "d": {}}', 4001),
        ('{"op": 3, "d": {}}', 4003),
        ('{"op": 2, "d": {"token": "wrong", "properties": {}, "intents": 1}}', 4004),
        ('{"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 1}}', 4004),
    ],
)
async def test_what_is_not_well_said_closes_the_connection(discord: DiscordSandbox, said: str, code: int) -> None:
    async with wired(discord) as wire:
        await wire.socket.send_str(said)
        assert await wire.closed() == code
    assert len(discord.sessions) == 0


@pytest.mark.parametrize(
    ("intents", "shard", "code"),
    [
        (None, [0, 1], 4013),
        (1 << 17, [0, 1], 4013),
        (GUILDS | 1 << 1, [0, 1], 4014),
        (GUILDS | CONTENT, [0, 1], 4014),
        (GUILDS, [1, 1], 4010),
        (GUILDS, [-1, 2], 4010),
        (GUILDS, "all", 4010),
    ],
)
async def test_an_identify_that_asks_for_too_much_is_refused(
    discord: DiscordSandbox, intents: int, shard: object, code: int
) -> None:
    async with wired(discord) as wire:
        await wire.identify(intents, shard=shard)
        assert await wire.closed() == code


async def test_another_version_is_refused(discord: DiscordSandbox) -> None:
    async with wired(discord, "v=9&encoding=json") as wire:
        assert await wire.closed() == 4012


async def test_only_one_identify_on_a_connection(discord: DiscordSandbox) -> None:
    async with wired(discord) as wire:
        await wire.identify()
        await wire.until("GUILD_CREATE")
        await wire.identify()
        assert await wire.closed() == 4005


async def test_120_sends_a_minute_and_no_more(discord: DiscordSandbox) -> None:
    async with wired(discord) as wire:
        for _ in range(120):
            await wire.say(1, None)
            assert (await wire.next())["op"] == 11
        discord.clock.forward(60)
        for _ in range(120):
            await wire.say(1, None)
            assert (await wire.next())["op"] == 11
        await wire.say(1, None)
        assert await wire.closed() == 4008


async def test_who_sends_no_heartbeats_is_closed() -> None:
    async with DiscordSandbox(heartbeat=0.05) as discord, wired(discord) as wire:
        await wire.identify()
        assert await wire.closed() == 4009


async def test_between_two_identifies_lie_five_seconds() -> None:
    async with DiscordSandbox() as discord:
        async with wired(discord) as first:
            await first.identify()
            await first.until("READY")
        async with wired(discord) as early:
            await early.identify()
            assert await early.next() == {"op": 9, "d": False, "s": None, "t": None}
        discord.clock.forward(5)
        async with wired(discord) as later:
            await later.identify()
            assert (await later.next())["t"] == "READY"


async def test_identifies_are_counted_by_the_day_and_too_many_cost_the_token(discord: DiscordSandbox) -> None:
    discord.core.starts.total = 1
    token = discord.token
    async with wired(discord) as wire:
        await wire.identify()
        await wire.until("READY")
        assert discord.core.starts.limit()["remaining"] == 0
        async with wired(discord) as another:
            await another.identify()
            assert await another.closed() == 4004
        assert await wire.closed() == 4004
    assert discord.token != token
    discord.clock.forward(86_400)
    assert discord.core.starts.limit()["remaining"] == 1


async def test_an_app_hears_only_what_its_intents_say(discord: DiscordSandbox) -> None:
    di = discord.person("di")
    async with wired(discord) as direct, wired(discord) as general:
        await direct.identify(DIRECT_MESSAGES)
        await direct.until("READY")
        await general.identify(GUILDS | GUILD_MESSAGES)
        await general.until("GUILD_CREATE")
        di.dm("one")
        di.say("#general", "two")
        discord.channel("#new")
        di.dm("three")
        assert [one["d"]["id"] for one in [await direct.next(), await direct.next()]] == [one.id for one in di.dms]
        said = await general.until("CHANNEL_CREATE")
        assert [one["t"] for one in said] == ["MESSAGE_CREATE", "CHANNEL_CREATE"]


async def test_without_the_content_intent_only_what_is_meant_for_the_bot_can_be_read(discord: DiscordSandbox) -> None:
    di, bot = discord.person("di"), f"<@{discord.app.bot}>"
    async with connected(discord, App()) as app:
        unread = di.say("#deploys", "nothing for you", files=[("plan.txt", b"x")])
        shown = await app.hears("MESSAGE_CREATE")
        assert (shown["content"], shown["attachments"], shown["embeds"], shown["components"]) == ("", [], [], [])
        di.say("#deploys", f"{bot} and this?", reply_to=unread)
        shown = await app.hears("MESSAGE_CREATE", 2)
        assert shown["content"] == f"{bot} and this?"
        assert shown["referenced_message"]["content"] == ""
        di.dm("hello")
        assert (await app.hears("MESSAGE_CREATE", 3))["content"] == "hello"
        await channel_of(app, discord).send("mine")
        assert (await app.hears("MESSAGE_CREATE", 4))["content"] == "mine"


async def test_with_the_content_intent_all_can_be_read(discord: DiscordSandbox) -> None:
    discord.app.may_read_all = True
    async with connected(discord, App(dpy.Intents(ALL_OURS | CONTENT))) as app:
        discord.person("di").say("#deploys", "nothing for you")
        assert (await app.hears("MESSAGE_CREATE"))["content"] == "nothing for you"


async def test_discord_py_says_which_intent_was_not_granted(discord: DiscordSandbox) -> None:
    with pytest.raises(dpy.PrivilegedIntentsRequired):
        async with connected(discord, App(dpy.Intents(ALL_OURS | CONTENT))):
            pass


async def test_a_refused_identify_is_closed_with_the_code_that_was_ordered(discord: DiscordSandbox) -> None:
    discord.refuse_identify(4011)
    with pytest.raises(dpy.ConnectionClosed) as caught:
        async with connected(discord, App()):
            pass
    assert caught.value.code == 4011


async def test_shards_share_the_servers_out_and_the_first_has_the_direct_messages(discord: DiscordSandbox) -> None:
    ours = (int(discord.guild.id) >> 22) % 2
    async with wired(discord) as zero, wired(discord) as one:
        for number, wire in enumerate((zero, one)):
            await wire.identify(shard=[number, 2])
        wires = (zero, one)
        await wires[ours].until("GUILD_CREATE")
        assert (await wires[1 - ours].next())["d"]["guilds"] == []
        discord.person("di").say("#general", "hello")
        discord.person("di").dm("psst")
        assert (await wires[ours].next())["d"]["channel_id"] == discord.channel("#general").id
        assert (await zero.next())["d"]["channel_id"] == discord.person("di").dms[0].channel


async def test_members_are_told_by_id_or_by_name_but_everybody_only_with_the_intent(discord: DiscordSandbox) -> None:
    di = discord.person("di")
    async with wired(discord) as wire:
        await wire.identify()
        await wire.until("GUILD_CREATE")
        asked = {"guild_id": discord.guild.id}
        await wire.say(8, asked | {"query": "", "limit": 0})
        await wire.say(8, asked | {"user_ids": [di.id, "1"], "nonce": "n"})
        chunk = (await wire.next())["d"]
        assert [one["user"]["id"] for one in chunk["members"]] == [di.id]
        assert (chunk["not_found"], chunk["nonce"]) == (["1"], "n")
        await wire.say(8, asked | {"query": "d", "limit": 5})
        assert [one["user"]["username"] for one in (await wire.next())["d"]["members"]] == ["di"]


async def test_nobody_connects_to_a_gateway_that_cannot_be_reached(discord: DiscordSandbox) -> None:
    discord.unreachable(True)
    with pytest.raises(aiohttp.ClientError):
        async with wired(discord):
            pass
    discord.lift()
    async with wired(discord) as wire:
        await wire.identify()
        assert (await wire.next())["t"] == "READY"


def channel_of(app: App, discord: DiscordSandbox) -> dpy.TextChannel:
    """#deploys, as discord.py knows it."""
    found = app.get_channel(int(discord.channel("#deploys").id))
    assert isinstance(found, dpy.TextChannel)
    return found
