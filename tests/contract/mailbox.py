"""The sandbox's mailbox for contract tests: an account, a reader, and a wire that can be bent on its way to us."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace

from adapters.base import Batch, Position
from adapters.email.account import Account, OAuth, Server, Site
from adapters.email.fetching import imap
from adapters.email.fetching.imap import Box
from adapters.email.fetching.pace import Patience
from sandbox.mail import MailSandbox

ANA, BO = "ana@example.test", "bo@example.test"
PATIENCE = 20.0
CUT = b"(cut)"
HASTE = Patience(answer=1.0, first_pause=0.02, longest_pause=0.1)

# What the client hears of what the server says.
Bend = Callable[[bytes], bytes]


def account(mail: MailSandbox, *, password: str = "", poll_seconds: float = 30) -> Account:
    """The bot's account at the sandbox, which may want TLS, and access tokens."""
    oauth = OAuth(mail.token_url, mail.client_id, mail.client_secret, mail.refresh_token) if mail.token_url else None

    def server(port: int) -> Server:
        known = "" if oauth else password or mail.password
        return Server(mail.host, port, mail.bot, known, tls=bool(mail.trust), oauth=oauth, trust=mail.trust)

    return Account(
        Site(mail.bot, (mail.authserv_id,)), server(mail.smtp_port), server(mail.imap_port), poll_seconds=poll_seconds
    )


def at(port: int, of: Account) -> Account:
    """The same account, read at another port."""
    assert of.imap is not None
    return replace(of, imap=replace(of.imap, port=port))


def box(of: Account, patience: Patience = HASTE, folder: str = "INBOX") -> Box:
    """A folder of it, read by somebody who waits for nothing long."""
    assert of.imap is not None
    return Box(of.imap, of.site.address, folder, of.poll_seconds, patience)


@contextlib.asynccontextmanager
async def reading(
    of: Account, since: Position | None = None, *, patience: Patience = HASTE, folder: str = "INBOX"
) -> AsyncIterator[AsyncGenerator[Batch]]:
    """The batches of a folder, closed in the end."""
    batches = imap.listen(box(of, patience, folder), since)
    assert isinstance(batches, AsyncGenerator)
    async with contextlib.aclosing(batches):
        yield batches


async def following(batches: AsyncIterator[Batch]) -> Batch:
    """The next batch with mails, which must come."""
    async with asyncio.timeout(PATIENCE):
        while not (batch := await anext(batches)).messages:
            pass
    return batch


def words(batch: Batch) -> list[str]:
    """The bodies of its mails."""
    return [kept.raw.decode().partition("\r\n\r\n")[2].strip() for kept in batch.messages]


async def until(true: Callable[[], object]) -> None:
    """Wait for something that must become so."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)


class Wire:
    """A relay before the IMAP server: `bend` sees every piece the server says, `said` is what the client said.

    `heard` is what the server said.

    A piece that is bent to end in `CUT` is the last one of its connection.
    """

    def __init__(
        self, host: str, port: int, bend: Bend = lambda said: said, *, listen: int = 0, at: str = "127.0.0.1"
    ) -> None:
        self._server = (host, port)
        self.at, self.port = at, listen
        self.bend = bend
        self.said: list[bytes] = []
        self.heard: list[bytes] = []
        self.connections = 0
        self._relays: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Wire:
        self._listening = await asyncio.start_server(self._connected, self.at, self.port)
        self.port = int(self._listening.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        for relay in self._relays:
            relay.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay = asyncio.create_task(self._relay(reader, writer))
        self._relays.add(relay)
        relay.add_done_callback(self._relays.discard)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with contextlib.suppress(OSError):  # The server may not be there.
                await self._between(reader, writer, *await asyncio.open_connection(*self._server))
        finally:
            writer.transport.abort()

    async def _between(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
    ) -> None:
        up = asyncio.create_task(self._up(reader, server_writer))
        down = asyncio.create_task(self._down(server_reader, writer))
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            server_writer.transport.abort()
            up.cancel()
            down.cancel()
            await asyncio.wait({up, down})

    async def _up(self, reader: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        while said := await reader.read(65536):
            self.said.extend(said.splitlines(keepends=True))
            server.write(said)

    async def _down(self, server: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await server.read(65536):
            self.heard.append(said)
            bent = self.bend(said)
            writer.write(bent.removesuffix(CUT))
            await writer.drain()
            if bent.endswith(CUT):
                return


def idling(wire: Wire) -> bool:
    """Whether the server has taken a wish to idle: only from then on it pushes."""
    return any(line.startswith(b"+ ") for said in wire.heard for line in said.splitlines())
