"""The slash commands as data, and when Discord has to be told of them (DC-28)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from adapters.discord.commands import COMMANDS, same

Known = list[dict[str, Any]]


def known() -> Known:
    """Our commands as Discord gives them back: it says more of each, and orders what it likes."""
    more: Mapping[str, object] = {
        **{"id": "1", "application_id": "2", "version": "3", "default_member_permissions": None, "nsfw": False},
        **{"name_localizations": None, "description_localizations": None, "dm_permission": True},
    }
    found: Known = [{**more, **copy.deepcopy(dict(one))} for one in reversed(COMMANDS)]
    for one in found:
        one["contexts"] = [1, 0]
        for option in one.get("options", ()):
            option["name_localizations"] = None
    return found


def test_what_discord_says_besides_is_its_own() -> None:
    assert same(COMMANDS, known())


def _change(name: str, **to: object) -> Callable[[Known], None]:
    def change(found: Known) -> None:
        next(one for one in found if one["name"] == name).update(to)

    return change


def _optional(found: Known) -> None:
    found[-1]["options"][0]["required"] = False


def _renamed(found: Known) -> None:
    found[-1]["options"][0]["name"] = "that"


CHANGES: list[Callable[[Known], object]] = [
    lambda found: found.pop(),
    lambda found: found.append({**found[0], "name": "more"}),
    _change("ask", description="Something else"),
    _change("ask", options=[]),
    _change("stop", contexts=[0]),
    _change("stop", contexts=None),
    _change("status", integration_types=[0, 1]),
    _change("status", type=2),
    _optional,
    _renamed,
]


@pytest.mark.parametrize("change", CHANGES)
def test_any_difference_in_what_we_set_is_one(change: Callable[[Known], object]) -> None:
    found = known()
    change(found)
    assert not same(COMMANDS, found)


@pytest.mark.parametrize("odd", [None, {}, "text", 1, [], [None, 1]])
def test_whatever_else_discord_answers_is_not_the_same(odd: object) -> None:
    assert not same(COMMANDS, odd)


def test_they_keep_discords_limits() -> None:
    for command in COMMANDS:
        assert 1 <= len(str(command["name"])) <= 32
        assert 1 <= len(str(command["description"])) <= 100
        for option in _options(command):
            assert len(option["name"]) <= 32
            assert len(option["description"]) <= 100
            assert 1 <= option["max_length"] <= 6000


def _options(command: Mapping[str, Any]) -> list[Any]:
    return list(command.get("options", ()))
