"""The relay before the IMAP server: one connection of a client, on which things can go wrong as they do out there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.mail.faults import Faults
from sandbox.mail.oauth import REFUSAL

PAUSE = 0.001  # Seconds between two bytes of a slow server.


# The user and password to log in with, for a client's first response in XOAUTH2; None is nobody.
Login = Callable[[bytes], "tuple[str, str] | None"]


@dataclass(frozen=True)
class Line:
    """The two ways of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, words: bytes) -> None:
        """Send, and wait until they are on their way."""
        self.writer.write(words)
        await self.writer.drain()


@dataclass
class Relay:
    """A client on one side, the server on the other."""

    client: Line
    server: Line
    faults: Faults
    login: Login | None
    silent: bool
    slow: bool
    # The client waits for the server's consent to idle, after which the connection is to close.
    _closing: bool = False

    async def run(self) -> None:
        """Until one side is gone."""
        ways = [asyncio.create_task(self._up()), asyncio.create_task(self._down())]
        with contextlib.suppress(asyncio.CancelledError):  # Our end is the server's end: nothing to report.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    async def _up(self) -> None:
        """From the client, line by line, so that a fault can strike at a command."""
        while line := await self.client.reader.readline():
            if self.faults.take("imap_drop"):
                self.client.writer.transport.abort()
                return
            tag, _, command = line.strip().partition(b" ")
            strike = _STRIKES.get(command.upper().split(b" ")[0])
            if not (strike and await strike(self, tag, command)):
                await self.server.say(line)

    async def _down(self) -> None:
        """From the server."""
        with contextlib.suppress(ConnectionError):
            while data := await self.server.reader.read(65536):
                if self.silent:
                    continue
                await (self._dripping(data) if self.slow else self.client.say(data))
                if self._closing and data.startswith(b"+ "):
                    return

    async def _dripping(self, data: bytes) -> None:
        for at in range(len(data)):
            await self.client.say(data[at : at + 1])
            await asyncio.sleep(PAUSE)

    async def _idle(self, tag: bytes, _: bytes) -> bool:
        """What happens in place of idling, if anything does."""
        fault = self.faults.take(
            "imap_bye_on_idle", "imap_close_idling", "imap_silent_idle", "imap_no_idle", "imap_done_unanswered"
        )
        match fault.kind if fault else "":
            case "imap_bye_on_idle":
                await self.client.say(b"* BYE going down\r\n")
                self.client.writer.close()
            case "imap_no_idle":
                await self.client.say(tag + b" NO [UNAVAILABLE] no idling now\r\n")
            case "imap_silent_idle":
                await self._deaf()
            case "imap_done_unanswered":
                await self.server.say(tag + b" IDLE\r\n")
                await self._deaf()
            case "imap_close_idling":
                self._closing = True
                return False
            case _:
                return False
        return True

    async def _authenticate(self, tag: bytes, command: bytes) -> bool:
        """Translate XOAUTH2 to what the server behind understands, or refuse it as Google does."""
        mechanism, _, response = command[len(b"AUTHENTICATE ") :].partition(b" ")
        if self.login is None or mechanism.upper() != b"XOAUTH2":
            return False
        if not response:
            await self.client.say(b"+ \r\n")
            response = (await self.client.reader.readline()).strip()
        found = self.login(response)
        if found:
            user, password = found
            await self.server.say(tag + f' LOGIN "{user}" "{password}"\r\n'.encode())
            return True
        await self.client.say(b"+ " + REFUSAL + b"\r\n")
        await self.client.reader.readline()
        await self.client.say(tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n")
        return True

    async def _deaf(self) -> None:
        """Take whatever the client says, and do nothing about it; from DONE on, say nothing either."""
        while line := await self.client.reader.readline():
            self.silent = self.silent or line.strip().upper() == b"DONE"


Strike = Callable[[Relay, bytes, bytes], Awaitable[bool]]
_STRIKES: dict[bytes, Strike] = {b"IDLE": Relay._idle, b"AUTHENTICATE": Relay._authenticate}
