"""Signatures of webhooks, made as the documentation says and not with the SDK that checks them.

The URL as it is configured, then every field's name and value sorted by name; HMAC with the auth token, SHA-1, or, with
a shared key, SHA-256; base64. A JSON body is not part of it: its hash is in the URL as `bodySHA256`.
https://www.twilio.com/docs/usage/security#validating-requests, https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Algorithm = Literal["HMAC_SHA1", "HMAC_SHA256"]
_HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}


@dataclass(frozen=True)
class Key:
    """What webhooks are signed with: the auth token, or a shared key, which has an `id` of its own."""

    secret: str
    algorithm: Algorithm = "HMAC_SHA1"
    id: str = ""


def signature(key: Key, url: str, form: Mapping[str, str]) -> str:
    """The value of X-Twilio-Signature."""
    text = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(key.secret.encode(), text.encode(), _HASHES[key.algorithm]).digest()
    return base64.b64encode(digest).decode()


def signed(key: Key, url: str, form: Mapping[str, str]) -> dict[str, str]:
    """The headers of a signed webhook."""
    headers = {"X-Twilio-Signature": signature(key, url, form)}
    if key.id:
        headers["X-Twilio-Webhooks-Signature-Settings"] = f"key={key.id},algorithm={key.algorithm}"
    return headers


def body_hash(body: str) -> str:
    """The value of `bodySHA256`."""
    return hashlib.sha256(body.encode()).hexdigest()
