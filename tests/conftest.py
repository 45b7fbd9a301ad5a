"""What all tests share: asyncio as the event loop, one for a whole run; a look at what each module leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

ENDING = 1.0  # Seconds in which what was told to end may do so.
NOBODY = ("TestRunner.", "WebSocketWriter.send_frame", "_shutdown_process_pool_on_exit")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop of all asynchronous tests and fixtures."""
    return "asyncio"


@pytest.fixture(scope="module", autouse=True)
async def nobody_left_behind(anyio_backend: str) -> AsyncIterator[None]:
    """Fail for tasks that outlive their module: a house that goes on working disturbs whoever comes next."""
    before = _at_work()
    yield
    if left := _at_work() - before:
        await asyncio.wait(left, timeout=ENDING)
    assert _at_work() - before == set()


def _at_work() -> set[asyncio.Task[Any]]:
    """All tasks but the runner's, aiohttp's ping to a closed web socket, and what waits to end anyio's processes."""
    return {task for task in asyncio.all_tasks() if not any(name in str(task.get_coro()) for name in NOBODY)}
