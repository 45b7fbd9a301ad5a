"""Numbers: E.164, where they are from, what they may cost, and how they look in a log.

The one file that knows `phonenumbers`. A number here is E.164 without a channel in front (`+447700900123`); Twilio
writes `whatsapp:+447700900123`, which `split` and `joined` take apart and put together.
"""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

from adapters.errors import AdapterError

SMS = "sms"
# Nothing longer is a number, however it is written.
_LONGEST = 60
_SHOWN = 4
# Calling codes of several countries that are priced apart. Others that share one (+44: Guernsey, Jersey, the Isle of
# Man) are billed as the country whose code it is, whatever the number itself says.
_APART = {1, 7}
_DEAR = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.PAGER,
}


class BadNumber(AdapterError):
    """This is no telephone number. The message does not quote it."""


def e164(text: str, region: str) -> str:
    """A number as people write it, as E.164; `region` (ISO 3166) is where it is from if it does not say.

    What is possible is accepted, valid or not: numbering plans change faster than tables of them. Raises BadNumber.
    """
    # phonenumbers would read "call" as the keys of a telephone, and leave an extension out without a word.
    if len(text) > _LONGEST or any(char.isalpha() for char in text):
        raise BadNumber("not a number")
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        raise BadNumber("not a number") from error
    # Not `is_possible_number`: that also takes what can only be dialled next door.
    if number.extension or phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        raise BadNumber("not a possible number")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def is_valid(number: str) -> bool:
    """Whether it is in a range known to be given out. Worth a warning if not, and no more than that."""
    return bool(phonenumbers.is_valid_number(_parsed(number)))


def split(address: str) -> tuple[str, str]:
    """The channel and the rest of how Twilio writes an address: `whatsapp:+44...` is WhatsApp's, bare ones are SMS."""
    channel, colon, rest = address.partition(":")
    return (channel, rest) if colon else (SMS, address)


def joined(channel: str, number: str) -> str:
    """A number of a channel as Twilio writes it."""
    return number if channel == SMS else f"{channel}:{number}"


def region_of(number: str) -> str:
    """The region (ISO 3166) it is from as far as it tells, empty if it does not. Raises BadNumber."""
    parsed = _parsed(number)
    return str(phonenumbers.region_code_for_number(parsed) or _main(parsed))


def priced_in(number: str) -> str:
    """The region whose price it has: that of its calling code where one price goes for all of it. Raises BadNumber."""
    return _main(_parsed(number)) or region_of(number)


def dialled(number: str) -> int:
    """The country calling code: 44. Raises BadNumber."""
    return int(_parsed(number).country_code or 0)


def allowed(number: str, countries: tuple[str, ...]) -> bool:
    """Whether it is from one of these regions, or priced as one. Raises BadNumber."""
    return bool({priced_in(number), region_of(number)} & set(countries) - {""})


def premium(number: str) -> bool:
    """Whether writing there, or what comes back, may cost more than a message. Raises BadNumber."""
    return phonenumbers.number_type(_parsed(number)) in _DEAR


def masked(address: str) -> str:
    """An address as a log may show it: `+44******0018`, `whatsapp:+44******0018`; never raises."""
    channel, number = split(address)
    try:
        begin = f"+{dialled(number)}"
    except BadNumber:
        begin = ""
    return joined(channel if channel.isalpha() else "?", _starred(number, begin))


def _starred(number: str, begin: str) -> str:
    hidden = len(number) - len(begin) - _SHOWN
    if not begin or hidden < 1:
        # A short code, or words of somebody's own choosing.
        return "*" * min(len(number), _LONGEST)
    return f"{begin}{'*' * hidden}{number[-_SHOWN:]}"


def _main(number: PhoneNumber) -> str:
    """The region whose calling code it is; empty if that alone says too little."""
    code = number.country_code or 0
    if code in _APART:
        return ""
    return str(phonenumbers.region_code_for_country_code(code))


def _parsed(number: str) -> PhoneNumber:
    if not (number.startswith("+") and number[1:].isascii() and number[1:].isdigit() and len(number) <= _LONGEST):
        raise BadNumber("not E.164")
    try:
        return phonenumbers.parse(number)
    except NumberParseException as error:
        raise BadNumber("not E.164") from error
