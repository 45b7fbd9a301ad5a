"""Limits: what a mail may cost us before anyone looks inside. Checked on the raw bytes, before any parser runs.

The standard parser is slow or breaks on some small inputs (long RFC 2231 parameters, deep nesting, very long headers);
a person's mail comes nowhere near these numbers.
"""

from __future__ import annotations

import re

from adapters.errors import Unreadable

MAX_MAIL = 25 * 1024 * 1024
MAX_HEADERS = 128 * 1024
CUT = b"X-Holdpoint-Cut: larger than 25 MiB\r\n"  # Stands first where only the first part of a mail was fetched.
MAX_CONTENT_HEADER = 4096
MAX_BOUNDARIES = 40
MAX_DELIMITERS = 2000
MAX_REPORT_BLOCKS = 10_000
MAX_TEXT = 32_000

_CONTENT_HEADER = re.compile(
    rb"^content-(?:type|disposition)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE
)
_DELIMITER = re.compile(rb"[\r\n]--")  # Whatever the boundary: so begins each part.
_BLANK = re.compile(rb"(?:\r\n|\r|\n)(?=[\r\n])")
_REPORT = re.compile(rb"delivery-status", re.IGNORECASE)  # The parser takes each block of one for a part.
_LONE_RETURN = re.compile(rb"\r(?!\n)")  # Ends a line for some who look at the sender, and not for others.
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


def check(raw: bytes) -> None:
    """Raises Unreadable for a mail that is not worth the risk of parsing."""
    if len(raw) > MAX_MAIL:
        raise Unreadable("the mail is larger than 25 MiB")
    blank = _BLANK_LINE.search(raw)
    end = blank.start() if blank else len(raw)
    if _LONE_RETURN.search(raw, 0, end):
        raise Unreadable("the headers hold a lone carriage return")
    if end > MAX_HEADERS:
        raise Unreadable("the headers are larger than 128 KiB")
    if any(len(header[0]) > MAX_CONTENT_HEADER for header in _CONTENT_HEADER.finditer(raw)):
        raise Unreadable("a content header is longer than 4 KiB")
    boundaries = len(re.findall(rb"boundary", raw, re.IGNORECASE))
    if boundaries > MAX_BOUNDARIES:
        raise Unreadable("the mail has too many parts within parts")
    if boundaries and len(_DELIMITER.findall(raw)) > MAX_DELIMITERS:
        raise Unreadable("the mail has too many parts")
    if _REPORT.search(raw) and len(_BLANK.findall(raw)) > MAX_REPORT_BLOCKS:
        raise Unreadable("the report has too many parts")
