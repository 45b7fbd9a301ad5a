"""Limits: each of Discord's numbers, at it and one above."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import JsonValue

from adapters.discord import limits
from adapters.discord.card import draw
from adapters.errors import Rejected
from tests.unit.adapters.discord.cards_shown import STATES

# What Discord says, in its documentation.
DISCORD = {
    "CONTENT": 2_000,
    "TITLE": 256,
    "DESCRIPTION": 4_096,
    "EMBEDS": 6_000,
    "BUTTON": 80,
    "OPTION": 100,
    "THREAD_NAME": 100,
}


def button(**given: JsonValue) -> dict[str, JsonValue]:
    return {"components": [{"type": 1, "components": [given]}]}


def many(count: int) -> dict[str, JsonValue]:
    return {"components": [{"type": 1, "components": [{"label": "x"}] * count}]}


AT: dict[str, tuple[int, Any]] = {
    "content": (limits.CONTENT, lambda n: {"content": "x" * n}),
    "content in UTF-16": (limits.CONTENT // 2, lambda n: {"content": "😀" * n}),
    "title": (limits.TITLE, lambda n: {"embeds": [{"title": "x" * n}]}),
    "description": (limits.DESCRIPTION, lambda n: {"embeds": [{"description": "x" * n}]}),
    "embeds": (limits.EMBEDS // 2, lambda n: {"embeds": [{"description": "x" * n}, {"description": "x" * n}]}),
    "label": (limits.BUTTON, lambda n: button(label="x" * n)),
    "custom_id": (limits.CUSTOM_ID, lambda n: button(custom_id="x" * n)),
    "url": (limits.URL, lambda n: button(url="x" * n)),
    "option": (limits.OPTION, lambda n: button(options=[{"label": "x" * n}])),
    "options": (limits.OPTIONS, lambda n: button(options=[{"label": "x"}] * n)),
    "buttons": (limits.BUTTONS, many),
    "rows": (limits.ROWS, lambda n: {"components": [{"type": 1, "components": []}] * n}),
}


@pytest.mark.parametrize("what", AT)
def test_what_is_at_a_limit_goes_and_what_is_above_does_not(what: str) -> None:  # DC-18
    most, made = AT[what]
    limits.check(made(most))
    with pytest.raises(Rejected, match="over"):
        limits.check(made(most + 1))


@pytest.mark.parametrize("name", DISCORD)
def test_every_text_stays_five_percent_under_discords_own_limit(name: str) -> None:  # DC-18
    assert getattr(limits, name) <= DISCORD[name] * 0.95


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_within_them(state: str) -> None:  # DC-18
    for message in draw(STATES[state]):
        limits.check(message.arguments())
        assert len(json.dumps(message.arguments())) < 20_000
