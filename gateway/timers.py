"""The timers: log and wake what is due. Any number may run; each timer fires once."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

import structlog

from gateway.ports import ThreadStore
from gateway.store.errors import StoreError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Timers:
    """Looks every `every` seconds: a timer fires at most that much late."""

    store: ThreadStore
    every: float = 0.5

    async def run(self, stopping: asyncio.Event) -> None:
        """Fire until `stopping`."""
        while not stopping.is_set():
            try:
                fired = await self.store.fire()
                if fired:
                    log.info("timers fired", count=fired)
            except StoreError as error:
                log.warning("store unavailable", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), self.every)
