"""The fixtures at the doors: one house for most tests, with all roles at work, and its people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.doors.scene import Caller, Scene, scene


@pytest.fixture(scope="module")
async def at(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """The house."""
    async with scene(tmp_path_factory.mktemp("d")) as made:
        yield made


@pytest.fixture
async def ana(at: Scene) -> AsyncIterator[Caller]:
    """Ana asks."""
    async with at.caller("ana") as caller:
        yield caller


@pytest.fixture
async def bo(at: Scene) -> AsyncIterator[Caller]:
    """Bo may approve."""
    async with at.caller("bo") as caller:
        yield caller


@pytest.fixture
async def cy(at: Scene) -> AsyncIterator[Caller]:
    """Cy may call, and approve nothing."""
    async with at.caller("cy") as caller:
        yield caller
