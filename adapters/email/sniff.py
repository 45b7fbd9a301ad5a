"""Sniff: what kind of file a content really is, as its sender may not know, or not want us to.

The declared type stays where the first bytes say nothing against it.
"""

from __future__ import annotations

import filetype

from adapters import content

TNEF = "application/ms-tnef"  # Outlook's own envelope, mostly called winmail.dat. What is in it is not unpacked.

_TNEF_MAGIC = b"\x78\x9f\x3e\x22"
_LOOKED_AT = 8192
_SAY_NOTHING = frozenset(
    {
        "",
        "application/octet-stream",
        "application/x-octet-stream",
        "application/binary",
        "binary/octet-stream",
        "application/download",
        "application/x-download",
        "application/force-download",
        "application/x-force-download",
        "application/unknown",
        "application/x-unknown-content-type",
        "unknown/unknown",
    }
)
# Made of readable characters, and yet not what their readers call text.
_READABLE = frozenset({"application/pdf", "application/rtf", "application/postscript"})
# Envelopes of many formats: what comes in one may have a type of its own.
_ENVELOPES = frozenset({"application/zip", "application/gzip", "application/msword", "application/vnd.ms-excel"})


def media_type(declared: str, data: bytes) -> str:
    """What the content is: as declared, unless it says nothing or the first bytes say otherwise."""
    seen = _seen(data[:_LOOKED_AT])
    if not seen or (declared not in _SAY_NOTHING and _goes_with(declared, seen)):
        return declared
    return seen


def _seen(start: bytes) -> str:
    """The type that the first bytes tell, or nothing."""
    if start.startswith(_TNEF_MAGIC):
        return TNEF
    try:
        found = filetype.guess(start)
    except (IndexError, ValueError, TypeError):  # Some of its matchers look behind the end.
        return ""
    seen = str(found.mime) if found else ""
    return "" if seen not in _READABLE and _is_text(start) else seen


def _is_text(start: bytes) -> bool:
    """Whether it only looks like something: "BMW" begins like a picture, "MZ" like a program."""
    try:
        content.text_of(start)
    except content.NotRead:
        return False
    return True


def _goes_with(declared: str, seen: str) -> bool:
    """Whether a content seen as one type may well be declared as another: by an older name, or one more exact."""
    if declared == seen or declared.replace("/x-", "/") == seen.replace("/x-", "/"):
        return True
    if filetype.get_type(mime=declared):
        return False  # We would have seen it.
    family, _, _ = seen.partition("/")
    if family == "application":
        return seen in _ENVELOPES and declared.startswith("application/") and not content.may_be_text(declared)
    return declared.startswith(f"{family}/")
