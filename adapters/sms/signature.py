"""Signatures: whether a request is Twilio's, over the URL we gave it and never over what a proxy makes of that.

https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from __future__ import annotations

from urllib.parse import parse_qs

from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from adapters.base import HttpCall
from adapters.sms.account import Line
from adapters.sms.wire import Fields, header

# The SDK refuses any other too, but writes into a log what the header says.
_ALGORITHMS = {"HMAC_SHA1", "HMAC_SHA256"}
_BODY_HASH = "bodySHA256"


def signed(line: Line, call: HttpCall, fields: Fields) -> bool:
    """Whether a token in force signed this very request. Whatever breaks the check is no signature."""
    signature, algorithm = (
        header(call, SIGNATURE_HEADER),
        get_signature_algorithm(header(call, SIGNATURE_SETTINGS_HEADER)),
    )
    if not signature.isascii() or not signature or algorithm.upper() not in _ALGORITHMS:
        return False
    if fields.text is not None and _BODY_HASH not in parse_qs(call.query):
        return False  # Nothing says what the body was.
    url = f"{line.hook}?{call.query}" if call.query else line.hook
    tokens = (token.get_secret_value() for token in line.auth_tokens)
    return any(_valid(token, url, fields, signature, algorithm) for token in tokens if token)


def _valid(token: str, url: str, fields: Fields, signature: str, algorithm: str) -> bool:
    posted = _Posted(fields.values) if fields.text is None else fields.text
    try:
        return bool(RequestValidator(token).validate(url, posted, signature, algorithm))
    except (TypeError, ValueError):
        return False


class _Posted(dict[str, tuple[str, ...]]):
    """The fields in the shape that the SDK knows from web frameworks."""

    def getlist(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return self[name]
