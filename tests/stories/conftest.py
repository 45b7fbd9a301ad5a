"""The stage that the stories of a module share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.stories.stage import Stage, stage


@pytest.fixture(scope="module")
async def here(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Servers, a store and channels."""
    async with stage(tmp_path_factory.mktemp("s")) as made:
        yield made
