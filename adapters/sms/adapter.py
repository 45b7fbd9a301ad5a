"""The SMS and the WhatsApp channel: one class, an instance for each line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from adapters.base import Capabilities, Desk, HttpCall, HttpReply, Parcel, Receipt
from adapters.errors import Unreachable
from adapters.heard import Address
from adapters.meter import Meter
from adapters.sms.account import Line
from adapters.sms.api import Api, Refused
from adapters.sms.codes import judged
from adapters.sms.contacts import Contacts
from adapters.sms.deliver import Delivery
from adapters.sms.media import Media
from adapters.sms.receive import receive


class SmsAdapter:
    """A line at Twilio. Ends with `aclose`."""

    capabilities = Capabilities(finds=True, shared=True, paced=True, proof="restricted")

    def __init__(self, line: Line, contacts: Contacts, meter: Meter, clock: Callable[[], datetime]) -> None:
        self.channel: str = line.channel
        self._line = line
        self._api = Api(line.account_sid, line.auth_tokens[0], line.base_url)
        self._delivery = Delivery(self._api, line, contacts, meter, clock)
        self._media = Media(line)
        self._contacts = contacts
        self._clock = clock

    def address_of(self, identity: str) -> Address:
        """Their number."""
        return Address(channel=self.channel, ref=identity.partition(":")[2])

    def seal(self, address: Address) -> str:
        """Where a button may be pressed: on the phone it was sent to."""
        return f"{self.channel}:{address.ref}"

    async def send(self, parcel: Parcel) -> Receipt:
        """Send the event as text. Raises TryLater, Rejected, Unreachable, OutcomeUnknown, StoreError."""
        try:
            return await self._delivery.deliver(parcel)
        except Refused as error:
            if judged(error.code).contact in ("out", "bar"):
                raise Unreachable(str(error)) from error
            raise

    async def receive(self, call: HttpCall, desk: Desk) -> HttpReply:
        """A request of Twilio: 403 unless it signed it, 200 once stored. Raises StoreError."""
        return await receive(call, self._line, desk, self._contacts, self._media, self._clock)

    async def begin(self, desk: Desk) -> None:
        """What Twilio could not bring while we were away, it brings again by itself, or never."""

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()
        await self._media.aclose()
