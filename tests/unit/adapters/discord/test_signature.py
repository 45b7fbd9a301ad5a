"""Signatures: what Discord signed just now is taken, and nothing else, whatever the headers hold."""  # DC-32

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, strategies as st

from adapters.base import HttpCall
from adapters.discord.signature import FRESH, SIGNATURE, TIMESTAMP, signed

# Somebody's key that is a good one: the first of RFC 8032, 7.1.
RFC_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw().hex()
NOW = 1_790_000_000
BODY = b'{"type":1}'


def call(body: bytes = BODY, *, stamp: str = str(NOW), key: Ed25519PrivateKey = KEY, **headers: str) -> HttpCall:
    made = {SIGNATURE: key.sign(stamp.encode() + body).hex(), TIMESTAMP: stamp}
    return HttpCall(body, made | {name.replace("_", "-"): value for name, value in headers.items()})


def test_a_request_of_discord() -> None:
    assert signed(call(), PUBLIC, NOW)


def test_headers_are_known_however_they_are_written() -> None:
    found = call()
    assert signed(HttpCall(BODY, {name.title(): value for name, value in found.headers.items()}), PUBLIC, NOW)


@pytest.mark.parametrize("late", [-FRESH, FRESH])
def test_it_must_be_of_now(late: int) -> None:
    assert signed(call(), PUBLIC, NOW + late)
    assert not signed(call(), PUBLIC, NOW + late + (1 if late > 0 else -1))


@pytest.mark.parametrize(
    "forged",
    [
        call(key=Ed25519PrivateKey.from_private_bytes(bytes(32))),
        HttpCall(b'{"type":2}', call().headers),
        HttpCall(BODY, {**call().headers, TIMESTAMP: str(NOW + 1)}),
        HttpCall(BODY, {TIMESTAMP: str(NOW)}),
        HttpCall(BODY, {SIGNATURE: "00" * 64}),
        HttpCall(BODY, {}),
        call(x_signature_ed25519=""),
        call(x_signature_ed25519="00" * 64),
        call(x_signature_ed25519="zz" * 64),
        call(x_signature_ed25519="00" * 63),
        call(x_signature_ed25519="\N{ROCKET}"),
        call(stamp=""),
        call(stamp=f"-{NOW}"),
        call(stamp=f"{NOW}.0"),
        call(stamp=f" {NOW}"),
        call(stamp="\N{ARABIC-INDIC DIGIT ONE}" * 10),
        call(stamp="1" * 5_000),
    ],
)
def test_a_request_of_anybody_else(forged: HttpCall) -> None:
    assert not signed(forged, PUBLIC, NOW)


@pytest.mark.parametrize("key", ["", "zz", "00" * 31, "00" * 33, RFC_KEY, "\N{ROCKET}"])
def test_without_our_key_nobody_is_discord(key: str) -> None:
    assert not signed(call(), key, NOW)


@given(st.text(), st.text(), st.text(), st.binary())
def test_it_has_an_answer_to_whatever_comes(signature: str, stamp: str, key: str, body: bytes) -> None:
    headers = {SIGNATURE: signature, TIMESTAMP: stamp}
    assert not signed(HttpCall(body, headers), key, NOW)
