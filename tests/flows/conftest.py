"""The world for flow tests: the demo's, with its real protocols, made once; each test tells its own small story."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.demo.teller import Teller
from gateway.demo.world import World, world


@pytest.fixture(scope="module")
async def here(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Sandbox servers, an embedded store, all roles."""
    directory: Path = tmp_path_factory.mktemp("w")
    async with world(directory) as made:
        yield made


@pytest.fixture
def t(here: World) -> Teller:
    """Watches what people get from now on."""
    read = {address: len(here.mail.letters(address)) for address in here.mail.people}
    return Teller(here, read=read)
