"""Casting: which channels a story is played on, by whom on which, and whether anything goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.stories.chance import Chance
from tests.stories.language import Cast, Channel, Story
from tests.stories.play import Play
from tests.stories.reading import stories_in
from tests.stories.stage import Stage

# Who is at the console is told of no story that does not say so: nothing is sent there.
CHANNELS: tuple[Channel, ...] = ("email", "slack", "discord", "sms")
# In a mix each person is on the channel after that of the one before them.
MIXES: tuple[tuple[Channel, ...], ...] = (("slack", "email", "sms", "discord"), ("sms", "discord", "slack", "email"))
# So often each story is played by somebody with things going wrong, in every run, and in the long proofs.
SEEDS, MANY_SEEDS = 1, 12


@dataclass(frozen=True)
class Part:
    """A story, and on which channel each person is; with a `seed` things go wrong."""

    name: str
    story: Story
    label: str
    cast: Mapping[str, Channel]
    seed: int | None = None

    def __str__(self) -> str:
        return f"{self.name}-{self.label}" if self.seed is None else f"{self.name}-{self.label}-seed{self.seed}"

    async def play(self, stage: Stage) -> None:
        """On a stage. Raises Failed."""
        chance = None if self.seed is None else Chance(self.seed)
        await Play(stage, self.story, self.cast, chance).run()


def parts(folder: Path) -> list[Part]:
    """All stories of a folder, each by one of its casts in turn, and with things going wrong. Raises BadStory."""
    found = []
    for place, (name, story) in enumerate(stories_in(folder)):
        found += [_by_one(place, name, story), *_struck(name, story, SEEDS)]
    return found


def many(folder: Path) -> list[Part]:
    """The same by all other casts, and with things going wrong in many ways."""
    found = []
    for place, (name, story) in enumerate(stories_in(folder)):
        played = _by_one(place, name, story)
        found += [part for part in _by_all(name, story) if part != played]
        found += _struck(name, story, MANY_SEEDS, skip=SEEDS)
    return found


def _by_one(place: int, name: str, story: Story) -> Part:
    """One of its casts, and another one for the next story."""
    casts = _by_all(name, story)
    return casts[place % len(casts)]


def _by_all(name: str, story: Story) -> Sequence[Part]:
    casts = story.channels or (*CHANNELS, *_mixes(story))
    return [Part(name, story, *_named(cast, story)) for cast in casts]


def _mixes(story: Story) -> Iterator[Cast]:
    for mix in MIXES:
        yield {person: mix[place % len(mix)] for place, person in enumerate(story.people)}


def _named(cast: Cast, story: Story) -> tuple[str, Mapping[str, Channel]]:
    if isinstance(cast, str):
        return cast, dict.fromkeys(story.people, cast)
    return "+".join(dict.fromkeys(cast.values())), cast


def _struck(name: str, story: Story, seeds: int, *, skip: int = 0) -> Iterator[Part]:
    """The casts in turn, beginning with another one for each story."""
    casts = _by_all(name, story)
    for seed in range(skip, seeds) if story.crashes else ():
        yield replace(casts[(seed + len(name)) % len(casts)], seed=seed)
