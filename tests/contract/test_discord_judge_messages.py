"""The judge on messages: what may be sent, edited and read is the same to our local Discord and to somebody else's."""

from __future__ import annotations

from typing import Any

from tests.contract.discord_far_ends import FarEnd
from tests.contract.discord_raw import Bot, bot_there, connected, far_discord, general_channel  # noqa: F401 (fixtures)

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = f"{MESSAGES}/{{message_id}}"
BAD_FORM = (400, 50035)
NOBODY = {"parse": [], "replied_user": False}

Json = dict[str, Any]


async def test_what_is_sent_is_heard_and_read_again(bot: Bot, general: str) -> None:
    sent = await bot.call("POST", MESSAGES, channel_id=general, json={"content": "hello"})
    heard = await bot.hears("MESSAGE_CREATE")
    read = await bot.call("GET", MESSAGE, channel_id=general, message_id=sent["id"])

    assert heard["id"] == read["id"] == sent["id"]
    assert {heard["content"], read["content"], sent["content"]} == {"hello"}
    assert heard["author"]["id"] == bot.far.bot


async def test_a_nonce_is_sent_once(far: FarEnd, bot: Bot, general: str) -> None:  # DC-22
    said = {"content": "Deploy?", "nonce": "e1-0", "enforce_nonce": True}
    first = await bot.call("POST", MESSAGES, channel_id=general, json=said)
    again = await bot.call("POST", MESSAGES, channel_id=general, json=said)
    other = await bot.call("POST", MESSAGES, channel_id=general, json=said | {"nonce": "e1-1"})

    assert (again["id"] != first["id"]) == far.differs("forgets the nonce")
    assert (first["nonce"] is None) == far.differs("forgets the nonce")
    assert other["id"] not in (first["id"], again["id"])


async def test_a_nonce_that_is_not_enforced_is_only_carried(bot: Bot, general: str) -> None:
    said = {"content": "Deploy?", "nonce": "e1-0"}
    first, again = [await bot.call("POST", MESSAGES, channel_id=general, json=said) for _ in range(2)]

    assert first["id"] != again["id"]


async def test_nobody_is_pinged_who_is_not_allowed(far: FarEnd, bot: Bot, general: str) -> None:  # DC-21
    di, bo = far.person("di"), far.person("bo")
    text = f"<@{di}> <@{bo}> @everyone"
    quiet, one, loud = [
        await bot.call("POST", MESSAGES, channel_id=general, json={"content": text, "allowed_mentions": allowed})
        for allowed in (NOBODY, NOBODY | {"users": [di]}, {"parse": ["users"]})
    ]

    assert [far.pinged(general, made["id"]) for made in (quiet, one, loud)] == [set(), {di}, {di, bo}]
    assert [made["mention_everyone"] for made in (quiet, one, loud)] == [False] * 3


async def test_only_what_is_ours_is_edited(far: FarEnd, bot: Bot, general: str) -> None:
    theirs = await far.say(far.person("di"), general, "hello")
    ours = await bot.call("POST", MESSAGES, channel_id=general, json={"content": "hello"})
    edited = await bot.call("PATCH", MESSAGE, channel_id=general, message_id=ours["id"], json={"content": "bye"})
    told = await bot.hears("MESSAGE_UPDATE")

    assert (edited["id"], edited["content"], edited["timestamp"]) == (ours["id"], "bye", ours["timestamp"])
    assert edited["edited_timestamp"]
    assert (told["id"], told["content"], told["edited_timestamp"]) == (ours["id"], "bye", edited["edited_timestamp"])
    call: Json = {"channel_id": general, "message_id": theirs, "json": {"content": "bye"}}
    assert await bot.refused("PATCH", MESSAGE, **call) == (403, 50005)


async def test_an_edit_takes_the_buttons_away_and_leaves_the_rest(bot: Bot, general: str) -> None:  # DC-17
    button = {"type": 2, "style": 4, "label": "Deny", "custom_id": "deny"}
    card: Json = {"embeds": [{"title": "Deploy?"}], "components": [{"type": 1, "components": [button]}]}
    sent = await bot.call("POST", MESSAGES, channel_id=general, json=card)
    edited = await bot.call("PATCH", MESSAGE, channel_id=general, message_id=sent["id"], json={"components": []})

    assert sent["components"][0]["components"][0]["custom_id"] == "deny"
    assert (edited["components"], edited["embeds"][0]["title"]) == ([], "Deploy?")


async def test_what_is_not_there_is_said_so(bot: Bot, general: str) -> None:
    calls: list[tuple[str, str, Json]] = [
        ("POST", MESSAGES, {"channel_id": "1", "json": {"content": "hello"}}),
        ("GET", MESSAGES, {"channel_id": "1"}),
        ("GET", "/channels/{channel_id}", {"channel_id": "1"}),
        ("GET", MESSAGE, {"channel_id": general, "message_id": "1"}),
        ("PATCH", MESSAGE, {"channel_id": general, "message_id": "1", "json": {"content": "hello"}}),
    ]
    answers = [await bot.refused(method, path, **call) for method, path, call in calls]

    assert answers == [(404, 10003)] * 3 + [(404, 10008)] * 2


