"""Signing: domains that sign their mail (DKIM, RFC 6376), each with a key of its own, made when it is first needed."""

from __future__ import annotations

import base64
from functools import cache
from typing import Literal

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from sandbox.mail.stamps import from_domain

SELECTOR = "s1"
BITS = 2048
# Not signed, signed, changed after it was signed, or signed only as far as it was then long (l=).
Dkim = Literal["none", "good", "tampered", "length"]


class Keys:
    """The keys of all domains."""

    def __init__(self) -> None:
        self._keys: dict[str, rsa.RSAPrivateKey] = {}

    def secret(self, domain: str) -> bytes:
        """The domain's own key, as dkimpy wants it (PKCS#1, PEM)."""
        return self._key(domain).private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())

    def record(self, name: str) -> str | None:
        """What the domain name system says at this name."""
        selector, _, domain = name.rstrip(".").lower().partition("._domainkey.")
        if selector != SELECTOR or domain not in self._keys:
            return None
        public = self._keys[domain].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"

    def signed(self, raw: bytes, how: Dkim) -> bytes:
        """The mail with the signature of the domain it says it is from."""
        if how == "none":
            return raw
        domain = from_domain(raw).lower()
        secret = self.secret(domain)
        header = dkim.sign(raw, SELECTOR.encode(), domain.encode(), secret, length=how == "length")
        return bytes(header) + raw + (b"" if how == "good" else b"And one more line.\r\n")

    def _key(self, domain: str) -> rsa.RSAPrivateKey:
        if domain not in self._keys:
            self._keys[domain] = _made(domain)
        return self._keys[domain]


@cache
def _made(domain: str) -> rsa.RSAPrivateKey:
    """A key takes a while to make: one for each domain and process is enough."""
    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)
