"""A mailbox as the gateway reads it: one folder, mail by mail, each understood apart from us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from adapters.base import Batch, Kept, Position
from adapters.email.account import Site
from adapters.email.apart import read_apart
from adapters.email.fetching import imap
from adapters.email.fetching.imap import Box
from adapters.email.found import Sent
from adapters.email.link import effects_named
from adapters.email.meaning import meaning
from adapters.email.proof.dkim import signatures
from adapters.email.reading import Reading
from adapters.email.sent import SentMail
from adapters.email.where import CHANNEL
from adapters.heard import Heard, Ignored

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Reader:
    """Understands mails that came to us, however they came."""

    site: Site
    sent: SentMail

    async def read(self, raw: bytes) -> tuple[Reading, Heard | Ignored]:
        """What a mail tells, and what it is to the house. Raises Unreadable, StoreError."""
        named = await self._named(raw)
        checked = await signatures(raw, self.site)
        reading = await read_apart(raw, self.site, named, checked)
        return reading, meaning(reading, named)

    async def _named(self, raw: bytes) -> tuple[Sent, ...]:
        """The mails of ours it names, as far as we remember them."""
        found = [await self.sent.find(effect) for effect in effects_named(raw)]
        return tuple(one for one in found if one)


@dataclass(frozen=True)
class Mailbox:
    """What comes to our address: its INBOX, or what is posted to us where there is none."""

    reader: Reader
    box: Box | None

    @property
    def name(self) -> str:
        """What the mailroom calls it."""
        return f"{CHANNEL}:{self.reader.site.address}"

    async def listen(self, since: Position | None) -> AsyncIterator[Batch]:
        """Raw mails as they come. Raises SourceDown."""
        if self.box is None:
            await asyncio.Event().wait()  # They are posted to us, and kept by whoever takes them.
            return
        async for batch in imap.listen(self.box, since):
            yield batch

    async def read(self, kept: Kept) -> Heard | Ignored:
        """Verify and parse. Raises Unreadable, StoreError."""
        _, heard = await self.reader.read(kept.raw)
        return heard


@dataclass(frozen=True)
class Junk:
    """What is taken for junk: only answers to something of ours are heard from there."""

    reader: Reader
    box: Box

    @property
    def name(self) -> str:
        """What the mailroom calls it."""
        return f"{CHANNEL}:{self.box.address}/{self.box.folder}"

    def listen(self, since: Position | None) -> AsyncIterator[Batch]:
        """Raw mails as they come. Raises SourceDown."""
        return imap.listen(self.box, since)

    async def read(self, kept: Kept) -> Heard | Ignored:
        """Verify and parse. Raises Unreadable, StoreError."""
        reading, heard = await self.reader.read(kept.raw)
        if isinstance(heard, Ignored) or not (reading.link.token or reading.bounce):
            return Ignored(kind="junk")
        log.warning("an answer was taken for junk", source=self.name, message=kept.id)
        return heard
