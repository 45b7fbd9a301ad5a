"""Presses, forms and commands: what they mean, how they are answered, and which are none of ours. DC-13, DC-16"""

from __future__ import annotations

from typing import Any

import pytest

from adapters.discord import interaction
from adapters.discord.meaning import Acted, Changed, Chose, Interaction, Opens, Ping, Slash
from adapters.discord.wire import SIGNATURE
from adapters.errors import Unreadable
from adapters.heard import Filled, Ignored, Pressed
from tests.unit.adapters.discord.payloads import (
    ANA,
    APP,
    BO,
    DIGEST,
    DM,
    GUILD,
    IID,
    MID,
    NAMES,
    OPS,
    OURS,
    ROLES,
    ROOMS,
    THREAD,
    TICKET,
    TOKEN,
    US,
    given,
)
from tests.unit.adapters.discord.readings import kind

ALL = [name for name in NAMES if not name.startswith(("message", "rest", "reaction", "frame"))]
BASE64 = "Dx4tPEtaaXiHlqW0w9Lh8A8eLTxLWml4h5altMPS4fA"


def acted(payload: dict[str, Any]) -> Acted:
    return interaction.read(payload, US, SIGNATURE)[0]


def answered(payload: dict[str, Any]) -> Interaction:
    found = interaction.read(payload, US, SIGNATURE)[1]
    assert found is not None
    return found


def pressed(custom_id: object, **data: object) -> Acted:
    payload = given("press_approve")
    payload["data"] |= {"custom_id": custom_id} | data
    return acted(payload)


# --- how it is answered

ROOM_OF = {
    "press_approve": (OPS, BO, OURS),
    "press_approve_dm": (DM, BO, OURS),
    "press_approve_thread": (THREAD, BO, OURS),
    "modal_deny": (OPS, BO, OURS),
    "slash_ask": (OPS, ANA, ""),
    "slash_ask_dm": (DM, ANA, ""),
    "slash_ask_thread": (THREAD, ANA, ""),
}


@pytest.mark.parametrize(("name", "expected"), ROOM_OF.items(), ids=ROOM_OF)
def test_where_it_happened_and_by_what_it_is_answered(name: str, expected: tuple[str, str, str]) -> None:
    found, (room, user, message) = answered(given(name)), expected
    assert (found.id, found.application, found.token.get_secret_value()) == (IID, APP, TOKEN)
    assert (found.room, found.user, found.message) == (ROOMS[room], user, message)


@pytest.mark.parametrize("name", ALL)
def test_only_a_ping_and_what_is_anothers_needs_no_answer(name: str) -> None:
    meaning, found = interaction.read(given(name), US, SIGNATURE)
    assert (found is None) == (isinstance(meaning, Ping) or kind(meaning) == "other-app")


@pytest.mark.parametrize("name", ALL)
def test_the_token_is_nowhere_in_the_clear(name: str) -> None:
    meaning, found = interaction.read(given(name), US, SIGNATURE)
    shown = f"{meaning!r} {meaning.model_dump_json()} {found!r} {found and found.model_dump_json()}"
    assert TOKEN not in shown


def test_a_channel_without_a_description_is_known_by_its_id() -> None:
    payload = given("press_approve")
    del payload["channel"]
    assert answered(payload).room == ROOMS[OPS]
    del payload["guild_id"]
    assert answered(payload).room == ROOMS[OPS]
    payload = given("press_approve_dm")
    del payload["channel"]
    assert answered(payload).room == ROOMS[DM]


# --- who did it, and whose it is


@pytest.mark.parametrize("app", [None, "", "1100000000000000777", 1100000000000000001])
def test_what_is_not_for_our_application_is_not_ours_a_ping_neither(app: object) -> None:
    for name in ("press_approve", "ping", "slash_ask"):
        assert kind(acted(given(name) | {"application_id": app})) == "other-app"


