"""The e-mail adapter: read by IMAP or posted to us, written by SMTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from adapters.base import Capabilities, Desk, HttpCall, HttpReply, Parcel, Receipt, Source
from adapters.email.account import Account
from adapters.email.fetching import posted
from adapters.email.fetching.imap import Box
from adapters.email.fetching.posted import Postbox
from adapters.email.mailbox import Junk, Mailbox, Reader
from adapters.email.sending.deliver import Outbox
from adapters.email.sent import SentMail
from adapters.email.where import CHANNEL, Where
from adapters.heard import Address
from adapters.meter import Meter


class EmailAdapter:
    """One account. `sent`, `meter` and `postbox` are shared by all processes. Ends with `aclose`."""

    channel = CHANNEL
    capabilities = Capabilities(subjects=True)

    def __init__(self, account: Account, sent: SentMail, meter: Meter, postbox: Postbox) -> None:
        self._account = account
        self._sent = sent
        self._postbox = postbox
        self._outbox = Outbox(account, sent, meter)

    @property
    def by_hook(self) -> bool:
        """Whether mails may be posted to us."""
        return bool(self._account.posting_secret)

    @cached_property
    def sources(self) -> Sequence[Source]:
        """The folders we read; the first one is also what is posted to us."""
        account, reader = self._account, Reader(self._account.site, self._sent)
        if account.imap is None:
            return (Mailbox(reader, None),)
        box = Box(account.imap, account.site.address, poll_seconds=account.poll_seconds)
        inbox = Mailbox(reader, box)
        if not account.junk:
            return (inbox,)
        junk = Box(account.imap, account.site.address, folder=account.junk, poll_seconds=account.poll_seconds)
        return (inbox, Junk(reader, junk))

    def address_of(self, identity: str) -> Address:
        """A new conversation with this address."""
        return Where(to=identity.partition(":")[2]).address()

    async def send(self, parcel: Parcel) -> Receipt:
        """One mail to the recipient. Raises TryLater, Rejected, OutcomeUnknown."""
        return await self._outbox.send(parcel)

    async def receive(self, call: HttpCall, desk: Desk) -> HttpReply:
        """Keep a mail that is posted to us; it is understood by whoever reads the mailbox."""
        return await posted.take(call, self._account.posting_secret, self.sources[0].name, self._postbox)

    async def begin(self, desk: Desk) -> None:
        """What was posted while we were away is posted again."""

    def admits(self, headers: Mapping[str, str]) -> int:
        """How large a body may be, in bytes, that comes with these headers."""
        return posted.MOST if posted.knows(headers, self._account.posting_secret) else 0

    async def aclose(self) -> None:
        """Close connections."""
        await self._outbox.aclose()
