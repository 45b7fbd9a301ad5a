"""Casting: which channels a story is played on, and by whom on which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from tests.stories.language import Channel, Story
from tests.stories.reading import stories_in

CHANNELS: tuple[Channel, ...] = get_args(Channel)


@dataclass(frozen=True)
class Part:
    """A story, and on which channel each person is."""

    name: str
    story: Story
    label: str
    cast: Mapping[str, Channel]

    def __str__(self) -> str:
        return f"{self.name}-{self.label}"


def parts(folder: Path) -> list[Part]:
    """All stories of a folder, each by all its casts. Raises BadStory."""
    return [part for name, story in stories_in(folder) for part in _parts(name, story)]


def _parts(name: str, story: Story) -> Iterator[Part]:
    for cast in story.channels or CHANNELS:
        if isinstance(cast, str):
            yield Part(name, story, cast, dict.fromkeys(story.people, cast))
        else:
            yield Part(name, story, "+".join(dict.fromkeys(cast.values())), cast)
