"""The judge on limits: what is just short enough, and what is too much, at our local Discord and somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.discord_far_ends import FarEnd
from tests.contract.discord_raw import Bot, bot_there, far_discord  # noqa: F401 (fixtures)

MESSAGES = "/channels/{channel_id}/messages"
BAD_FORM, EMPTY = (400, 50035), (400, 50006)

Json = dict[str, Any]


def _embed(**said: object) -> Json:
    return {"embeds": [{"title": "Deploy?", **said}]}


def _field(name: str, value: str) -> Json:
    return _embed(fields=[{"name": name, "value": value}])


def _button(custom_id: str = "deny", **said: object) -> Json:
    return {"type": 2, "style": 4, "label": "Deny", "custom_id": custom_id, **said}


def _link(**said: object) -> Json:
    return {"type": 2, "style": 5, "label": "Page", "url": "https://example.com", **said}


def _select(options: int = 1, **said: object) -> Json:
    choices = [{"label": f"choice {number}", "value": str(number)} for number in range(options)]
    return {"type": 3, "custom_id": "choose", "options": choices, **said}


def _choice(**said: object) -> Json:
    return _rows([_select() | {"options": [{"label": "one", "value": "1", **said}]}])


def _rows(*rows: list[Json]) -> Json:
    return {"components": [{"type": 1, "components": row} for row in rows]}


# What is taken, and what is one more than that.
# https://docs.discord.com/developers/resources/message#create-message, #embed-object-embed-limits
# https://docs.discord.com/developers/components/reference
LIMITS: Mapping[str, tuple[Json, Json]] = {
    "content": ({"content": "x" * 2000}, {"content": "x" * 2001}),
    "nonce": ({"content": "x", "nonce": "n" * 25}, {"content": "x", "nonce": "n" * 26}),
    "embeds": ({"embeds": [{"title": "x"}] * 10}, {"embeds": [{"title": "x"}] * 11}),
    "title": (_embed(title="x" * 256), _embed(title="x" * 257)),
    "description": (_embed(description="x" * 4096), _embed(description="x" * 4097)),
    "fields": (_embed(fields=[{"name": "n", "value": "v"}] * 25), _embed(fields=[{"name": "n", "value": "v"}] * 26)),
    "name of a field": (_field("n" * 256, "v"), _field("n" * 257, "v")),
    "value of a field": (_field("n", "v" * 1024), _field("n", "v" * 1025)),
    "empty value of a field": (_field("n", "v"), _field("n", "")),
    "footer": (_embed(footer={"text": "x" * 2048}), _embed(footer={"text": "x" * 2049})),
    "author": (_embed(author={"name": "x" * 256}), _embed(author={"name": "x" * 257})),
    "all embeds": (
        {"embeds": [{"description": "x" * 3000}, {"description": "x" * 3000}]},
        {"embeds": [{"description": "x" * 3000}, {"description": "x" * 3001}]},
    ),
    "rows": (_rows(*([_button(str(n))] for n in range(5))), _rows(*([_button(str(n))] for n in range(6)))),
    "buttons": (_rows([_button(str(n)) for n in range(5)]), _rows([_button(str(n)) for n in range(6)])),
    "label": (_rows([_button(label="x" * 80)]), _rows([_button(label="x" * 81)])),
    "custom_id": (_rows([_button("x" * 100)]), _rows([_button("x" * 101)])),
    "custom_id in a row twice": (_rows([_button("a"), _button("b")]), _rows([_button("a"), _button("a")])),
    "custom_id in two rows": (_rows([_button("a")], [_button("b")]), _rows([_button("a")], [_button("a")])),
    "style": (_rows([_button(style=4)]), _rows([_button(style=7)])),
    "link with a custom_id": (_rows([_link()]), _rows([_link(custom_id="page")])),
    "URL of a link": (
        _rows([_link(url=f"https://example.com/{'x' * 492}")]),
        _rows([_link(url=f"https://example.com/{'x' * 493}")]),
    ),
    "select beside a button": (_rows([_button()], [_select()]), _rows([_button(), _select()])),
    "two selects in a row": (_rows([_select()]), _rows([_select(), _select(custom_id="other")])),
    "options": (_rows([_select(25)]), _rows([_select(26)])),
    "no options": (_rows([_select(1)]), _rows([_select(0)])),
    "label of an option": (_choice(label="x" * 100), _choice(label="x" * 101)),
    "value of an option": (_choice(value="x" * 100), _choice(value="x" * 101)),
    "description of an option": (_choice(description="x" * 100), _choice(description="x" * 101)),
    "placeholder": (_rows([_select(placeholder="x" * 150)]), _rows([_select(placeholder="x" * 151)])),
    "allowed_mentions twice": (
        {"content": "x", "allowed_mentions": {"parse": [], "users": ["1"]}},
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    ),
}
# What simcord takes besides.
TAKEN = {
    "nonce": "takes any nonce",
    "empty value of a field": "takes fields of embeds with nothing in them",
}


async def test_what_is_just_short_enough_is_taken(far: FarEnd, bot: Bot) -> None:  # DC-13, DC-18
    general = far.channel("general")
    taken = {
        name: await bot.call("POST", MESSAGES, channel_id=general, json=enough) for name, (enough, _) in LIMITS.items()
    }

    assert all(made["id"] for made in taken.values())
    assert len(taken["content"]["content"]) == 2000
    assert len(taken["custom_id"]["components"][0]["components"][0]["custom_id"]) == 100


async def test_what_is_one_too_much_is_refused(far: FarEnd, bot: Bot) -> None:  # DC-13, DC-18
    general = far.channel("general")
    for name, (_, too_much) in LIMITS.items():
        if name in TAKEN and far.differs(TAKEN[name]):
            await bot.call("POST", MESSAGES, channel_id=general, json=too_much)
            continue
        assert await bot.refused("POST", MESSAGES, channel_id=general, json=too_much) == BAD_FORM, name


async def test_an_edit_has_the_same_limits(far: FarEnd, bot: Bot) -> None:  # DC-18
    general = far.channel("general")
    sent = await bot.call("POST", MESSAGES, channel_id=general, json={"content": "hello"})
    call: Json = {"channel_id": general, "message_id": sent["id"]}
    for name in ("content", "description", "fields", "all embeds", "buttons", "custom_id", "custom_id in a row twice"):
        enough, too_much = LIMITS[name]
        await bot.call("PATCH", f"{MESSAGES}/{{message_id}}", json=enough, **call)
        assert await bot.refused("PATCH", f"{MESSAGES}/{{message_id}}", json=too_much, **call) == BAD_FORM, name


@pytest.mark.parametrize("nothing", [{}, {"content": ""}, {"content": "", "embeds": [], "components": []}])
async def test_a_message_says_something(far: FarEnd, bot: Bot, nothing: Json) -> None:
    answer = await bot.refused("POST", MESSAGES, channel_id=far.channel("general"), json=nothing)

    assert answer == (BAD_FORM if far.differs("calls an empty message a bad form") else EMPTY)
