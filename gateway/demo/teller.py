"""The teller: prints each step of a story once it is seen to be true, and counts them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import typer

from gateway.demo.world import World
from sandbox.mail import Letter

PATIENCE = 30.0
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
        typer.echo(f"  {self.done:2}. {said}")

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

        def look() -> Letter | None:
            letters = self.world.mail.letters(address)
            for place in range(self.read.get(address, 0), len(letters)):
                if containing in letters[place].text:
                    self.read[address] = place + 1
                    return letters[place]
            return None

        return await self.until(look, said)