def test_roles_count_in_the_server_they_are_held_in_and_nowhere_else() -> None:
    found = acted(given("press_approve"))
    assert isinstance(found, Pressed)
    assert found.author.roles == ROLES
    direct = given("press_approve_dm")
    direct["member"] = given("press_approve")["member"]
    found = acted(direct)
    assert isinstance(found, Pressed)
    assert (found.author.roles, found.seal) == ((), f"discord:@me/{BO}")


def test_a_press_belongs_to_the_server_or_the_person_it_was_shown_to() -> None:
    elsewhere = acted(given("press_approve") | {"guild_id": "7"})
    assert isinstance(elsewhere, Pressed)
    assert elsewhere.seal == "discord:7" != f"discord:{GUILD}"


@pytest.mark.parametrize("user", [None, {}, {"id": ""}, {"id": "1/../2"}, {"id": [BO]}, {"id": "1\n"}])
def test_nobody_presses_nothing(user: object) -> None:
    payload = given("press_approve")
    payload["member"]["user"] = user
    with pytest.raises(Unreadable):
        acted(payload)


@pytest.mark.parametrize("token", [None, "", 7, "a b", "a/b", "x" * 1001, "tok\nen", "\ud800"])
def test_a_token_that_is_none_is_said_to_be_and_not_shown(token: object) -> None:
    with pytest.raises(Unreadable) as told:
        acted(given("press_approve") | {"token": token})
    assert str(told.value) == "the interaction's token is missing or is none"


@pytest.mark.parametrize("key", ["id", "channel_id", "guild_id"])
@pytest.mark.parametrize("odd", ["x", "../1", "1" * 21, "1\n", "\u0663"])
def test_what_is_no_snowflake_is_unreadable(key: str, odd: str) -> None:
    with pytest.raises(Unreadable):
        acted(given("press_approve") | {key: odd})


# --- DC-13: what a button carries


NO_TICKETS = (
    f"hp:approve:{TICKET}",
    f"hp:approved:{TICKET}:",
    f"hp:approve:{TICKET}:{BASE64}:",
    f"hp:approve:{TICKET}:{BASE64}\n",
    f"hp:approve:{TICKET}:{BASE64}AA",
    f"hp:approve.x:{TICKET}:",
    f"hp:approve::{BASE64}",
    f"hp:approve:{'t' * 61}:",
    f"hp:approve:{TICKET}:A",
    f"hp:choose.100:{TICKET}:",
    "hp:",
    "hp:" + "x" * 200,
)


@pytest.mark.parametrize("custom_id", NO_TICKETS)
def test_a_button_named_like_ours_without_a_proper_ticket_decides_nothing(custom_id: str) -> None:
    assert kind(pressed(custom_id)) == "no-ticket"


@pytest.mark.parametrize("custom_id", [None, "", 7, "approve", f"xhp:approve:{TICKET}:", f" hp:approve:{TICKET}:"])
def test_a_button_that_is_not_ours_decides_nothing(custom_id: object) -> None:
    assert kind(pressed(custom_id)) == "unknown-button"


@pytest.mark.parametrize("word", ["approve", "deny", "edit", "answer", "undo"])
def test_what_is_a_button_is_pressed_and_not_chosen_from(word: str) -> None:
    assert kind(pressed(f"hp:{word}:{TICKET}:", component_type=3, values=["0"])) == "unknown-button"
    assert kind(pressed(f"hp:{word}.0:{TICKET}:")) == "unknown-button"
    assert kind(pressed(f"hp:{word}:{TICKET}:", component_type=None)) == "unknown-button"
    assert isinstance(pressed(f"hp:{word}:{TICKET}:"), Pressed | Opens)


def test_a_choice_is_a_button_of_its_own_or_a_select_never_both() -> None:
    assert kind(pressed(f"hp:choose:{TICKET}:")) == "unknown-button"
    assert kind(pressed(f"hp:choose.1:{TICKET}:", component_type=3, values=["2"])) == "unknown-button"


