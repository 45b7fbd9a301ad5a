"""A mailbox as the gateway reads it: one folder, mail by mail, each understood apart from us."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from adapters.base import Batch, Kept, Position
from adapters.email import imap
from adapters.email.account import Site
from adapters.email.imap import Box
from adapters.email.parse import parse
from adapters.email.where import CHANNEL
from adapters.heard import Heard, Ignored


@dataclass(frozen=True)
class Mailbox:
    """One folder."""

    box: Box
    site: Site

    @property
    def name(self) -> str:
        """What the mailroom calls it."""
        return f"{CHANNEL}:{self.box.address}"

    def listen(self, since: Position | None) -> AsyncIterator[Batch]:
        """Raw mails as they come. Raises SourceDown."""
        return imap.listen(self.box, since)

    async def read(self, kept: Kept) -> Heard | Ignored:
        """Verify and parse. Raises Unreadable."""
        return parse(kept.raw, self.site)
