"""A small mail of very many parts is set aside before a parser spends minutes on it, and everybody else waits."""

from __future__ import annotations

import time

import pytest

from adapters.email.account import Site
from adapters.email.reading import read
from adapters.errors import Unreadable

SITE = Site("holdpoint@bot.example.test", ("mx.example.test",))
HEAD = b"From: ana@example.test\r\nMessage-ID: <a@example.test>\r\nMIME-Version: 1.0\r\nContent-Type: "
MIXED = HEAD + b"multipart/mixed; boundary=b\r\n\r\n"

MANY = {
    "empty parts": MIXED + b"--b\r\n\r\n" * 100_000,
    "parts between bare carriage returns": MIXED + b"\r--b\r\rx" * 100_000,
    "a digest": HEAD + b'multipart/digest; BOUNDARY=""\r\n\r\n' + b"--\n\nx\n" * 100_000,
    "blocks of a report": HEAD + b"message/Delivery-Status\r\n\r\n" + b"A: b\r\n\r\n" * 100_000,
}


@pytest.mark.parametrize("raw", MANY.values(), ids=MANY)
def test_very_many_parts_are_not_worth_parsing(raw: bytes) -> None:
    start = time.monotonic()
    with pytest.raises(Unreadable, match="too many parts"):
        read(raw, SITE)
    assert time.monotonic() - start < 1.0


def test_a_letter_with_a_long_patch_is_read() -> None:
    patch = b"--- a/file\r\n+++ b/file\r\n" * 50_000
    received = read(HEAD + b"text/plain\r\n\r\nPlease look:\r\n\r\n" + patch, SITE)
    assert "Please look" in str(received)
