"""The account: its keys, its senders, what it is allowed; and addresses, with or without `whatsapp:` in front."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sandbox.twilio.ids import new_sid
from sandbox.twilio.shapes import Channel

WHATSAPP = "whatsapp:"
_E164 = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True)
class Account:
    """`number` stands alone, `pool_number` is in the pool of the messaging service, `whatsapp_number` is on WhatsApp.

    `regions` are the dialling prefixes messages may be sent to (https://www.twilio.com/docs/messaging/guides/
    sms-geo-permissions), everywhere when empty. `advanced_opt_out` is a feature of the service, so of its pool.
    """

    sid: str = field(default_factory=lambda: new_sid("AC"))
    number: str = "+447700900100"
    pool_number: str = "+447700900101"
    whatsapp_number: str = "+447700900102"
    service: str = field(default_factory=lambda: new_sid("MG"))
    regions: tuple[str, ...] = ()
    advanced_opt_out: bool = False

    def senders(self, channel: Channel) -> tuple[str, ...]:
        """The addresses it may send from, `whatsapp:` in front where they are on WhatsApp."""
        return (self.number, self.pool_number) if channel == "sms" else (WHATSAPP + self.whatsapp_number,)

    def service_of(self, address: str) -> str:
        """The messaging service that an address belongs to; "" if to none."""
        return self.service if address == self.pool_number else ""


def channel_of(address: str) -> Channel:
    """Where an address is at home."""
    return "whatsapp" if address.startswith(WHATSAPP) else "sms"


def bare(address: str) -> str:
    """The number in an address."""
    return address.removeprefix(WHATSAPP)


def is_number(number: str) -> bool:
    """Whether this is in E.164: a plus and 7 to 15 digits."""
    return _E164.fullmatch(number) is not None


_COUNTRIES = {
    "1": "US",
    "33": "FR",
    "34": "ES",
    "353": "IE",
    "44": "GB",
    "49": "DE",
    "52": "MX",
    "61": "AU",
    "91": "IN",
}


def country_of(number: str) -> str:
    """The country Twilio puts into a webhook, by the dialling prefix; "" if not known here."""
    digits = number.removeprefix("+")
    return next((_COUNTRIES[digits[:length]] for length in (3, 2, 1) if digits[:length] in _COUNTRIES), "")
