"""Messages of Discord: who is heard, where it belongs, if it is for us, and what an edit is. DC-07, DC-08, DC-16"""

from __future__ import annotations

from typing import Any

import pytest

from adapters.discord import message, payload
from adapters.discord.meaning import File, Room
from adapters.discord.wire import GATEWAY, room_of
from adapters.errors import Unreadable
from adapters.heard import Ignored, Received, Revised
from agent_core.values import Attachment
from tests.unit.adapters.discord.payloads import APP, BO, BOT, DM, EVE, GUILD, MID, OPS, OURS, ROOMS, THREAD, US, said
from tests.unit.adapters.discord.readings import kind


def heard(data: dict[str, Any], room: Room | None = None) -> Received:
    found = message.read(data, US, room or ROOMS[data["channel_id"]], GATEWAY)
    assert isinstance(found, Received)
    return found


def ignored(data: dict[str, Any]) -> str:
    return kind(message.read(data, US, ROOMS[data["channel_id"]], GATEWAY))


# --- DC-07: who is not answered


@pytest.mark.parametrize("mark", [{"author": {"id": BOT}}, {"webhook_id": APP}])
def test_any_one_sign_of_ourselves_is_enough_to_stop_a_loop(mark: dict[str, Any]) -> None:
    assert ignored(said("message_dm") | mark) == "own"


@pytest.mark.parametrize("mark", [{"bot": True}, {"system": True}])
def test_a_bot_is_nobody_even_where_it_mentions_us(mark: dict[str, Any]) -> None:
    data = said("message_mention")
    data["author"] |= mark
    assert ignored(data) == "bot"


@pytest.mark.parametrize("odd", [None, True, False, "0", 1, 3, 12, 20, 23, 24, 46, 10**40])
def test_every_type_but_words_and_replies_is_discord_speaking(odd: object) -> None:
    assert ignored(said("message_dm") | {"type": odd}) == "system"


def test_a_webhooks_id_is_that_of_nobody_we_know() -> None:
    data = said("message_dm") | {"webhook_id": "1700000000000000001"}
    assert ignored(data) == "webhook"


# --- DC-08: whether it is for us, and where it belongs


def test_a_mention_is_what_discord_says_is_one() -> None:
    data = said("message_mention")
    assert ignored(data | {"mentions": []}) == "unaddressed"
    assert ignored(data | {"mentions": [{"id": APP}]}) == "unaddressed"
    assert heard(data | {"content": "deploy 1.4.2"}).message.text == "deploy 1.4.2"


def test_a_reply_to_us_is_for_us_without_a_mention_and_anything_else_that_refers_to_us_is_not() -> None:
    data = said("message_reply_to_us")
    assert heard(data).under == OURS
    assert ignored(data | {"type": 0}) == "unaddressed"
    assert ignored(data | {"referenced_message": None}) == "unaddressed"
    data["referenced_message"]["author"]["id"] = EVE
    assert ignored(data) == "unaddressed"


def test_who_we_are_must_be_known_to_be_mentioned() -> None:
    nobody = US.model_copy(update={"user": ""})
    odds: tuple[dict[str, Any], ...] = ({"mentions": [{}]}, {"type": 19, "referenced_message": {"author": {}}})
    for odd in odds:
        found = message.read(said("message_plain") | odd, nobody, ROOMS[OPS], GATEWAY)
        assert kind(found) == "unaddressed"


def test_a_forum_post_is_a_thread_like_another() -> None:
    room = Room(id=MID, kind="thread", guild=GUILD, parent="1300000000000000800")
    found = heard(said("message_thread") | {"channel_id": MID}, room)
    assert (found.conversation, found.address.ref) == (MID, f"{GUILD}/1300000000000000800/{MID}")


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ({"id": OPS, "type": 0, "parent_id": "9"}, ROOMS[OPS]),
        ({"id": OPS, "type": 5}, ROOMS[OPS]),
        ({"id": OPS, "type": 2}, ROOMS[OPS]),  # The chat of a voice channel.
        ({"id": OPS, "type": 99}, ROOMS[OPS]),
        ({"id": OPS}, ROOMS[OPS]),
        *(({"id": THREAD, "type": kind, "parent_id": OPS}, ROOMS[THREAD]) for kind in (10, 11, 12)),
        ({"id": DM, "type": 1}, ROOMS[DM]),
    ],
)
def test_what_a_room_is_tells_its_channel(described: dict[str, Any], expected: Room) -> None:
    assert room_of(described, GUILD) == expected
    assert room_of(described | {"guild_id": GUILD}) == expected


def test_without_a_server_it_is_a_direct_message() -> None:
    assert room_of({"id": DM}) == ROOMS[DM]
    assert room_of({"id": DM, "type": 3}) == ROOMS[DM]


