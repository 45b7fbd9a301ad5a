"""Recipient: an address we can write to, as it goes over the wire; what is no such address is found out here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import idna

from adapters.errors import Unreachable

LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1, all in bytes.
LONGEST_PATH = 254
_ASCII_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address. `domain` is ASCII; `local` may not be, which not every server can carry (RFC 6531)."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def wide(self) -> bool:
        """Whether only servers with SMTPUTF8 can carry it."""
        return not self.local.isascii()


def recipient(address: str) -> Recipient:
    """The address as it goes over the wire. Raises Unreachable for what cannot be written to."""
    local, at, domain = address.rpartition("@")
    found = Recipient(unicodedata.normalize("NFC", local), _ascii(domain))
    whole = _ASCII_LOCAL.fullmatch(local) if local.isascii() else _is_plain(local)
    long = len(found.local.encode()) > LONGEST_LOCAL or len(str(found).encode()) > LONGEST_PATH
    if not at or not whole or long:
        raise Unreachable("this is not an address that mail can be sent to")
    return found


def _ascii(domain: str) -> str:
    """A domain by the rules of today (IDNA 2008): those of 2003 would take some letters for others' domains."""
    try:
        named = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise Unreachable("the domain of this address is not a domain") from error
    if not _DOMAIN.fullmatch(named) or ".." in named:
        raise Unreachable("the domain of this address is not a domain")
    return named


def _is_plain(local: str) -> bool:
    """Whether a name beyond ASCII is one to write out: nothing unseen, no blanks, nothing that ends an address."""
    seen = all(unicodedata.category(char)[0] not in "CZ" for char in local)
    return seen and all(_ASCII_LOCAL.fullmatch(char) or not char.isascii() for char in local.replace(".", ""))
