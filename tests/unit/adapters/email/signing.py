"""Mails that are really signed, by keys made for the tests."""

from __future__ import annotations

import base64
import itertools
import math
import secrets
import time
from collections.abc import Sequence
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from dkim.canonicalization import CanonicalizationPolicy
from dkim.crypto import HASH_ALGORITHMS, parse_pem_private_key

LETTER = (
    b"From: Ana <ana@example.test>\r\nTo: holdpoint@bot.example.test\r\nSubject: Re: Deployment\r\n"
    b"Date: Sat, 21 Nov 2026 09:00:00 +0000\r\nMessage-ID: <1@example.test>\r\n\r\nApprove 123456\r\n"
)
SIGNED = (b"from", b"to", b"subject", b"date", b"message-id")


@cache
def pair(bits: int = 2048) -> tuple[bytes, str]:
    """A private key (PEM) and the record of its public one."""
    key = rsa.generate_private_key(65537, bits)
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    public = base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, info)).decode()
    return pem, f"v=DKIM1; k=rsa; p={public}"


@cache
def short_pair(bits: int = 768) -> tuple[bytes, str]:
    """As `pair`, of a size that no library makes any more."""
    odd = (secrets.randbits(bits // 2) | 3 << bits // 2 - 2 | 1 for _ in itertools.count())
    primes = filter(_prime, odd)
    p, q = next(primes), next(primes)
    d = pow(65537, -1, (p - 1) * (q - 1))
    private = _der(0x30, *(_integer(n) for n in (0, p * q, 65537, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))))
    public = base64.b64encode(_der(0x30, _integer(p * q), _integer(65537))).decode()
    pem = b"-----BEGIN RSA PRIVATE KEY-----\n" + base64.encodebytes(private) + b"-----END RSA PRIVATE KEY-----\n"
    return pem, f"v=DKIM1; k=rsa; p={public}"


def _prime(n: int) -> bool:
    """As good as surely: enough for a key of a test."""
    return math.gcd(n - 1, 65537) == 1 and all(pow(base, n - 1, n) == 1 for base in (2, 3, 5, 7))


def _integer(n: int) -> bytes:
    return _der(0x02, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def _der(tag: int, *content: bytes) -> bytes:
    joined = b"".join(content)
    size = len(joined)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + joined


def signed(
    letter: bytes = LETTER,
    *,
    domain: str = "example.test",
    pem: bytes = b"",
    include: Sequence[bytes] = SIGNED,
    length: bool = False,
    algorithm: bytes = b"rsa-sha256",
) -> bytes:
    """A letter under a signature that dkimpy makes."""
    signer = dkim.DKIM(letter, signature_algorithm=algorithm)
    header: bytes = signer.sign(
        b"s1",
        domain.encode(),
        pem or pair()[0],
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=include,
        length=length,
    )
    return header + letter


def signed_with(letter: bytes, **tags: bytes) -> bytes:
    """A letter under a signature with other tags than dkimpy would write; `h` says what is signed."""
    signer = dkim.DKIM(letter)
    signer.hasher = HASH_ALGORITHMS[b"rsa-sha256"]
    policy = CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
    digest = base64.b64encode(signer.hasher(policy.canonicalize_body(signer.body)).digest())
    said = {
        "v": b"1", "a": b"rsa-sha256", "c": b"relaxed/relaxed", "d": b"example.test", "s": b"s1",
        "t": str(int(time.time()) - 7200).encode(), "h": b":".join(SIGNED), "bh": digest, **tags, "b": b"0" * 60,
    }  # fmt: skip
    fields = [(name.encode(), value) for name, value in said.items()]
    names = said["h"].split(b":")
    pk = parse_pem_private_key(pair()[0])
    return b"DKIM-Signature: " + bytes(signer.gen_header(fields, names, policy, b"DKIM-Signature", pk)) + letter


def sealed(letter: bytes, domain: str, results: str, *, before: str = "", pem: bytes = b"") -> bytes:
    """A letter as one passes it on who found these results, and the chain before it so."""
    results += f"; arc={before}" if before else ""
    stamped = f"Authentication-Results: mx.{domain}; {results}\r\n".encode() + letter
    sets: list[bytes] = dkim.arc_sign(
        stamped, b"s1", domain.encode(), pem or pair()[0], f"mx.{domain}".encode(), include_headers=list(SIGNED)
    )
    assert sets, "dkimpy did not seal"
    return b"".join(one if one.endswith(b"\r\n") else one + b"\r\n" for one in sets) + letter
