"""Domains: which may speak for another. The list of public suffixes comes with its package; nothing is fetched."""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList


def speaks_for(domain: str, other: str) -> bool:
    """Whether a domain is the other one, or one above it that belongs to the same owner.

    Both lower-cased and in ASCII. Narrower than the relaxed alignment of RFC 7489, where a domain below speaks for the
    one above as well: those are handed out to customers and departments. A public suffix (`test`, `co.uk`, `github.io`)
    speaks for nobody.
    """
    if not domain or not f".{other}".endswith(f".{domain}"):
        return False
    return _suffixes().privatesuffix(domain) is not None


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
