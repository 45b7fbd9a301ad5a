"""Payloads gone wrong: fixtures in which something is other than Discord sends it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.unit.adapters.discord.payloads import NAMES, given

WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 19, 1 << 70, 1e308, float("nan"), float("inf"), 10**400, "", "x", "\ud800", "\u202e", "../..",
    "1\n", "\u0663", "9" * 400, "7", [], [None], ["x"], [["\ud800"]], [{}], {}, {"id": None}, {"\ud800": {}}, [[[]]],
)  # fmt: skip


def gone_wrong(many: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """So many of them, each with the name of the fixture it was; the same for the same seed."""
    dice = random.Random(seed)
    for number in range(many):
        name = NAMES[number % len(NAMES)]
        data = given(name)
        for _ in range(dice.randint(1, 4)):
            if found := _spots(data):
                dice.choice(_CHANGES)(dice, *dice.choice(found))
        yield name, data


def _spots(data: Any) -> list[tuple[Any, Any]]:
    """Every container and key in a payload at which something else could stand."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [spot for key, value in list(pairs) for spot in [(data, key), *_spots(value)]]


def _replace(dice: random.Random, data: Any, key: Any) -> None:
    data[key] = dice.choice(WRONG)


def _remove(dice: random.Random, data: Any, key: Any) -> None:
    del data[key]


def _garble(dice: random.Random, data: Any, key: Any) -> None:
    text = data[key] if isinstance(data[key], str) else "0"
    where = dice.randint(0, len(text))
    data[key] = text[:where] + dice.choice(("<@", ">", "`", ":", "\x00", "\ud800", "/", "\n", "<t:")) + text[where:]


_CHANGES: tuple[Callable[[random.Random, Any, Any], None], ...] = (_replace, _remove, _garble)
