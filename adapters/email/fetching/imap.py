"""IMAP: raw mails of one folder as they come, for ever, whatever the server and the wire do.

A push is only a hint: after each one, and after each quiet spell, the folder is asked. What it has is read in batches
that are small enough to be held in memory.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from adapters.base import Batch, Kept, Position
from adapters.email import oauth
from adapters.email.account import Server
from adapters.email.fetching.pace import PATIENCE, Knocks, Patience, knocks
from adapters.email.fetching.session import Broken, Session
from adapters.email.limits import CUT, MAX_MAIL
from adapters.email.oauth import TokenRefused, Tokens, TokenUnavailable
from adapters.errors import SourceDown

log = structlog.get_logger(__name__)

BATCH = 20
ROOM = 8 * 1024 * 1024  # Bytes of mails in one batch; a mail that is larger has one for itself.
ASKED_AT_ONCE = 200
FIRST_PART = 1024 * 1024
TRIES = 5
AT_FIRST = timedelta(days=1)
RENUMBERED = timedelta(days=14)


class LoginRefused(SourceDown):
    """The mail server does not accept our credentials."""


@dataclass(frozen=True, slots=True)
class Box:
    """One folder of a mailbox. `poll_seconds` bounds an idle wait."""

    server: Server
    address: str
    folder: str = "INBOX"
    poll_seconds: float = 60.0
    patience: Patience = PATIENCE

    @property
    def name(self) -> str:
        """What the names of its mails begin with."""
        return self.address if self.folder.upper() == "INBOX" else f"{self.address}/{self.folder}"

    @property
    def knocks(self) -> Knocks:
        """Those of all who read the same mailbox."""
        return knocks(self.server.host, self.server.port, self.server.username)


async def listen(box: Box, since: Position | None) -> AsyncIterator[Batch]:
    """Batches of new mails; reconnects by itself. Raises LoginRefused.

    Without a position it begins with what came since yesterday. A batch without mails only brings a new position.
    """
    tries: Counter[str] = Counter()
    failures = 0
    while True:
        try:
            async with (
                _session(box) as (session, knock),
                contextlib.aclosing(_Reader(session, box, tries).batches(since)) as batches,
            ):
                rounds = 0
                async for batch in batches:
                    rounds += 1
                    box.knocks.well(knock)
                    if batch.messages or rounds > 1:
                        failures = 0  # Not for the login alone: who lets us in and hangs up is asked less and less.
                    if batch.position != since:
                        since = batch.position
                        yield batch
        except Broken as broken:
            failures += 1
            pause = box.patience.pause(failures)
            log.warning("mailbox lost", source=box.name, why=str(broken), seconds=round(pause, 1))
            await asyncio.sleep(pause)


@contextlib.asynccontextmanager
async def _session(box: Box) -> AsyncIterator[tuple[Session, float]]:
    """A connection that is logged in, and when it was; closed whatever happens. Raises Broken, LoginRefused."""
    session, knock = await _logged_in(box)
    try:
        yield session, knock
    finally:
        await session.close()


async def _logged_in(box: Box) -> tuple[Session, float]:
    for _ in range(2 if box.server.oauth else 1):  # A token may be refused before its time: once, we get another.
        await _turn(box)
        session = Session(box.server, box.patience)
        try:
            knock = await _knock(session, box)
        except BaseException:
            await session.close()
            raise
        if knock is not None:
            return session, knock
        await session.close()
    raise _refused(box, "it does not accept our credentials")


async def _turn(box: Box) -> None:
    """Wait until we may log in again."""
    while (seconds := box.knocks.wait(box.patience)) > 0:
        log.error("mail login waits: too many came to nothing", source=box.name, seconds=round(seconds))
        await asyncio.sleep(seconds)


async def _knock(session: Session, box: Box) -> float | None:
    """Log in; when we did, or None if we are refused."""
    server = box.server
    tokens = oauth.shared(server.oauth, server.trust) if server.oauth else None
    secret = await _token(tokens, box) if tokens else server.password
    await session.greeted()
    knock = box.knocks.knock()
    if not tokens:
        return knock if await session.login(server.username, secret) else None
    if await session.xoauth2(server.username, secret):
        return knock
    tokens.drop(secret)
    return None


async def _token(tokens: Tokens, box: Box) -> str:
    try:
        return await tokens.access_token()
    except TokenRefused as error:
        raise _refused(box, str(error)) from error
    except TokenUnavailable as error:
        raise Broken(str(error)) from error


def _refused(box: Box, why: str) -> LoginRefused:
    log.error("mail login refused", source=box.name, why=why)
    return LoginRefused(f"the mail server does not let {box.address} in: {why}")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one folder over one connection. `tries` counts the attempts at each mail, over all connections."""

    session: Session
    box: Box
    tries: Counter[str]

    async def batches(self, since: Position | None) -> AsyncGenerator[Batch]:
        """New mails after a position, or those of the last days; and an empty batch around each wait."""
        validity, last = await self._selected()
        known = since is not None and since.validity == validity
        position = since if since and known else Position(validity, 0)
        uids = await self.session.above(position.uid) if known else await self._recent(since)
        while True:
            for some in _chunks(uids):
                for part in _parts(await self.session.sizes(some)):
                    mails = [await self._kept(validity, uid, size) for uid, size in part]
                    position = Position(validity, part[-1][0])
                    yield Batch(position, tuple(mail for mail in mails if mail))
            if known:
                yield Batch(position, ())
                await self.session.push(self.box.poll_seconds)
            else:
                known, position = True, Position(validity, max(position.uid, last))
            yield Batch(position, ())
            uids = await self.session.above(position.uid)

    async def _selected(self) -> tuple[int, int]:
        """The folder's UIDVALIDITY and last UID; waits for a folder that is not there."""
        while (found := await self.session.select(self.box.folder)) is None:
            log.error("mail folder missing", source=self.box.name)
            await self.session.quiet(self.box.poll_seconds)
        return found

    async def _recent(self, since: Position | None) -> list[int]:
        """What came lately, to a folder we never read or whose numbers mean nothing any more."""
        if since:
            log.error("mail folder renumbered", source=self.box.name)
        return await self.session.since((datetime.now(UTC) - (RENUMBERED if since else AT_FIRST)).date())

    async def _kept(self, validity: int, uid: int, size: int) -> Kept | None:
        """The raw mail, marked if it is too large to be fetched whole; None if it is there no more.

        One at which connections break again and again is kept empty, so that it is set aside by name: it must not hold
        up those behind it.
        """
        name = f"{self.box.name}:{validity}:{uid}"
        self.tries[name] += 1
        if self.tries[name] > TRIES:
            log.error("mail cannot be fetched", source=self.box.name, message=name)
            return Kept(name, b"")
        raw = await self.session.mail(uid, FIRST_PART if size > MAX_MAIL else None)
        del self.tries[name]
        if raw is None:
            return None
        return Kept(name, CUT + raw[:FIRST_PART] if max(size, len(raw)) > MAX_MAIL else raw)


def _chunks(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many as one command may name."""
    return (uids[start : start + ASKED_AT_ONCE] for start in range(0, len(uids), ASKED_AT_ONCE))


def _parts(sized: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Mails, of a UID and a size each, in parts that are fetched at once: few, and not much together."""
    part: list[tuple[int, int]] = []
    held = 0
    for uid, size in sized:
        cost = FIRST_PART if size > MAX_MAIL else size
        if part and (len(part) == BATCH or held + cost > ROOM):
            yield part
            part, held = [], 0
        part.append((uid, size))
        held += cost
    if part:
        yield part
