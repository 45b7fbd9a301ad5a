"""The e-mail adapter: read by IMAP, written by SMTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from adapters.base import Batch, Capabilities, Kept, Parcel, Position, Receipt
from adapters.email import imap, smtp
from adapters.email.account import Account
from adapters.email.parse import parse
from adapters.email.render import message_id, render
from adapters.email.where import CHANNEL, Where
from adapters.heard import Address, Ignored, Received


@dataclass(frozen=True)
class EmailAdapter:
    """One mailbox."""

    account: Account

    channel = CHANNEL
    capabilities = Capabilities()

    @property
    def source(self) -> str:
        """The mailbox's name in the mailroom."""
        return f"{CHANNEL}:{self.account.address}"

    def address_of(self, identity: str) -> Address:
        """A new conversation with this address."""
        return Where(to=identity.partition(":")[2]).address()

    async def send(self, parcel: Parcel) -> Receipt:
        """One mail to the recipient. Raises TryLater, Rejected, OutcomeUnknown."""
        mail = render(parcel, self.account)
        await smtp.deliver(mail, self.account.address, Where.of(parcel.address).to, self.account.smtp)
        return Receipt(provider_id=message_id(parcel, self.account))

    def listen(self, since: Position | None) -> AsyncIterator[Batch]:
        """Raw mails as they come. Raises SourceDown."""
        return imap.listen(self.account, since)

    def read(self, kept: Kept) -> Received | Ignored:
        """Verify and parse. Raises Unreadable."""
        return parse(kept.raw, self.account)
