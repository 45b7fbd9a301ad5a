"""The names of folders on the wire: modified UTF-7 (RFC 3501, 5.1.3)."""

from __future__ import annotations

import binascii
import re

_OTHERS = re.compile(r"[^\x20-\x7e]+")


def encoded(name: str) -> str:
    """`Unerwünscht` is `Unerw&APw-nscht`, and `&` is `&-`."""
    return _OTHERS.sub(lambda others: f"&{_base64(others[0])}-", name.replace("&", "&-"))


def _base64(text: str) -> str:
    return binascii.b2a_base64(text.encode("utf-16-be"), newline=False).decode().rstrip("=").replace("/", ",")
