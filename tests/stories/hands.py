"""Hands: what a person does and reads on a channel, in one way for all channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tests.stories.language import Channel

Means = Literal[
    "approve", "deny", "undo", "ask", "answer", "delegate", "change", "respond", "choose", "fill", "confirm"
]
Filled = Mapping[str, Sequence[str]]


class Impossible(AssertionError):
    """A person cannot do that: what they would need is not there."""


@dataclass(frozen=True)
class Shown:
    """Something that a person can read, as it looks now. `offers` is what they can do with it.

    `parts` are the requests it brings, where those are several.
    """

    name: str
    text: str
    offers: frozenset[Means]
    source: object
    parts: tuple[str, ...] = ()

    @property
    def heard(self) -> tuple[str, str]:
        """The same thing with other words is to be heard anew."""
        return self.name, self.text


def offered(labels: Iterable[str], buttons: Mapping[str, Means]) -> frozenset[Means]:
    """What buttons offer; one that has no words of ours is a choice."""
    means = {buttons.get(label, "choose") for label in labels}
    return frozenset(means | {"fill"} if "respond" in means else means)


class Hands(Protocol):
    """A channel, as its people see it. Everything counts from `begin` on."""

    @property
    def channel(self) -> Channel:
        """Its name."""
        ...

    def identity(self, name: str) -> str:
        """Who somebody is there."""
        ...

    def begin(self) -> None:
        """Another story begins: what was there before is not looked at."""
        ...

    async def start(self, name: str, text: str) -> None:
        """Say something that is no answer to anything."""
        ...

    async def go_on(self, name: str, text: str, root: str) -> None:
        """Say something in the thread that somebody (`root`) began here."""
        ...

    async def reply(self, name: str, shown: Shown, text: str) -> None:
        """Answer what was shown, in words."""
        ...

    async def decide(self, name: str, shown: Shown, means: Means, text: str, changed: dict[str, str]) -> None:
        """Decide what was shown, by the best means: `text` is why, what, or whom."""
        ...

    async def fill(self, name: str, shown: Shown, filled: Filled) -> str:
        """Fill in a form, or the one field that is asked for; what the form itself says against it."""
        ...

    def readable(self, name: str) -> list[Shown]:
        """Everything somebody can read here, the oldest first."""
        ...

    def posted(self) -> list[str]:
        """The messages of ours that stand here for good, by name; none where we could not find them again."""
        ...

    async def again(self, number: int) -> None:
        """The platform brings once more what somebody did here; `number` picks which."""
        ...

    async def settled(self) -> None:
        """When everything that people did has reached us, or never will."""
        ...
