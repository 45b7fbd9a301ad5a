"""Twilio's codes: each of those we act on has its meaning, and one we do not know goes by the status of its answer."""

from __future__ import annotations

import pytest

from adapters.sms.codes import CODES, judged, page

# What the documentation of each asks for: `kind`, `again`, `alarm`, `contact`.
ROWS = {
    21610: ("rejected", False, False, "out"),
    21211: ("rejected", False, False, "bar"),
    21614: ("rejected", False, False, "bar"),
    21612: ("rejected", False, False, "bar"),
    21408: ("rejected", False, True, ""),
    21606: ("rejected", False, True, "sender"),
    21659: ("rejected", False, True, "sender"),
    21611: ("later", True, False, ""),
    30001: ("later", True, False, ""),
    20429: ("later", True, False, ""),
    14107: ("later", True, False, ""),
    30003: ("rejected", True, False, ""),
    30008: ("rejected", True, False, ""),
    30004: ("rejected", False, False, ""),
    30005: ("rejected", False, False, "bar"),
    30006: ("rejected", False, False, "bar"),
    30007: ("rejected", False, True, ""),
    30034: ("rejected", False, True, "sender"),
    30036: ("rejected", False, False, ""),
    21617: ("rejected", False, True, ""),
    63016: ("rejected", False, False, ""),
    20003: ("rejected", False, True, ""),
}


@pytest.mark.parametrize("code", ROWS)
def test_a_code_means_what_its_page_says(code: int) -> None:  # SM-10
    meant = judged(code)
    assert (meant.kind, meant.again, meant.alarm, meant.contact) == ROWS[code]
    assert page(code) == f"https://www.twilio.com/docs/api/errors/{code}"


@pytest.mark.parametrize(
    ("status", "kind", "again"),
    [(0, "rejected", False), (400, "rejected", False), (429, "later", True), (500, "later", True)],
)
def test_a_code_nobody_told_us_of_goes_by_the_status(status: int, kind: str, again: bool) -> None:  # SM-10
    meant = judged(99_999, status)
    assert (meant.kind, meant.again, meant.contact) == (kind, again, "")


def test_a_code_we_know_goes_by_what_it_means_whatever_the_status() -> None:
    assert judged(21610, 500) == judged(21610)


def test_each_says_why_in_a_few_words_of_its_own() -> None:
    assert all(0 < len(meant.why) <= 70 for meant in CODES.values())
