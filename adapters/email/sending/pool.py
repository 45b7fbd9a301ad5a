"""Pool: the few connections on which mails go out; each is used by one task at a time, and again while it is good."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from adapters.email.sending.smtp import LoginRefused, Session
from adapters.errors import TryLater

MOST = 2
IDLE = 30.0  # Seconds after which a connection nobody needs is closed; servers wait minutes.
MOST_MAILS = 50  # Over one connection: many servers end it soon after that themselves.
LOCKED = 60.0  # Seconds without another try after a refused login: too many of them lock an account.


class Pool:
    """At most `most` connections made by `connect`. Ends with `aclose`; `clock` counts seconds."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Session]],
        *,
        most: int = MOST,
        idle: float = IDLE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect = connect
        self._room = asyncio.Semaphore(most)
        self._idle = idle
        self._clock = clock
        self._waiting: dict[Session, asyncio.Task[None]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._locked_until = 0.0
        self._closed = False

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A connection for one mail or several, one after the other. Raises TryLater."""
        async with self._room:
            session = await self._again() or await self._new()
            try:
                yield session
            except BaseException:
                session.drop()  # Nobody knows what the server waits for now.
                raise
            await self._keep(session)

    async def aclose(self) -> None:
        """Close what is idle; what is in use closes when its mail has gone."""
        self._closed = True
        while self._waiting:
            await self._taken().leave()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _again(self) -> Session | None:
        """One that was used before, if the server still listens on it."""
        while self._waiting:
            session = self._taken()
            if await _within(session):
                return session
        return None

    async def _new(self) -> Session:
        if (wait := self._locked_until - self._clock()) > 0:
            raise TryLater("the mail server refused our login a moment ago", wait)
        try:
            return await self._connect()
        except LoginRefused:
            self._locked_until = self._clock() + LOCKED
            raise

    async def _keep(self, session: Session) -> None:
        if self._closed or session.mails >= MOST_MAILS:
            await session.leave()
        else:
            closing = asyncio.create_task(self._retire(session), name="idle mail connection")
            self._waiting[session] = closing
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def _taken(self) -> Session:
        """The one used last, which is not to be closed for being idle any more."""
        session, closing = self._waiting.popitem()
        closing.cancel()
        return session

    async def _retire(self, session: Session) -> None:
        await asyncio.sleep(self._idle)
        del self._waiting[session]
        await session.leave()


async def _within(session: Session) -> bool:
    """Whether it can be used; if not, it is closed."""
    try:
        alive = await session.alive()
    except BaseException:
        session.drop()
        raise
    if not alive:
        session.drop()
    return alive
