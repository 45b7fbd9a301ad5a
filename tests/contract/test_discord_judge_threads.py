"""The judge on threads: how they begin, end and go on means the same to our local Discord and to somebody else's."""

from __future__ import annotations

from typing import Any

from tests.contract.discord_far_ends import FarEnd
from tests.contract.discord_raw import Bot, bot_there, far_discord, general_channel  # noqa: F401 (fixtures)

MESSAGES = "/channels/{channel_id}/messages"
THREADS = "/channels/{channel_id}/messages/{message_id}/threads"
CHANNEL = "/channels/{channel_id}"
NAME = {"name": "Deploy 1.4.2", "auto_archive_duration": 1440}

Json = dict[str, Any]


async def test_a_thread_has_the_id_of_its_message(far: FarEnd, bot: Bot, general: str) -> None:  # DC-08
    asked = await far.say(far.person("di"), general, "deploy 1.4.2")
    thread = await bot.call("POST", THREADS, channel_id=general, message_id=asked, json=NAME)
    told = await bot.hears("THREAD_CREATE")
    read = await bot.call("GET", CHANNEL, channel_id=asked)

    assert thread["id"] == told["id"] == read["id"] == asked
    assert (told["type"], told["parent_id"], told["guild_id"], told["name"]) == (11, general, far.guild, NAME["name"])
    assert (told["newly_created"], told["owner_id"]) == (True, far.bot)
    assert {told["thread_metadata"]["archived"], told["thread_metadata"]["locked"]} == {False}


async def test_what_is_said_in_a_thread_is_in_the_thread(far: FarEnd, bot: Bot, general: str) -> None:  # DC-08
    di = far.person("di")
    asked = await far.say(di, general, "deploy 1.4.2")
    await bot.call("POST", THREADS, channel_id=general, message_id=asked, json=NAME)
    ours = await bot.call("POST", MESSAGES, channel_id=asked, json={"content": "Deploy?"})
    theirs = await far.say(di, asked, "yes")
    heard = await bot.hears_message(theirs)
    read = await bot.call("GET", MESSAGES, channel_id=asked)
    outside = await bot.call("GET", MESSAGES, channel_id=general)

    assert (heard["channel_id"], heard["guild_id"], heard["content"]) == (asked, far.guild, "yes")
    assert [one["id"] for one in read][:2] == [theirs, ours["id"]]
    assert {ours["id"], theirs} & {one["id"] for one in outside} == set()


async def test_a_message_has_one_thread(far: FarEnd, bot: Bot, general: str) -> None:  # DC-09
    asked = await far.say(far.person("di"), general, "deploy 1.4.2")
    call: Json = {"channel_id": general, "message_id": asked, "json": NAME}
    await bot.call("POST", THREADS, **call)

    if far.differs("begins a thread twice"):
        assert (await bot.call("POST", THREADS, **call))["id"] == asked
    else:
        assert await bot.refused("POST", THREADS, **call) == (400, 160004)


async def test_a_thread_begins_at_what_is_there_and_where_we_may(far: FarEnd, bot: Bot, general: str) -> None:
    forbidden = far.forbidden()
    there = await far.say(far.person("di"), forbidden, "deploy 1.4.2")

    assert await bot.refused("POST", THREADS, channel_id=general, message_id="1", json=NAME) == (404, 10008)
    assert await bot.refused("POST", THREADS, channel_id=forbidden, message_id=there, json=NAME) == (403, 50013)
    assert await bot.refused("POST", MESSAGES, channel_id=there, json={"content": "Deploy?"}) == (404, 10003)


async def test_what_is_said_opens_an_archived_thread(far: FarEnd, bot: Bot, general: str) -> None:  # DC-09
    thread = await _archived(far, bot, general)
    sent = await bot.call("POST", MESSAGES, channel_id=thread, json={"content": "Deploy?"})
    read = await bot.call("GET", CHANNEL, channel_id=thread)

    assert sent["channel_id"] == thread
    assert read["thread_metadata"]["archived"] == far.differs("leaves a thread archived")


async def test_a_thread_is_archived_and_opened_again(far: FarEnd, bot: Bot, general: str) -> None:  # DC-09
    thread = await _archived(far, bot, general)
    archived = await bot.hears("THREAD_UPDATE")
    opened = await bot.call("PATCH", CHANNEL, channel_id=thread, json={"archived": False})
    told = await bot.hears("THREAD_UPDATE")

    assert [one["thread_metadata"]["archived"] for one in (archived, opened, told)] == [True, False, False]
    assert archived["id"] == opened["id"] == told["id"] == thread


async def test_nothing_is_said_in_a_locked_thread(far: FarEnd, bot: Bot, general: str) -> None:  # DC-09
    thread = await _archived(far, bot, general)
    far.lock(thread)
    call: Json = {"channel_id": thread, "json": {"content": "Deploy?"}}

    if far.differs("says things in locked threads"):
        assert (await bot.call("POST", MESSAGES, **call))["channel_id"] == thread
    else:
        status, code = await bot.refused("POST", MESSAGES, **call)
        assert (status, code) in {(400, 160005), (400, 50083)}


async def _archived(far: FarEnd, bot: Bot, channel: str) -> str:
    asked = await far.say(far.person("di"), channel, "deploy 1.4.2")
    await bot.call("POST", THREADS, channel_id=channel, message_id=asked, json=NAME)
    await bot.call("PATCH", CHANNEL, channel_id=asked, json={"archived": True})
    return asked