@pytest.mark.parametrize("values", [None, [], "0", [0], ["x"], ["-1"], ["100"], ["0", ""], ["1\n"], ["\u0663"], [None]])
def test_what_is_no_number_of_an_option_is_no_choice(values: object) -> None:
    assert kind(pressed(f"hp:choose:{TICKET}:", component_type=3, values=values)) == "unknown-choice"


def test_an_option_counts_once() -> None:
    found = pressed(f"hp:choose:{TICKET}:", component_type=3, values=["1", "0", "1"])
    assert isinstance(found, Chose)
    assert found.indexes == (1, 0)


def test_what_opens_a_form_carries_on_what_it_carried() -> None:
    found = pressed(f"hp:edit:{TICKET}:{BASE64}")
    assert isinstance(found, Opens)
    assert (found.carried, found.ticket, found.digest) == (f"hp:edit:{TICKET}:{BASE64}", TICKET, DIGEST)


# --- forms


def sent(name: str, components: object) -> Acted:
    payload = given(name)
    payload["data"]["components"] = components
    return acted(payload)


def test_labels_and_rows_are_read_in_their_order_whatever_lies_between() -> None:
    first = {"type": 1, "components": [{"type": 4, "custom_id": "a", "value": "1"}, None, 7]}
    second = {"type": 18, "component": {"type": 4, "custom_id": "b", "value": "2"}}
    found = sent("modal_edit", [first, None, {"type": 10, "content": "x"}, second, {"type": 18, "component": []}])
    assert isinstance(found, Changed)
    assert found.values == (("a", "1"), ("b", "2"))


def test_text_is_kept_to_the_last_character_and_without_a_name_it_is_nothing() -> None:
    long = " x" * 2000 + " "
    unnamed = {"type": 18, "component": {"type": 4, "value": "?"}}
    found = sent("modal_answer", [unnamed, {"type": 18, "component": {"type": 4, "custom_id": "a", "value": long}}])
    assert isinstance(found, Filled)
    assert found.values == (("a", long),)


@pytest.mark.parametrize("components", [None, {}, "x", [], [[]], [{"components": "x"}]])
def test_a_form_of_nothing_says_nothing(components: object) -> None:
    found = sent("modal_deny", components)
    assert isinstance(found, Pressed)
    assert found.reason == ""


@pytest.mark.parametrize("word", ["approve", "choose", "undo", "deny.1"])
def test_only_what_opens_as_a_form_is_sent_off_as_one(word: str) -> None:
    payload = given("modal_deny")
    payload["data"]["custom_id"] = f"hp:{word}:{TICKET}:"
    assert kind(acted(payload)) == "unknown-modal"


# --- commands


def test_a_command_without_words_asks_nothing() -> None:
    odds: tuple[object, ...] = (None, [], [{"name": "what"}], [{"name": "what", "value": 7}], [{"value": "x"}], "x")
    for options in odds:
        payload = given("slash_ask")
        payload["data"]["options"] = options
        found = acted(payload)
        assert isinstance(found, Slash)
        assert found.text == ""


def test_names_of_a_command_are_only_those_discord_resolved() -> None:
    payload = given("slash_ask")
    payload["data"]["resolved"]["users"] = {BO: {"username": "bo\n\u202e"}, ANA: 7}
    payload["data"]["options"][0]["value"] = f"<@{BO}> <@{ANA}> <@{MID}>"
    found = acted(payload)
    assert isinstance(found, Slash)
    assert found.text == f"@bo\\n\\u{{202E}} @unnamed @{MID}"


def test_where_nobody_can_write_nothing_is_done() -> None:
    for odd in ({"context": 2}, {"channel": {"id": DM, "type": 3}}):
        meaning = acted(given("press_approve_dm") | odd)
        assert isinstance(meaning, Ignored)
        assert meaning.kind == "private-channel"


def test_every_kind_there_may_be_one_day_is_named() -> None:
    for odd in (None, "3", 0, 6, True, 10**30):
        assert kind(acted(given("press_approve") | {"type": odd})) == "unknown"
