"""Signatures: whether a request is Discord's. Ed25519 over its time stamp and the body as it came."""

from __future__ import annotations

import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.base import HttpCall

SIGNATURE, TIMESTAMP = "x-signature-ed25519", "x-signature-timestamp"
# A request signed longer ago, or further ahead, than this is no request of now. In seconds.
FRESH = 300
_STAMP = re.compile(r"[0-9]{1,12}")


def signed(call: HttpCall, public_key: str, now: float) -> bool:
    """Whether the application's key signed this very request just now (`now` in Unix seconds). False for garbage."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    stamp, signature = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not _STAMP.fullmatch(stamp) or abs(now - int(stamp)) > FRESH:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), stamp.encode() + call.body)
    except (InvalidSignature, ValueError):
        return False
    return True
