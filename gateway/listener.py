"""The listener: reads channels that must be asked, in two steps that can each be killed anywhere.

First the raw message is kept together with the position to read on from; then what is kept is understood and logged.
A message nobody can understand is set aside whole, and never stops the ones behind it.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from adapters.base import Desk, Kept, SocketAdapter, Source
from adapters.errors import SourceDown, Unreadable
from adapters.heard import Ignored
from gateway.errors import LeaseLost
from gateway.lease import keeping
from gateway.storage import Mailroom
from gateway.store.errors import StoreError

log = structlog.get_logger(__name__)

CANCEL_AGAIN = 0.5
MOST_REFUSED = 6  # About a minute, with a pause of a second.


@dataclass(frozen=True)
class Listener:
    """One reader per source at a time: others wait for its lease, which must be longer than `renew_every` seconds.

    Of connections, those whose adapter names a source.
    """

    mailroom: Mailroom
    sources: Sequence[tuple[Source, Desk]] = ()
    sockets: Sequence[tuple[SocketAdapter, Desk]] = ()
    renew_every: float = 10.0
    pause: float = 1.0
    holder: str = field(default_factory=lambda: secrets.token_hex(8))

    async def run(self, stopping: asyncio.Event) -> None:
        """Listen until `stopping`."""
        async with asyncio.TaskGroup() as group:
            for adapter, desk in self.sockets:
                hearing = self._connect(adapter, desk, stopping) if adapter.source else adapter.hear(desk, stopping)
                group.create_task(hearing)
            serving = [asyncio.create_task(self._serve(source, desk)) for source, desk in self.sources]
            await _first_of(asyncio.create_task(stopping.wait()), *serving)
        await self._leave()

    async def _connect(self, adapter: SocketAdapter, desk: Desk, stopping: asyncio.Event) -> None:
        """Be connected while the source is ours: others wait for its lease."""
        seize = partial(self.mailroom.seize, adapter.source, self.holder)
        while not stopping.is_set():
            try:
                if await seize():
                    async with keeping(seize, every=self.renew_every):
                        await adapter.hear(desk, stopping)
            except (LeaseLost, StoreError) as error:
                log.warning("source interrupted", source=adapter.source, error=type(error).__name__)
            await asyncio.sleep(self.pause)

    async def _leave(self) -> None:
        """Whoever starts next need not wait until our leases are over."""
        with contextlib.suppress(StoreError):
            for source in (*(one.name for one, _ in self.sources), *(one.source for one, _ in self.sockets)):
                await self.mailroom.leave(source, self.holder)

    async def _serve(self, source: Source, desk: Desk) -> None:
        refused = 0
        while True:
            try:
                if await self.mailroom.seize(source.name, self.holder):
                    await self._read(source, desk)
            except (LeaseLost, SourceDown, StoreError) as error:
                log.warning("source interrupted", source=source.name, error=type(error).__name__)
                # A server that refuses us is asked less and less: many lock an account that knocks each second.
                refused = min(refused + 1, MOST_REFUSED) if isinstance(error, SourceDown) else 0
            await asyncio.sleep(self.pause * 2**refused)

    async def _read(self, source: Source, desk: Desk) -> None:
        """Read for as long as the source is ours and answers."""
        arrived = asyncio.Event()
        await _first_of(
            asyncio.create_task(self._hold(source.name)),
            asyncio.create_task(self._keep(source, arrived)),
            asyncio.create_task(self._understand(source, desk, arrived)),
        )

    async def _hold(self, source: str) -> None:
        while await self.mailroom.seize(source, self.holder):  # noqa: ASYNC110 - nobody could tell us; the store decides
            await asyncio.sleep(self.renew_every)
        raise LeaseLost

    async def _keep(self, source: Source, arrived: asyncio.Event) -> None:
        async for batch in source.listen(await self.mailroom.position(source.name)):
            if not await self.mailroom.keep(source.name, self.holder, batch.position, batch.messages):
                raise LeaseLost
            arrived.set()

    async def _understand(self, source: Source, desk: Desk, arrived: asyncio.Event) -> None:
        while True:
            arrived.clear()
            waiting = await self.mailroom.waiting(source.name)
            for kept in waiting:
                await self._file(source, desk, kept)
            if not waiting:
                with contextlib.suppress(TimeoutError):  # What is posted to another process arrives unannounced.
                    async with asyncio.timeout(self.pause):
                        await arrived.wait()

    async def _file(self, source: Source, desk: Desk, kept: Kept) -> None:
        """Put one kept message where it belongs: a thread, nowhere, or quarantine."""
        try:
            heard = await source.read(kept)
        except Exception as error:
            # Whatever a hostile message makes a parser do, the mailbox goes on.
            why = str(error) if isinstance(error, Unreadable) else f"the parser failed: {type(error).__name__}"
            log.error("message quarantined", source=source.name, message=kept.id, why=type(error).__name__)
            await self.mailroom.quarantine(source.name, kept.id, why)
            return
        if isinstance(heard, Ignored):
            log.info("message ignored", source=source.name, message=kept.id, kind=heard.kind)
        else:
            await desk.take(heard, kept.raw)
            log.info("message heard", source=source.name, message=kept.id, kind=type(heard).__name__)
        await self.mailroom.settle(source.name, kept.id)


async def _first_of(*tasks: asyncio.Task[Any]) -> None:
    """Wait for the first to end, end the others, and raise what the first raised."""
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(tasks)
    for task in done:
        await task


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel until they have ended: Python 3.11's `wait_for` loses a cancellation that comes with its result.

    Whoever ends us does it as persistently, so that a cancellation here has to wait until nobody is left behind.
    """
    interrupted = False
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        try:
            await asyncio.wait(pending, timeout=CANCEL_AGAIN)
        except asyncio.CancelledError:
            interrupted = True
    await asyncio.gather(*tasks, return_exceptions=True)
    if interrupted:
        raise asyncio.CancelledError
