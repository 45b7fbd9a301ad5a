"""Stories of load: how much is asked of one person, what comes together, and who sleeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.casting import Part, many, parts
from tests.stories.stage import Stage

FOLDER = Path(__file__).parent / "load"


@pytest.mark.parametrize("part", parts(FOLDER), ids=str)
async def test_story(here: Stage, part: Part) -> None:
    await part.play(here)


@pytest.mark.slow
@pytest.mark.parametrize("part", many(FOLDER), ids=str)
async def test_story_in_bad_weather(here: Stage, part: Part) -> None:
    await part.play(here)
