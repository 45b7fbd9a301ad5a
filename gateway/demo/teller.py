"""The teller: prints each step of a story once it is seen to be true, and counts them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import typer

from gateway.demo.world import World
from sandbox.mail import Letter
from sandbox.twilio import Sms

PATIENCE = 60.0
T = TypeVar("T")


class StoryError(Exception):
    """Something in the story did not happen."""


@dataclass
class Teller:
    """Prints each step as it is seen to be true, and counts them."""

    world: World
    done: int = 0
    read: dict[str, int] = field(default_factory=dict)

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        typer.echo(f"\n{title}")

    def step(self, said: str) -> None:
        """Something was seen to be true."""
        self.done += 1
        typer.echo(f"  {self.done:3}. {said}")

    def check(self, true: bool, said: str) -> None:
        """A step that must be true now."""
        if not true:
            raise StoryError(f"this is not so: {said}")
        self.step(said)

    async def until(self, look: Callable[[], T | None], said: str) -> T:
        """A step that must become true."""
        for _ in range(int(PATIENCE / 0.05)):
            if found := look():
                self.step(said)
                return found
            await asyncio.sleep(0.05)
        raise StoryError(f"this did not happen in {PATIENCE:.0f} s: {said}")

    async def letter(self, address: str, containing: str, said: str) -> Letter:
        """The next unread letter to somebody that says this."""
        mail = self.world.mail
        return await self._next(address, lambda: mail.letters(address), lambda one: containing in one.text, said)

    async def text(self, person: str, containing: str, said: str) -> Sms:
        """The next unread text message on the phone of `ana` or `bo` that says this."""
        phone = self.world.phone(person)
        return await self._next(phone.number, lambda: phone.inbox, lambda one: containing in one.body, said)

    async def _next(self, at: str, there: Callable[[], Sequence[T]], fits: Callable[[T], bool], said: str) -> T:
        """What fits of what is unread there; what came before it counts as read as well."""

        def look() -> T | None:
            found = there()
            for place in range(self.read.get(at, 0), len(found)):
                if fits(found[place]):
                    self.read[at] = place + 1
                    return found[place]
            return None

        return await self.until(look, said)


def first(pattern: str, text: str) -> str:
    """What a pattern finds: its first group, or all of it if it has none. Raises StoryError."""
    found = re.search(pattern, text)
    if not found:
        raise StoryError(f"there is no {pattern} in: {text}")
    return found[found.re.groups and 1]
