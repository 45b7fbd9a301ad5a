"""IMAP, and the only file that knows aioimaplib (GPL-3.0-only): raw mails as they come, for ever.

Every wait on the client has our own bound: it hangs when a server closes at the wrong moment. A push is only a hint;
after each one, and after each quiet spell, the mailbox is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import ssl
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Any, TypeVar

import aioimaplib

from adapters.base import Batch, Kept, Position
from adapters.email.account import Server
from adapters.email.limits import CUT, MAX_MAIL
from adapters.errors import SourceDown

PATIENCE = 15.0
BATCH = 20
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
FEW = 100

_VALIDITY = re.compile(rb"UIDVALIDITY (\d+)")
_SIZED = re.compile(rb"UID (\d+).*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*?UID (\d+)")
T = TypeVar("T")


class LoginRefused(SourceDown):
    """The mail server does not accept our credentials."""


@dataclass(frozen=True, slots=True)
class Box:
    """One folder of a mailbox. `poll_seconds` bounds an idle wait."""

    server: Server
    address: str
    folder: str = "INBOX"
    poll_seconds: float = 60.0


async def listen(box: Box, since: Position | None) -> AsyncIterator[Batch]:
    """Batches of new mails; reconnects by itself. Raises SourceDown when the server refuses us."""
    pause = FIRST_PAUSE
    while True:
        try:
            async with _session(box) as client:
                async for batch in _follow(client, box, since):
                    since, pause = batch.position, FIRST_PAUSE
                    yield batch
        except (TimeoutError, OSError, aioimaplib.AioImapException, _Broken):
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, LONGEST_PAUSE)


class _Broken(Exception):
    """The server answered something other than OK."""


class _Protocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # the package has no types
    """Reads a few lines at a time: each is read within the reading of the one before, and Python stops at a thousand.

    https://github.com/iroco-co/aioimaplib/issues/118
    """

    def data_received(self, data: bytes) -> None:
        """Read what came, as if it had come in small pieces."""
        lines = data.splitlines(keepends=True)
        for start in range(0, len(lines), FEW):
            super().data_received(b"".join(lines[start : start + FEW]))


class _Client(aioimaplib.IMAP4):  # type: ignore[misc]
    """A client over that protocol."""

    def create_client(
        self, host: str, port: int, loop: object, lost: object = None, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        """Begin to connect."""
        running = asyncio.get_running_loop()
        self.protocol = _Protocol(running)
        connecting = running.create_connection(lambda: self.protocol, host, port, ssl=ssl_context)
        self._client_task = running.create_task(connecting)


@contextlib.asynccontextmanager
async def _session(box: Box) -> AsyncIterator[aioimaplib.IMAP4]:
    """A logged-in client, closed whatever happens."""
    server = box.server
    client = _Client(server.host, server.port, ssl_context=ssl.create_default_context() if server.tls else None)
    try:
        await _soon(client.wait_hello_from_server())
        answer = await _soon(client.login(server.username, server.password))
        if answer.result != "OK":
            raise LoginRefused(f"the mail server does not let {box.address} in")
        yield client
    finally:
        for left in (*client.tasks, *client.protocol.tasks):
            left.cancel()
        if client.protocol.transport:
            client.protocol.transport.abort()
        await asyncio.sleep(0)  # The loop closes the socket in its next round, which may be its last.


async def _follow(client: aioimaplib.IMAP4, box: Box, since: Position | None) -> AsyncIterator[Batch]:
    """New mails after a position; all of them, when the mailbox was renumbered."""
    selected = _ok(await _soon(client.select(box.folder)))
    found = _VALIDITY.search(b"\n".join(bytes(line) for line in selected))
    if not found:
        raise _Broken("no UIDVALIDITY")
    validity = int(found[1])
    position = since if since and since.validity == validity else Position(validity, 0)
    while True:
        sizes = await _new(client, position.uid)
        for uids in (sizes[i : i + BATCH] for i in range(0, len(sizes), BATCH)):
            mails = tuple([await _mail(client, box, validity, uid, size) for uid, size in uids])
            position = Position(validity, uids[-1][0])
            yield Batch(position, mails)
        await _wait(client, box.poll_seconds)


async def _new(client: aioimaplib.IMAP4, last: int) -> list[tuple[int, int]]:
    """UIDs above `last` with their sizes. `n:*` also names the last mail when nothing is new.

    A NOOP first: some servers show what came in only at the next command that is not a FETCH.
    """
    _ok(await _soon(client.noop()))
    lines = _ok(await _soon(client.uid("fetch", f"{last + 1}:*", "(UID RFC822.SIZE)")))
    found = (_SIZED.search(bytes(line)) for line in lines)
    sized = [(int(m[1] or m[4]), int(m[2] or m[3])) for m in found if m]
    return sorted((uid, size) for uid, size in sized if uid > last)


async def _mail(client: aioimaplib.IMAP4, box: Box, validity: int, uid: int, size: int) -> Kept:
    """The raw mail; of one that is too large, the headers, marked, so that it can be set aside by name."""
    part, mark = ("BODY.PEEK[]", b"") if size <= MAX_MAIL else ("BODY.PEEK[HEADER]", CUT)
    lines = _ok(await _soon(client.uid("fetch", str(uid), f"(UID {part})")))
    raw = next((bytes(line) for line in lines if isinstance(line, bytearray)), b"")
    return Kept(f"{box.address}:{validity}:{uid}", mark + raw)


async def _wait(client: aioimaplib.IMAP4, seconds: float) -> None:
    """Until the server pushes something, or for so many seconds."""
    if not client.has_capability("IDLE"):
        await asyncio.sleep(seconds)
        return
    idle = await _soon(client.idle_start(timeout=seconds + PATIENCE))
    try:
        await _pushed(client, seconds)
        await _soon(idle)
    finally:
        idle.cancel()


async def _pushed(client: aioimaplib.IMAP4, seconds: float) -> None:
    try:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(client.wait_server_push(), seconds)
    finally:
        client.idle_done()  # It stops the client's timer too, which would outlive the connection.


async def _soon(waiting: Awaitable[T]) -> T:
    """The result, if it comes in time. Not `wait_for`: that waits until the client has let itself be cancelled."""
    task = asyncio.ensure_future(waiting)
    try:
        await asyncio.wait({task}, timeout=PATIENCE)
        if not task.done():
            raise TimeoutError
        return task.result()
    finally:
        task.cancel()


def _ok(answer: Any) -> list[bytes | bytearray]:
    if answer.result != "OK":
        raise _Broken(answer.result)
    return list(answer.lines)
