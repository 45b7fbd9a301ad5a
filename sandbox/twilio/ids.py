"""Identifiers in Twilio's format: two letters that say what of, and 32 hexadecimal digits."""

from __future__ import annotations

import secrets


def new_sid(letters: str) -> str:
    """An id such as `SM0123456789abcdef0123456789abcdef`."""
    return letters + secrets.token_hex(16)
