"""Whatever the bytes or shapes, only Unreadable comes out, and what is read can be stored and explained. DC-13"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from adapters.discord import interaction, message, payload
from adapters.discord.meaning import Meaning, Room, Us
from adapters.discord.why import why
from adapters.discord.wire import GATEWAY, READ, SIGNATURE, room_of, unwrap
from adapters.errors import Unreadable
from adapters.heard import Received, Revised
from adapters.wire import Json
from tests.unit.adapters.discord.gone_wrong import WRONG, gone_wrong
from tests.unit.adapters.discord.payloads import (
    APP,
    BO,
    BOT,
    DM,
    NAMES,
    OPS,
    ROOMS,
    THREAD,
    TOKEN,
    US,
    given as fixture,
)

MANY = 500
_IDS = (APP, BOT, BO, OPS, THREAD, DM)
_KEYS = sorted(
    {"type", "id", "author", "bot", "content", "mentions", "attachments", "flags", "poll", "question", "text", "d", "t"}
    | {"poll_media", "message_snapshots", "message", "sticker_items", "referenced_message", "webhook_id", "guild_id"}
    | {"edited_timestamp", "member", "roles", "user", "data", "custom_id", "component_type", "values", "components"}
    | {"component", "value", "name", "options", "resolved", "users", "channel", "channel_id", "parent_id", "context"}
    | {"application_id", "token", "username", "filename", "size", "duration_secs", "message_reference", "answers"}
)
_TELLING = (*_IDS, "hp:deny:t:", "hp:choose.1:t:", "t0k3n", "2025-11-20T09:01:05+00:00", 1, 2, 3, 4, 5, 19, 8192)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(_TELLING)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6),
    max_leaves=30,
)
OBJECTS = st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=5), _VALUES, max_size=12)
ROOM = st.sampled_from([*ROOMS.values(), Room(id=THREAD, kind="thread"), Room(id=OPS, kind="channel")])
WHO = st.sampled_from([US, Us(application="", user="")])


def checked(read: Callable[[], Meaning]) -> Meaning | None:
    """What is read, if anything. The token is neither in it nor in what is said of it."""
    try:
        found = read()
    except Unreadable as error:
        told = str(error)
    else:
        return readable(found)
    assert TOKEN not in told.encode().decode()
    return None


def readable(found: Meaning) -> Meaning:
    """It, if it can be stored, read again from there, and explained."""
    stored = found.model_dump_json()
    assert type(found).model_validate_json(stored) == found
    assert TOKEN not in stored
    assert why(found)
    return found


def everything(data: Json, us: Us, room: Room) -> list[Meaning | None]:
    """Every reader given the same."""
    return [
        checked(lambda: message.read(data, us, room, READ)),
        checked(lambda: message.revised(data, us, room, GATEWAY)),
        checked(lambda: interaction.read(data, us, SIGNATURE)[0]),
        *(checked(lambda event=event: payload.spoken(event, data, us, room, GATEWAY)) for event in payload.SPOKEN),  # type: ignore[misc]
    ]


@settings(max_examples=80, deadline=None)
@given(OBJECTS, WHO, ROOM)
def test_any_object_is_read_or_unreadable(data: dict[str, Any], us: Us, room: Room) -> None:
    for found in everything(data, us, room):
        if isinstance(found, Received):
            assert found.message.text
            assert found.message.author.identity.removeprefix("discord:").isdigit()
        if isinstance(found, Revised):
            assert found.revises != found.id


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_a_payload_with_anything_anywhere_is_read_or_unreadable(name: str, draw: st.DataObject) -> None:
    data = fixture(name)
    data = data["d"] if "t" in data else data
    data |= draw.draw(st.dictionaries(st.sampled_from([*data, *_KEYS]), _VALUES, max_size=4))
    everything(data, US, draw.draw(ROOM))


def test_fixtures_gone_wrong_are_read_or_unreadable_and_both_happen() -> None:
    ends: Counter[str] = Counter()
    for _, data in gone_wrong(MANY, seed=5):
        inner = data["d"] if isinstance(data.get("d"), dict) else data
        for room in ROOMS.values():
            ends.update(type(found).__name__ for found in everything(inner, US, room))
    kinds = {"Received", "Revised", "Ignored", "Pressed", "Filled", "Opens", "Chose", "Changed", "Slash", "Ping"}
    assert set(ends) == kinds | {"NoneType"}
    assert min(ends.values()) > 5


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: repr(wrong)[:20].encode("ascii", "replace").decode())
def test_any_one_thing_in_place_of_a_field_breaks_nothing(wrong: object) -> None:
    for name in NAMES:
        data = fixture(name)
        data = data["d"] if "t" in data else data
        for key in data:
            everything(data | {key: wrong}, US, ROOMS[OPS])


@given(st.dictionaries(st.sampled_from(["id", "type", "guild_id", "parent_id"]), _SCALARS), st.sampled_from(["", "1"]))
def test_any_channel_is_a_room_or_unreadable(data: dict[str, Any], guild: str) -> None:
    try:
        found = room_of(data, guild)
    except Unreadable:
        return
    assert found.id.isdigit()
    assert (found.kind == "direct") == (found.guild == "")
    assert found.kind == "thread" or not found.parent


@given(st.binary(max_size=200) | st.recursive(_SCALARS, st.lists).map(lambda found: json.dumps(found).encode()))
def test_any_bytes_are_an_object_or_unreadable(body: bytes) -> None:
    try:
        found: object = json.loads(body.decode())
    except ValueError:
        found = None
    if isinstance(found, dict):
        assert repr(unwrap(body)) == repr(found)
    else:
        with pytest.raises(Unreadable):
            unwrap(body)


@pytest.mark.parametrize("depth", [10, 100_000])
def test_depth_breaks_nothing(depth: int) -> None:
    body = b'{"type":2,"data":' + b"[" * depth + b"]" * depth + b"}"
    if depth == 10:
        assert checked(lambda: interaction.read(unwrap(body), US, SIGNATURE)[0])
    else:
        with pytest.raises(Unreadable):
            unwrap(body)
