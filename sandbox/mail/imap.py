"""IMAP: pymap over in-memory mailboxes, behind a small relay that can misbehave as real servers do.

Each start has a new UIDVALIDITY, so every client is tried on that path as well.
"""

from __future__ import annotations

import asyncio
import ssl
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData
from pymap.config import BackendCapability
from pymap.imap import IMAPServer
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import Cleartext

from sandbox.mail.boxes import Boxes
from sandbox.mail.faults import FaultKind
from sandbox.mail.oauth import Tokens
from sandbox.mail.post import INBOX, JUNK, Post
from sandbox.mail.relay import Line, Relay

_ARGUMENTS = Namespace(passlib_cfg=None, proxy_protocol=None, cert=None, key=None)
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_AT_CONNECTING: tuple[FaultKind, FaultKind] = ("imap_silent", "imap_slow")


class Imap:
    """The server: pymap on a port of its own, the relay on the one clients are given."""

    def __init__(self, post: Post, tokens: Tokens | None, *, idle: bool) -> None:
        self._post = post
        self._tokens = tokens
        self._idle = idle
        self._open: set[asyncio.StreamWriter] = set()
        self._served: set[asyncio.Future[None]] = set()

    async def start(self, host: str, port: int, people: Mapping[str, str], tls: ssl.SSLContext | None) -> int:
        """Listen; returns the port."""
        config = _Config(
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
        config.idle, config.xoauth2 = self._idle, self._tokens is not None
        login = Login(config)
        for address, password in people.items():
            for folder, box in (await _mailboxes(config, login, address, password)).items():
                self._post.boxes[address, folder] = box
        serve = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))
        self._inner = await asyncio.start_server(self._tracked(serve), host, 0)
        self._inner_at = self._inner.sockets[0].getsockname()[:2]
        relay = self._tracked(lambda reader, writer: self._relay(Line(reader, writer)))
        self._outer = await asyncio.start_server(relay, host, port, ssl=tls)
        return int(self._outer.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close everything."""
        self._outer.close()
        self.drop()
        self._inner.close()
        await asyncio.gather(*self._served, return_exceptions=True)

    def drop(self) -> None:
        """Close every connection, without a word."""
        for writer in tuple(self._open):
            writer.transport.abort()

    def _tracked(self, serve: Serve) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        """Serve connections in tasks of which we know when the last has ended."""

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(serve(reader, writer))
            self._served.add(task)
            task.add_done_callback(self._served.discard)

        return connected

    async def _relay(self, client: Line) -> None:
        faults = self._post.faults
        silent, slow = (faults.take(kind) is not None for kind in _AT_CONNECTING)
        server = Line(*await asyncio.open_connection(*self._inner_at))
        writers = {client.writer, server.writer}
        self._open |= writers
        try:
            await Relay(client, server, faults, self._login if self._tokens else None, silent=silent, slow=slow).run()
        finally:
            self._open -= writers
            for writer in writers:
                writer.close()

    def _login(self, response: bytes) -> tuple[str, str] | None:
        owner = self._tokens.owner(response) if self._tokens else None
        return (owner, self._post.people[owner]) if owner else None


class _Config(Config):
    """What the server says it can do."""

    idle = True
    xoauth2 = False

    @property
    def initial_capability(self) -> list[bytes]:
        """What a client may do before it has logged in."""
        return [*super().initial_capability, *([b"AUTH=XOAUTH2", b"SASL-IR"] if self.xoauth2 else [])]

    @property
    def backend_capability(self) -> BackendCapability:
        """Its extensions."""
        return BackendCapability(idle=self.idle, object_id=True, multi_append=True)


async def _mailboxes(config: Config, login: Login, address: str, password: str) -> dict[str, MailboxData]:
    """The folders of a user, made before anybody logs in."""
    identity = Identity(address, login, None, frozenset())
    hashed = await Passwords(config).hash_password(password)
    await identity.set(UserMetadata(config, address, password=hashed))
    boxes = Boxes()
    config.set_cache[address] = boxes, FilterSet()
    await boxes.add_mailbox(JUNK)
    return {folder: await boxes.get_mailbox(folder) for folder in (INBOX, JUNK)}
