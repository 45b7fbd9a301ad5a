"""A session with an IMAP server, and the only file that knows aioimaplib (GPL-3.0-only).

The client hangs when a server closes, falls silent or refuses at the wrong moment. So every wait on it ends here: when
the answer is there, when the connection is lost, when nothing was heard for too long, or when it takes too long.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Collection, Sequence
from datetime import date
from typing import Any, TypeVar

import aioimaplib

from adapters.email.account import Server
from adapters.email.fetching.folder import encoded
from adapters.email.fetching.pace import Patience

FEW = 100
ENDING = 1.0

_VALIDITY = re.compile(rb"UIDVALIDITY (\d+)")
_NEXT = re.compile(rb"UIDNEXT (\d+)")
_UID = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_PASSING = re.compile(rb"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]")  # RFC 5530: not a word about our credentials.
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
T = TypeVar("T")


class Broken(Exception):
    """The server is lost, silent, or answers something that is of no use."""


class Session:
    """One connection. Nothing is said but by these methods; each of them raises Broken."""

    def __init__(self, server: Server, patience: Patience) -> None:
        self._patience = patience
        self._waits: set[asyncio.Future[Any]] = set()
        context = _context(server.trust) if server.tls else None
        self._client = _Client(server.host, server.port, timeout=patience.whole, ssl_context=context)
        self._wire: _Protocol = self._client.protocol
        self._pushes = True

    async def greeted(self) -> None:
        """Connect, and hear the server's greeting."""
        await self._soon(self._client.wait_hello_from_server())

    async def login(self, username: str, password: str) -> bool:
        """Log in by password. False: the server does not accept it."""
        return await self._let_in(self._client.login(_quoted(username), password))

    async def xoauth2(self, username: str, token: str) -> bool:
        """Log in by access token. False: the server does not accept it."""
        try:
            return await self._let_in(self._client.xoauth2(username, token))
        except Broken:
            if self._wire.challenged:  # It has said no already, and only does not say so in the end.
                return False
            raise

    async def select(self, folder: str) -> tuple[int, int] | None:
        """The folder's UIDVALIDITY, and the highest UID there may be; None if there is no such folder."""
        answer = await self._soon(self._client.select(_quoted(encoded(folder))))
        if answer.result == "NO":
            return None
        told = b"\n".join(bytes(line) for line in _ok(answer))
        validity, following = _VALIDITY.search(told), _NEXT.search(told)
        if not validity or not following:
            raise Broken("no UIDVALIDITY or UIDNEXT")
        return int(validity[1]), int(following[1]) - 1

    async def above(self, uid: int) -> list[int]:
        """UIDs above this one. `n:*` also names the last mail when nothing is new.

        A NOOP first: some servers show what came in only at the next command that is neither FETCH nor SEARCH.
        """
        _ok(await self._soon(self._client.noop()))
        return [found for found in await self._search(f"UID {uid + 1}:*") if found > uid]

    async def since(self, day: date) -> list[int]:
        """UIDs of what came on that day or later."""
        return await self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    async def sizes(self, uids: Collection[int]) -> list[tuple[int, int]]:
        """These mails with their sizes in bytes, but those that are there no more."""
        lines = await self._fetch(",".join(map(str, uids)), "(UID RFC822.SIZE)")
        found = ((_UID.search(line), _SIZE.search(line)) for line in lines if isinstance(line, bytes))
        sized = {int(uid[1]): int(size[1]) for uid, size in found if uid and size}
        return sorted((uid, size) for uid, size in sized.items() if uid in set(uids))

    async def mail(self, uid: int, most: int | None = None) -> bytes | None:
        """The raw mail, or its first bytes; None when it is there no more. Leaves no marks."""
        part = "BODY.PEEK[]" if most is None else f"BODY.PEEK[]<0.{most}>"
        lines = await self._fetch(str(uid), f"(UID {part})")
        literal = next((line for line in lines if isinstance(line, bytearray)), None)
        if literal is not None:
            return bytes(literal)
        return b"" if any(b"BODY[]" in line for line in lines) else None

    async def push(self, seconds: float) -> None:
        """Wait until the server says that something may be new, or for so many seconds."""
        seconds = min(seconds, self._patience.idle)
        idle = await self._idle(seconds)
        if idle is None:
            await self.quiet(seconds)
            return
        try:
            await self._first(self._wire.idle_queue.get(), seconds)
        finally:
            self._client.idle_done()  # It stops the client's timer too, which would outlive the connection.
        _ok(await self._soon(idle))

    async def quiet(self, seconds: float) -> None:
        """Wait for so many seconds."""
        await self._first(asyncio.sleep(seconds), seconds + 1)

    async def close(self) -> None:
        """Drop the connection, and everything the client has left running."""
        left: set[asyncio.Future[Any]] = {*self._client.tasks, *self._wire.tasks, *self._waits}
        left.add(self._client._client_task)
        for task in left:
            task.cancel()
        if self._wire.transport:
            self._wire.transport.abort()
        await asyncio.wait(left, timeout=ENDING)
        for task in left:
            if task.done() and not task.cancelled():
                task.exception()  # Seen: nobody else will look at it.

    async def _let_in(self, answering: Awaitable[Any]) -> bool:
        answer = await self._soon(answering)
        if answer.result != "OK":
            if any(_PASSING.search(line) for line in answer.lines):
                raise Broken("the server cannot let us in now")
            return False
        await self._soon(self._wire.capability())  # Servers tell what they can only to those they know.
        return True

    async def _idle(self, seconds: float) -> asyncio.Future[Any] | None:
        """The pending IDLE; None if the server has none for us, and will not be asked again."""
        if not self._pushes or not self._client.has_capability("IDLE"):
            return None
        try:
            idle: asyncio.Future[Any] = await self._soon(
                self._client.idle_start(timeout=seconds + 2 * self._patience.answer)
            )
        except _Refused:
            self._pushes = False
            return None
        return idle

    async def _search(self, what: str) -> list[int]:
        lines = _ok(await self._soon(self._client.uid_search(what, charset=None)))
        # The last line is the end of the tagged answer; a server that found nothing may say nothing else.
        return sorted({int(word) for line in lines[:-1] for word in line.split() if word.isdigit()})

    async def _fetch(self, uids: str, what: str) -> Sequence[bytes | bytearray]:
        return _ok(await self._soon(self._client.uid("fetch", uids, what)))

    async def _soon(self, waiting: Awaitable[T]) -> T:
        """The result, if it comes in time. Not `wait_for`: that waits until the client has let itself be cancelled."""
        until = asyncio.get_running_loop().time() + self._patience.whole
        task = self._waiting(waiting)
        try:
            while not task.done() and asyncio.get_running_loop().time() < until:
                heard = self._wire.heard
                await self._any(task, self._patience.answer)
                if self._wire.heard == heard:
                    break
            return _result(task)
        finally:
            task.cancel()

    async def _first(self, waiting: Awaitable[Any], seconds: float) -> None:
        """Wait for it, but no longer than this."""
        task = self._waiting(waiting)
        try:
            await self._any(task, seconds)
        finally:
            task.cancel()

    async def _any(self, task: asyncio.Future[Any], seconds: float) -> None:
        """Wait for it, or for the loss of the connection."""
        lost = self._waiting(self._wire.lost.wait())
        try:
            await asyncio.wait({task, lost}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            lost.cancel()
        if self._wire.lost.is_set() and not task.done():
            raise Broken("the connection is lost")

    def _waiting(self, waiting: Awaitable[T]) -> asyncio.Future[T]:
        task = asyncio.ensure_future(waiting)
        self._waits.add(task)
        task.add_done_callback(self._waits.discard)
        return task


class _Refused(Broken):
    """The client gave up a command, most likely as the server said NO."""


class _Protocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # the package has no types
    """What the client does not do by itself: notice a loss, answer a challenge, survive many lines at once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.lost = asyncio.Event()
        self.heard = 0
        self.challenged = False

    def data_received(self, data: bytes) -> None:
        """Read what came, as if it had come in small pieces.

        Each line is read within the reading of the one before, and Python stops at a thousand.
        https://github.com/iroco-co/aioimaplib/issues/118
        """
        self.heard += len(data)
        lines = data.splitlines(keepends=True)
        try:
            for start in range(0, len(lines), FEW):
                super().data_received(b"".join(lines[start : start + FEW]))
        except Exception:  # Whatever the client makes of what it cannot read: this connection is of no use any more.
            self._lose()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits. The client's own way to tell is not there over TLS."""
        super().connection_lost(exc)
        self.lost.set()

    async def welcome(self, command: bytes) -> None:
        """Hear the greeting; one that is none ends the connection, which the client would wait on."""
        try:
            await super().welcome(command)
        except Exception:  # It may say BYE, or that it can do nothing.
            self._lose()

    def _continuation(self, line: bytes) -> None:
        """An access token that is refused is answered by a challenge, and that by an empty line, and that by NO."""
        pending = self.pending_sync_command
        if pending is not None and pending.name == "AUTHENTICATE":
            self.challenged = True
            self.transport.write(b"\r\n")
        else:
            super()._continuation(line)

    def _lose(self) -> None:
        self.lost.set()
        if self.transport:
            self.transport.abort()


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


def _result(task: asyncio.Future[T]) -> T:
    """What it gave; whatever it broke with is the server's doing."""
    if not task.done():
        raise Broken("the server is silent")
    try:
        return task.result()
    except aioimaplib.Abort as error:
        raise _Refused(type(error).__name__) from error
    except (OSError, aioimaplib.AioImapException, TimeoutError, IndexError, ValueError) as error:
        raise Broken(type(error).__name__) from error


def _context(trust: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=trust or None)
    except OSError as error:
        raise Broken(f"the certificates to trust cannot be read: {type(error).__name__}") from error


def _quoted(words: str) -> str:
    return str(aioimaplib.aioimaplib.quoted(words))


def _ok(answer: Any) -> Sequence[bytes | bytearray]:
    if answer.result != "OK":
        raise Broken(f"the server says {answer.result}")
    return list(answer.lines)