async def test_where_the_bot_may_not_write_it_is_said_so(far: FarEnd, bot: Bot) -> None:
    forbidden = far.forbidden()

    assert await bot.refused("POST", MESSAGES, channel_id=forbidden, json={"content": "hello"}) == (403, 50013)
    assert await bot.call("GET", MESSAGES, channel_id=forbidden) == []


async def test_a_reply_says_what_it_answers(far: FarEnd, bot: Bot, general: str) -> None:
    di = far.person("di")
    asked = await bot.call("POST", MESSAGES, channel_id=general, json={"content": "Deploy?"})
    await bot.hears("MESSAGE_CREATE")
    await far.say(di, general, "yes", reply_to=asked["id"])
    heard = await bot.hears("MESSAGE_CREATE")

    assert (heard["type"], heard["message_reference"]["message_id"]) == (19, asked["id"])
    assert heard["message_reference"]["channel_id"] == general
    assert heard["referenced_message"]["author"]["id"] == far.bot


async def test_a_reply_to_what_is_not_there_is_refused_unless_it_need_not_be(
    far: FarEnd, bot: Bot, general: str
) -> None:
    lost: Json = {"content": "hello", "message_reference": {"message_id": "1"}}
    forgiving: Json = {"content": "hello", "message_reference": {"message_id": "1", "fail_if_not_exists": False}}

    assert (await bot.call("POST", MESSAGES, channel_id=general, json=forgiving))["content"] == "hello"
    if far.differs("answers what is not there"):
        assert (await bot.call("POST", MESSAGES, channel_id=general, json=lost))["content"] == "hello"
    else:
        assert await bot.refused("POST", MESSAGES, channel_id=general, json=lost) == BAD_FORM


async def test_history_is_read_newest_first(far: FarEnd, bot: Bot, general: str) -> None:  # DC-04
    ids = await _five(far, general)

    assert await _read(bot, general) == ids[::-1]
    assert await _read(bot, general, limit=2) == ids[:2:-1]
    assert await _read(bot, general, before=ids[3], limit=2) == [ids[2], ids[1]]
    assert await _read(bot, general, after=ids[2]) == [ids[4], ids[3]]


async def test_history_is_read_on_from_a_message(far: FarEnd, bot: Bot, general: str) -> None:  # DC-04
    """discord.py reads on by it: `history(after=...)` asks for what follows the newest of the page before."""
    ids = await _five(far, general)
    first = await _read(bot, general, after=ids[0], limit=2)

    assert first == ([ids[4], ids[3]] if far.differs("reads on from the end") else [ids[2], ids[1]])


async def test_direct_messages_are_one_channel(far: FarEnd, bot: Bot) -> None:
    di = far.person("di")
    opened, again = [await bot.call("POST", "/users/@me/channels", json={"recipient_id": di}) for _ in range(2)]
    await bot.call("POST", MESSAGES, channel_id=opened["id"], json={"content": "hello"})
    sent = await bot.hears("MESSAGE_CREATE")
    await far.say(di, far.direct(di), "hello yourself")
    heard = await bot.hears("MESSAGE_CREATE")

    assert opened["id"] == again["id"] == far.direct(di) == sent["channel_id"] == heard["channel_id"]
    assert (opened["type"], [one["id"] for one in opened["recipients"]]) == (1, [di])
    assert {"guild_id", "member"} & (sent.keys() | heard.keys()) == set()


async def test_who_refuses_direct_messages_gets_none(far: FarEnd, bot: Bot) -> None:  # DC-25
    di = far.person("di")
    far.refuse_direct(di)
    call: Json = {"channel_id": far.direct(di), "json": {"content": "hello"}}

    if far.differs("everybody takes direct messages"):
        assert (await bot.call("POST", MESSAGES, **call))["content"] == "hello"
    else:
        assert await bot.refused("POST", MESSAGES, **call) == (403, 50007)


async def test_who_may_not_read_all_reads_what_is_meant_for_them(far: FarEnd, general: str) -> None:  # DC-01
    di = far.person("di")
    async with connected(far, reads_all=False) as bot:
        ours = await bot.call("POST", MESSAGES, channel_id=general, json={"content": "ours"})
        said = [
            await far.say(di, general, "to nobody"),
            await far.say(di, general, f"<@{far.bot}> to us"),
            await far.say(di, general, "an answer", reply_to=ours["id"]),
            await far.say(di, far.direct(di), "between us"),
        ]
        heard = [(await bot.hears_message(one))["content"] for one in (ours["id"], *said)]

    assert heard == ["ours", "", f"<@{far.bot}> to us", "an answer", "between us"]


async def _five(far: FarEnd, channel: str) -> list[str]:
    di = far.person("di")
    return [await far.say(di, channel, f"line {number}") for number in range(5)]


async def _read(bot: Bot, channel: str, **query: str | int) -> list[str]:
    return [one["id"] for one in await bot.call("GET", MESSAGES, channel_id=channel, params=query)]
