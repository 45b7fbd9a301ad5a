"""Leases and loops: how a role takes work it may lose, and keeps it while it works.

`keeping` renews a lease while a block runs and breaks the block off as soon as the lease is lost; `take_turns` is the
one loop of every role that claims work.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import TypeVar

import structlog

from gateway.errors import LeaseLost
from gateway.store.errors import StoreError

log = structlog.get_logger(__name__)

PAUSE_WHEN_DOWN = 1.0
T = TypeVar("T")


@contextlib.asynccontextmanager
async def keeping(renew: Callable[[], Awaitable[bool]], *, every: float) -> AsyncIterator[None]:
    """Renew a lease each `every` seconds while the body runs. Raises LeaseLost in the body's place when it is lost."""
    body = asyncio.current_task()
    assert body is not None
    beat = asyncio.create_task(_until_lost(renew, every, body))
    try:
        yield
    except asyncio.CancelledError:
        if beat.done() and not beat.cancelled() and body.uncancel() == 0:
            raise LeaseLost from None
        raise
    finally:
        beat.cancel()


async def _until_lost(renew: Callable[[], Awaitable[bool]], every: float, body: asyncio.Task[object]) -> None:
    held = True
    while held:
        await asyncio.sleep(every)
        # While the store is away nobody else can take the lease either; what was lost shows at the next answer.
        with contextlib.suppress(StoreError):
            held = await renew()
    body.cancel()


async def take_turns(
    claim: Callable[[int], Awaitable[Sequence[T]]],
    work: Callable[[T], Coroutine[None, None, None]],
    idle: Callable[[], Coroutine[None, None, None]],
    *,
    concurrency: int,
    stopping: asyncio.Event,
) -> None:
    """Claim and work, up to `concurrency` at a time, until `stopping`; then finish what is under way."""
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(stopping.wait())
        busy: set[asyncio.Task[None]] = set()
        while not stopping.is_set():
            try:
                claimed = await claim(concurrency - len(busy))
                for one in claimed:
                    busy.add(task := group.create_task(_alone(work(one))))
                    task.add_done_callback(busy.discard)
                if len(busy) >= concurrency:
                    await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
                elif not claimed:
                    await _unless(asked, idle())
            except StoreError as error:
                log.warning("store unavailable", error=type(error).__name__)
                await asyncio.wait({asked}, timeout=PAUSE_WHEN_DOWN)


async def _unless(asked: asyncio.Task[bool], idle: Coroutine[None, None, None]) -> None:
    """Wait for work, but no longer than until none is wanted."""
    waiting = asyncio.create_task(idle)
    try:
        await asyncio.wait({waiting, asked}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    if waiting.done():
        waiting.result()


async def _alone(work: Coroutine[None, None, None]) -> None:
    """One piece of work that breaks takes nothing else with it: its lease runs out, and it is tried again."""
    try:
        await work
    except Exception as error:
        log.exception("work broke", error=type(error).__name__)
