"""The console's adapter: a channel whose people read their thread themselves, by REST or `holdpoint chat`."""

from __future__ import annotations

from adapters.base import Capabilities, Parcel, Receipt
from adapters.errors import Rejected
from adapters.heard import Address


class ConsoleAdapter:
    """Nothing is sent: a `pull` channel has no far end."""

    channel = "console"
    capabilities = Capabilities(pull=True)

    def address_of(self, identity: str) -> Address:
        """The identity's own name."""
        return Address(channel=self.channel, ref=identity.partition(":")[2])

    async def send(self, parcel: Parcel) -> Receipt:
        """Raises Rejected: whoever routes a message here has made a mistake."""
        raise Rejected("the console is read, not sent to")