@pytest.mark.parametrize("room", [Room(id=THREAD, kind="thread", guild=GUILD), Room(id=OPS, kind="channel")])
def test_a_place_of_which_half_is_unknown_is_no_place(room: Room) -> None:
    data = said("message_mention")
    del data["guild_id"]
    with pytest.raises(Unreadable):
        message.read(data, US, room, GATEWAY)


# --- DC-16: who it is, and what they hold


def test_roles_are_those_of_the_server_it_was_said_in() -> None:
    found = heard(said("message_mention") | {"guild_id": "7"}).message.author
    assert found.roles == ("discord:7/1600000000000000001", "discord:7/1600000000000000002")


def test_there_are_no_roles_in_direct_messages_whatever_is_claimed() -> None:
    data = said("message_dm") | {"member": {"roles": ["1"]}, "guild_id": GUILD}
    assert heard(data).message.author.roles == ()


def test_what_others_hold_is_not_held_by_who_mentions_them() -> None:
    data = said("message_mention")
    data["mentions"][0]["member"] = {"roles": ["77"]}
    del data["member"]
    assert heard(data).message.author.roles == ()


def test_a_display_name_is_no_identity() -> None:
    data = said("message_dm")
    data["author"] |= {"global_name": "Bo", "username": "bo.b"}
    assert heard(data).message.author.identity != f"discord:{BO}"


# --- edits and deletions


def revision(data: dict[str, Any]) -> Revised:
    found = message.revised(data, US, ROOMS[data["channel_id"]], GATEWAY)
    assert isinstance(found, Revised)
    return found


def test_an_edit_is_of_the_message_and_in_the_conversation_that_were_heard() -> None:
    first, then = heard(said("message_mention")), revision(said("message_updated"))
    assert (then.revises, then.conversation, then.author) == (
        first.message.id,
        first.conversation,
        first.message.author,
    )


def test_each_edit_counts_once_and_the_next_one_too() -> None:
    data = said("message_updated")
    later = data | {"edited_timestamp": "2025-11-20T09:03:00.000000+00:00"}
    assert revision(data).id == revision(data | {"embeds": [{}]}).id != revision(later).id


@pytest.mark.parametrize("odd", ["yesterday", "../../x", "2025-11-20T09:01:05\n", "9" * 41])
def test_an_edit_at_no_time_is_unreadable(odd: str) -> None:
    with pytest.raises(Unreadable):
        message.revised(said("message_updated") | {"edited_timestamp": odd}, US, ROOMS[OPS], GATEWAY)


def test_an_edit_that_leaves_nothing_takes_back() -> None:
    assert revision(said("message_updated_dm") | {"content": "  "}).text == ""


def test_a_deletion_takes_nothing_back_as_nobody_knows_whose_it_was() -> None:
    for event in (payload.DELETED, payload.DELETED_MANY):
        assert isinstance(payload.spoken(event, {"id": MID}, US, ROOMS[DM], GATEWAY), Ignored)


# --- ids and files


@pytest.mark.parametrize("odd", ["0x1", "1" * 21, "-1", "1\n", "\u0663", " 1", "1/2", "@me", "../1"])
@pytest.mark.parametrize("path", [("id",), ("author", "id"), ("guild_id",), ("webhook_id",), ("member", "roles")])
def test_what_is_no_snowflake_is_unreadable_wherever_it_stands(path: tuple[str, ...], odd: str) -> None:
    data = said("message_mention")
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = [odd] if path[-1] == "roles" else odd
    with pytest.raises(Unreadable):
        message.read(data, US, ROOMS[OPS], GATEWAY)


@pytest.mark.parametrize("odd", [None, "", 7, [], {}])
@pytest.mark.parametrize("key", ["id", "author"])
def test_what_nobody_said_or_has_no_id_is_unreadable(key: str, odd: object) -> None:
    with pytest.raises(Unreadable):
        message.read(said("message_dm") | {key: odd}, US, ROOMS[DM], GATEWAY)


def test_a_file_keeps_the_address_it_is_fetched_from() -> None:
    plan, screen = message.files(said("message_files"))
    assert (plan.id, plan.size, plan.media_type) == ("1441000000000000101", 312, "text/plain; charset=utf-8")
    assert plan.url.startswith(f"https://cdn.discordapp.com/attachments/{OPS}/{plan.id}/plan.txt?ex=")
    assert message.unread(screen, "not_text") == Attachment(
        name="screen.png", media_type="image/png", size=48213, why_not="not_text"
    )


def test_a_file_without_anything_is_still_one() -> None:
    assert message.files({"attachments": [{}]}) == (File(id=""),)
    assert message.unread(File(id="")) == Attachment(name="unnamed", why_not="not_fetched")
