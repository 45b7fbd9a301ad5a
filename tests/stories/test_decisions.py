"""Stories of decisions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.casting import Part, parts
from tests.stories.play import Play
from tests.stories.stage import Stage


@pytest.mark.parametrize("part", parts(Path(__file__).parent / "decisions"), ids=str)
async def test_story(here: Stage, part: Part) -> None:
    await Play(here, part.story, part.cast).run()
