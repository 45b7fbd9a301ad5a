"""Spoiled: a payload of a platform in which something is other than the platform sends it, by chance and a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spoiler:
    """`wrong` is what may stand anywhere instead, `bits` what may get into the middle of a text."""

    wrong: Sequence[Any]
    bits: Sequence[str]

    def spoil(self, data: dict[str, Any], dice: random.Random, most: int) -> None:
        """Change, remove or garble one thing in it, or up to so many."""
        changes: tuple[Callable[[random.Random, Any, Any], None], ...] = (self._replace, _remove, self._garble)
        for _ in range(dice.randint(1, most)):
            if found := _spots(data):
                dice.choice(changes)(dice, *dice.choice(found))

    def _replace(self, dice: random.Random, data: Any, key: Any) -> None:
        data[key] = dice.choice(self.wrong)

    def _garble(self, dice: random.Random, data: Any, key: Any) -> None:
        text = data[key] if isinstance(data[key], str) else "0"
        where = dice.randint(0, len(text))
        data[key] = text[:where] + dice.choice(self.bits) + text[where:]


def _remove(_: random.Random, data: Any, key: Any) -> None:
    del data[key]


def _spots(data: Any) -> list[tuple[Any, Any]]:
    """Every container and key in a payload at which something else could stand."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [spot for key, value in list(pairs) for spot in [(data, key), *_spots(value)]]
