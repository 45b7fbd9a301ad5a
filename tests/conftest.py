"""What all tests share: asyncio as the event loop, one for a whole run."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop of all asynchronous tests and fixtures."""
    return "asyncio"
