"""Payloads gone wrong: fixtures in which something is other than Discord sends it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.unit.adapters.discord.payloads import NAMES, given
from tests.unit.adapters.spoiled import Spoiler

WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 19, 1 << 70, 1e308, float("nan"), float("inf"), 10**400, "", "x", "\ud800", "\u202e", "../..",
    "1\n", "\u0663", "9" * 400, "7", [], [None], ["x"], [["\ud800"]], [{}], {}, {"id": None}, {"\ud800": {}}, [[[]]],
)  # fmt: skip
SPOILER = Spoiler(WRONG, ("<@", ">", "`", ":", "\x00", "\ud800", "/", "\n", "<t:"))


def gone_wrong(many: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """So many of them, each with the name of the fixture it was; the same for the same seed."""
    dice = random.Random(seed)
    for number in range(many):
        name = NAMES[number % len(NAMES)]
        data = given(name)
        SPOILER.spoil(data, dice, most=4)
        yield name, data
