"""Files on Discord: fetched from its hosts alone, asked for anew when their address is too old, and no message lost."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.content import MOST_BYTES, MOST_FILES
from adapters.discord.attached import with_files
from adapters.discord.meaning import Room
from adapters.heard import Received
from agent_core.values import Attachment
from sandbox.discord import Fault
from tests.contract.discord_acting_bench import CHANNEL, Bench, bench

pytestmark = pytest.mark.anyio

PLAN = ("plan.txt", b"step 1\nstep 2")


@contextlib.asynccontextmanager
async def redirecting(target: str, told: list[str]) -> AsyncIterator[str]:
    """The origin of a host that sends whoever asks it to another, and notes the names of the headers it was told."""

    async def elsewhere(request: web.Request) -> web.Response:
        told.extend(request.headers)
        return web.Response(status=302, headers={"Location": target})

    app = web.Application()
    app.router.add_get("/{path:.*}", elsewhere)
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


def read(house: Bench) -> tuple[Attachment, ...]:
    """The files of the one message that was stored."""
    (taken,) = house.desk.taken
    assert isinstance(taken, Received)
    return taken.message.attachments


async def sent(house: Bench, *files: tuple[str, bytes], **changes: Any) -> tuple[Attachment, ...]:
    """What comes of files that Di sends along; `changes` are to what Discord says of the first one."""
    message = house.discord.person("di").dm("look", files=list(files))
    received, raw = await house.read(message, Room(id=message.channel, kind="direct"))
    payload = json.loads(raw)
    payload["attachments"][0] |= changes
    await house.acting.heard(received, json.dumps(payload).encode())
    return read(house)


async def test_a_file_comes_along_with_its_text() -> None:
    async with bench() as house:
        (plan,) = await sent(house, PLAN)
        assert (plan.name, plan.text, plan.size, plan.why_not) == ("plan.txt", "step 1\nstep 2", 13, None)
        assert plan.media_type == "text/plain"


async def test_an_address_that_is_too_old_is_asked_for_anew() -> None:
    # DC-26: what is signed for a day is read two days later.
    async with bench() as house:
        message = house.discord.person("di").dm("look", files=[PLAN, ("more.txt", b"more")])
        received, raw = await house.read(message, Room(id=message.channel, kind="direct"))
        house.discord.clock.forward(2 * 24 * 3600)
        before = len(house.discord.calls)
        await house.acting.heard(received, raw)
        assert [one.text for one in read(house)] == ["step 1\nstep 2", "more"]
        assert [call.method for call in house.discord.calls[before:]] == ["GET"]


async def test_what_discord_has_no_more_is_gone_and_the_message_is_not() -> None:
    # DC-26
    async with bench() as house:
        message = house.discord.person("di").dm("look", files=[PLAN])
        received, raw = await house.read(message, Room(id=message.channel, kind="direct"))
        house.discord.clock.forward(2 * 24 * 3600)
        house.discord.order(Fault("error", path="/channels/*/messages/*", status=404, code=10008))
        await house.acting.heard(received, raw)
        assert [one.text for one in read(house)] == [None]
        assert {one.why_not for one in read(house)} <= {"gone", "no_access"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"url": "http://169.254.169.254/latest/meta-data"}, "elsewhere"),
        ({"url": "https://cdn.discordapp.com.evil.test/attachments/1/2/x.txt"}, "elsewhere"),
        ({"url": "https://user:pass@cdn.discordapp.com/x.txt"}, "elsewhere"),
        ({"url": "http://cdn.discordapp.com/x.txt"}, "elsewhere"),
        # In one piece it would pass for a path of the machine this was written on.
        ({"url": "file:" + "///etc/passwd"}, "elsewhere"),
        ({"url": "/attachments/1/2/x.txt"}, "elsewhere"),
        ({"url": ""}, "not_fetched"),
        ({"url": "http://[broken"}, "not_fetched"),
        ({"content_type": "image/png"}, "not_text"),
        ({"content_type": "audio/ogg; codecs=opus"}, "not_text"),
        ({"size": MOST_BYTES + 1}, "too_big"),
    ],
)
async def test_what_is_not_read_says_why_and_is_not_asked_for(changes: dict[str, Any], why: str) -> None:
    # DC-26: hosts and sizes.
    async with bench() as house:
        (plan,) = await sent(house, PLAN, **changes)
        assert (plan.text, plan.why_not) == (None, why)


async def test_a_file_larger_than_it_says_is_not_read() -> None:
    async with bench() as house:
        (huge,) = await sent(house, ("huge.txt", b"x" * (MOST_BYTES + 1)), size=3)
        assert huge.why_not == "too_big"


async def test_no_more_files_are_read_than_we_take() -> None:
    async with bench() as house:
        message = house.discord.person("di").dm("look", files=[PLAN])
        received, raw = await house.read(message, Room(id=message.channel, kind="direct"))
        payload = json.loads(raw)
        payload["attachments"] *= MOST_FILES + 1
        await house.acting.heard(received, json.dumps(payload).encode())
        assert [one.why_not for one in read(house)] == [None] * MOST_FILES + ["too_many"]


async def test_nobody_follows_a_redirect_to_another_host() -> None:
    async with bench() as house:
        message = house.discord.person("di").dm("look", files=[PLAN])
        received, raw = await house.read(message, Room(id=message.channel, kind="direct"))
        told: list[str] = []
        async with redirecting("http://127.0.0.1:1/secret", told) as origin:
            payload = json.loads(raw)
            payload["attachments"][0]["url"] = f"{origin}/x.txt"
            acting = replace(house.acting, hosts=frozenset({origin}))
            await acting.heard(received, json.dumps(payload).encode())
        assert [one.why_not for one in read(house)] == ["elsewhere"]
        assert told
        assert not {"Authorization", "Cookie"} & set(told)


async def test_files_of_what_is_said_to_others_are_left_alone() -> None:
    async with bench() as house:
        house.discord.app.may_read_all = True
        di = house.discord.person("di")
        root = di.say(CHANNEL, "talk")
        thread = house.discord.core.begin_thread(root, "talk", di.id)
        said = di.say(thread, "look", files=[PLAN])
        room = Room(id=thread.id, kind="thread", guild=house.discord.guild.id, parent=root.channel)
        received, raw = await house.read(said, room)
        assert received.joins
        unread = await with_files(house.api, house.acting.hosts, house.desk, received, raw)
        assert [one.why_not for one in unread.message.attachments] == ["not_fetched"]
        house.desk.doing.append("awaiting_human")
        ours = await with_files(house.api, house.acting.hosts, house.desk, received, raw)
        assert [one.text for one in ours.message.attachments] == ["step 1\nstep 2"]
