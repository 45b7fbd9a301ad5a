"""Deliver: one parcel to one recipient, remembered before it goes, and not more to anybody than an hour may bring."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage

import structlog

from adapters.base import Parcel, Receipt
from adapters.email.account import Account
from adapters.email.found import Sent
from adapters.email.oauth import Tokens
from adapters.email.sending.envelope import message_id, return_path
from adapters.email.sending.pool import Pool
from adapters.email.sending.recipient import Recipient, recipient
from adapters.email.sending.render import render, text_of
from adapters.email.sending.smtp import SenderRefused, Session, connect
from adapters.email.sent import SentMail
from adapters.email.where import Where
from adapters.errors import TryLater
from adapters.meter import Meter

HOUR = 3600

log = structlog.get_logger(__name__)


class Outbox:
    """What goes out of one account, by any number of tasks. Ends with `aclose`.

    `sent` and `meter` are shared by all processes.
    """

    def __init__(self, account: Account, sent: SentMail, meter: Meter) -> None:
        self._account = account
        self._sent = sent
        self._meter = meter
        oauth = account.smtp.oauth
        self._tokens = Tokens(oauth) if oauth else None
        self._pool = Pool(self._connect)
        self._own_paths = True

    async def send(self, parcel: Parcel) -> Receipt:
        """One mail. Raises TryLater, Rejected, Unreachable, OutcomeUnknown, StoreError."""
        site, to = self._account.site, recipient(Where.of(parcel.address).to)
        mail = render(parcel, site)
        await self._may(parcel, to)
        try:
            await self._go(parcel, mail, to, return_path(parcel, site) if self._own_paths else site.address)
        except SenderRefused:
            if not self._own_paths:
                raise
            await self._go(parcel, mail, to, site.address)
            self._own_paths = False
            log.warning(
                "the mail server lets bounces come back to our plain address only", host=self._account.smtp.host
            )
        return Receipt(provider_id=message_id(parcel, site))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def _go(self, parcel: Parcel, mail: EmailMessage, to: Recipient, path: str) -> None:
        """Remember the mail, and send it: the answer may be quick."""
        await self._sent.note(
            Sent(
                effect_id=parcel.effect_id,
                thread_id=parcel.thread_id,
                cause=parcel.event.id,
                to=parcel.identity,
                message_id=message_id(parcel, self._account.site),
                return_path=path,
                text=text_of(mail),
            )
        )
        async with self._pool.session() as session:
            await session.send(mail, path, to)

    async def _connect(self) -> Session:
        return await connect(self._account.smtp, self._account.site.domain, self._tokens)

    async def _may(self, parcel: Parcel, to: Recipient) -> None:
        """Whether they had enough for an hour. Two robots that answer one another end here, and an operator is told.

        A mail is counted once, before it goes, however often it is tried: else tries would use the hour up.
        """
        most, meter, this = self._account.per_hour, self._meter, f"email:counted:{parcel.effect_id}"
        if await meter.take(this, 0, most=0, seconds=HOUR):
            return
        if wait := await meter.take(f"email:sent:{_hashed(to)}", 1, most=most, seconds=HOUR):
            if not await meter.take(f"email:told:{_hashed(to)}", 1, most=1, seconds=HOUR):
                log.error("too many mails to one recipient", recipient=_hashed(to), most=most, seconds=HOUR)
            raise TryLater("enough was sent to this address for now", wait)
        await meter.take(this, 1, most=1, seconds=HOUR)


def _hashed(to: Recipient) -> str:
    """A name for them in counters and logs."""
    return hashlib.sha256(str(to).lower().encode()).hexdigest()[:32]
