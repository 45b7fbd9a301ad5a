"""The story of the demo, as a test: the main job on real protocols."""

from __future__ import annotations

from pathlib import Path

from gateway.demo.story import tell
from gateway.demo.world import world


async def test_the_story_of_the_demo_is_true(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await tell(here)
