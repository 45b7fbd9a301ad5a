"""The fixtures at the doors: one house for most tests, with all roles at work, its people; and a reader of a page."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from tests.doors.howto import ROOT, Reader, reading
from tests.doors.scene import Caller, Scene, free_port, scene
from tests.doors.terminal import Terminal


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


@pytest.fixture
def logs_aside() -> Iterator[None]:
    """The house's lines go to standard error as they do in a process of its own."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    yield
    structlog.reset_defaults()


@pytest.fixture
def shell(at: Scene, logs_aside: None) -> Terminal:
    """The operator's terminal, set to the same house."""
    settings = at.house.settings
    return Terminal(
        {
            "HOLDPOINT_STATE_DIR": str(settings.state_dir),
            "HOLDPOINT_PEOPLE_FILE": str(settings.people_file),
            "HOLDPOINT_STORE__PARTITIONS": "1",
        }
    )


@pytest.fixture
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with what a how-to needs of a checkout; its path is short, for there is a socket below it."""
    made = tmp_path_factory.mktemp("h")
    (made / ".venv").symlink_to(sys.prefix)
    (made / "sandbox").symlink_to(ROOT / "sandbox")
    return made


@pytest.fixture
async def reader(checkout: Path) -> AsyncIterator[Reader]:
    """Somebody who follows a how-to, with ports of their own for those that stand there."""
    ports = {port: str(free_port()) for port in ("8080", "8090", "8091", "8025", "8143")}
    async with reading(checkout, ports) as one:
        yield one
