"""The e-mail adapter: read by IMAP, written by SMTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.base import Capabilities, Parcel, Receipt, Source
from adapters.email import smtp
from adapters.email.account import Account
from adapters.email.imap import Box
from adapters.email.mailbox import Mailbox
from adapters.email.recipient import recipient
from adapters.email.render import message_id, render
from adapters.email.where import CHANNEL, Where
from adapters.heard import Address


@dataclass(frozen=True)
class EmailAdapter:
    """One mailbox."""

    account: Account

    channel = CHANNEL
    capabilities = Capabilities()

    @property
    def sources(self) -> Sequence[Source]:
        """The folders we read."""
        account = self.account
        if account.imap is None:
            return ()
        return (Mailbox(Box(account.imap, account.site.address, poll_seconds=account.poll_seconds), account.site),)

    def address_of(self, identity: str) -> Address:
        """A new conversation with this address."""
        return Where(to=identity.partition(":")[2]).address()

    async def send(self, parcel: Parcel) -> Receipt:
        """One mail to the recipient. Raises TryLater, Rejected, OutcomeUnknown."""
        site = self.account.site
        mail = render(parcel, site)
        await smtp.deliver(mail, site.address, recipient(Where.of(parcel.address).to), self.account.smtp)
        return Receipt(provider_id=message_id(parcel, site))
