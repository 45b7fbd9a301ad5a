"""Sealed: what must not be readable where it is kept. AES-256-GCM under a key of its own, derived from the secret key.

What is sealed is bound to its name, so that nobody who can write to the store can put one record in another's place.
"""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import SealBroken

_KEY_BYTES = 32
_NONCE_BYTES = 12


class Sealer:
    """Seals for one purpose of one tenant; the secret is that of the installation."""

    def __init__(self, secret: bytes, tenant: str, purpose: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=f"holdpoint/{tenant}/{purpose}".encode())
        self._cipher = AESGCM(derived.derive(secret))

    def seal(self, plain: bytes, name: str) -> bytes:
        """The bytes as they may be kept: a random nonce, then what it encrypts; another one each time."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, name.encode())

    def open(self, sealed: bytes, name: str) -> bytes:
        """The bytes again. Raises SealBroken."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError):
            raise SealBroken("what is sealed here cannot be opened: was it changed, or the secret key?") from None


class SealedText:
    """Text sealed for one purpose, as characters that may stand in an address."""

    def __init__(self, sealer: Sealer, name: str) -> None:
        self._sealer = sealer
        self._name = name

    def seal(self, text: str) -> str:
        """The text sealed: URL-safe characters."""
        return base64.urlsafe_b64encode(self._sealer.seal(text.encode(), self._name)).decode()

    def open(self, sealed: str) -> str | None:
        """The text again; None if it is none of ours."""
        try:
            return self._sealer.open(base64.urlsafe_b64decode(sealed), self._name).decode()
        except (SealBroken, ValueError):
            return None
