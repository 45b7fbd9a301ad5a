"""Tasks: waiting for the first of several, and ending the others for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

AGAIN = 0.5


async def first_of(*coroutines: Coroutine[Any, Any, object]) -> None:
    """Wait for the first to end, end the others, and raise what the first raised."""
    tasks = [asyncio.ensure_future(one) for one in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end(*tasks)
    for task in done:
        task.result()


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel until they have ended: Python 3.11's `wait_for` loses a cancellation that comes with its result.

    Whoever ends us meanwhile has to wait until nobody is left behind.
    """
    interrupted = False
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        try:
            await asyncio.wait(pending, timeout=AGAIN)
        except asyncio.CancelledError:
            interrupted = True
    await asyncio.gather(*tasks, return_exceptions=True)
    if interrupted:
        raise asyncio.CancelledError
