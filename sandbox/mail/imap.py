"""IMAP: pymap over in-memory mailboxes, behind a small relay that can misbehave as real servers do.

Each start has a new UIDVALIDITY, so every client is tried on that path as well.
"""

from __future__ import annotations

import asyncio
import contextlib
from argparse import Namespace
from collections.abc import Mapping

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.mailbox import MailboxData
from pymap.imap import IMAPServer
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import Cleartext

from sandbox.mail.post import Post

_ARGUMENTS = Namespace(passlib_cfg=None, proxy_protocol=None, cert=None, key=None)


class Imap:
    """The server: pymap on a port of its own, the relay on the one clients are given."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._silent = False
        self._open: set[asyncio.StreamWriter] = set()
        self._relays: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int, people: Mapping[str, str]) -> int:
        """Listen; returns the port."""
        config = Config(
            _ARGUMENTS,
            host=host,
            port=0,
            demo_data=False,
            demo_user="",
            demo_password="",
            hash_context=Cleartext(),  # Nobody's password: half a second of hashing at each login protects nothing.
            tls_enabled=False,
            secure_auth=False,
            reject_dnsbl=False,
        )
        login = Login(config)
        for address, password in people.items():
            self._post.inboxes[address] = await _mailbox(config, login, address, password)
        serve = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))
        self._inner = await asyncio.start_server(serve, host, 0)
        self._inner_at = self._inner.sockets[0].getsockname()[:2]
        self._outer = await asyncio.start_server(self._connected, host, port)
        return int(self._outer.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close everything."""
        self._outer.close()
        self.drop()
        self._inner.close()
        for relay in self._relays:
            relay.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)

    def drop(self) -> None:
        """Close every connection, without a word."""
        for writer in tuple(self._open):
            writer.transport.abort()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay = asyncio.create_task(self._relay(reader, writer))
        self._relays.add(relay)
        relay.add_done_callback(self._relays.discard)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silent = self._post.take_fault("imap_silent") is not None
        inner_reader, inner_writer = await asyncio.open_connection(*self._inner_at)
        self._open |= {writer, inner_writer}
        try:
            up = asyncio.create_task(self._up(reader, inner_writer, writer))
            down = asyncio.create_task(_pump(inner_reader, None if silent else writer))
            with contextlib.suppress(asyncio.CancelledError):  # Our end is the server's end: nothing to report.
                await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            for task in (up, down):
                task.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
        finally:
            self._open -= {writer, inner_writer}
            inner_writer.close()
            writer.close()

    async def _up(self, reader: asyncio.StreamReader, inner: asyncio.StreamWriter, back: asyncio.StreamWriter) -> None:
        """From the client, line by line, so that a fault can strike at a command."""
        while line := await reader.readline():
            if self._post.take_fault("imap_drop"):
                back.transport.abort()
                return
            if b" IDLE" in line.upper() and self._post.take_fault("imap_bye_on_idle"):
                back.write(b"* BYE going down\r\n")
                await back.drain()
                return
            inner.write(line)
            await inner.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None) -> None:
    """From the server; into nothing, when there is no writer."""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            if writer:
                writer.write(data)
                await writer.drain()


async def _mailbox(config: Config, login: Login, address: str, password: str) -> MailboxData:
    """A user with an INBOX, made before anybody logs in."""
    identity = Identity(address, login, None, frozenset())
    hashed = await Passwords(config).hash_password(password)
    await identity.set(UserMetadata(config, address, password=hashed))
    async with identity.new_session() as session:
        return await session.mailbox_set.get_mailbox("INBOX")
