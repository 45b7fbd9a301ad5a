"""Numbers: what is accepted, where it is from, what it may cost, and how much of it a log shows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from adapters.sms.numbers import (
    BadNumber,
    allowed,
    dialled,
    e164,
    is_valid,
    joined,
    masked,
    premium,
    priced_in,
    region_of,
    split,
)

# --- SM-29


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("07700 900123", "GB", "+447700900123"),
        ("+44 (0)7700 900-123", "US", "+447700900123"),
        ("(415) 555-0100", "US", "+14155550100"),
        ("00 44 7700 900123", "FR", "+447700900123"),
        ("٠٧٧٠٠٩٠٠١٢٣", "GB", "+447700900123"),
        ("+447911123456", "US", "+447911123456"),
        ("+12425550100", "US", "+12425550100"),
    ],
)
def test_a_number_is_kept_as_e164_however_it_was_written(written: str, region: str, number: str) -> None:
    assert e164(written, region) == number


@pytest.mark.parametrize(
    "written",
    [
        "",
        "+",
        "12345",
        "5550100",
        "HOLDPOINT",
        "1800FLOWERS",
        "call +44 7700 900123 now",
        "+44 7700 900123 ext 5",
        "+44 7700 900123;ext=5",
        "whatsapp:+447700900123",
        "+447700900123456789",
        "+999123456789",
        "+44" + "7" * 5000,
        "+4477\x00",
    ],
)
def test_what_is_no_number_is_refused_and_not_quoted(written: str) -> None:
    with pytest.raises(BadNumber) as refused:
        e164(written, "US")
    assert not written or written not in str(refused.value)


def test_a_number_in_no_known_range_is_possible_and_worth_a_warning() -> None:
    assert e164("+44 7700 900123", "US")
    assert not is_valid("+447700900123")
    assert is_valid("+447911123456")


@pytest.mark.parametrize(
    ("number", "region", "price", "code"),
    [
        ("+447911123456", "GG", "GB", 44),
        ("+447700900123", "GB", "GB", 44),
        ("+14155550100", "US", "US", 1),
        ("+18765550100", "JM", "JM", 1),
        ("+12425550100", "BS", "BS", 1),
        ("+77012345678", "KZ", "KZ", 7),
        ("+78005553535", "RU", "RU", 7),
        ("+3584570123456", "FI", "FI", 358),
        ("+882161234567", "001", "001", 882),
        ("+10005550100", "", "", 1),
    ],
)
def test_where_it_is_from_and_whose_price_it_has(number: str, region: str, price: str, code: int) -> None:
    assert (region_of(number), priced_in(number), dialled(number)) == (region, price, code)


@pytest.mark.parametrize(
    ("number", "countries", "may"),
    [
        ("+447911123456", ("GB",), True),
        ("+447911123456", ("GG",), True),
        ("+447700900123", ("GG",), False),
        ("+18765550100", ("US",), False),
        ("+18765550100", ("US", "JM"), True),
        ("+14155550100", ("US",), True),
        ("+77012345678", ("RU",), False),
        ("+10005550100", ("US",), False),
        ("+10005550100", ("",), False),
        ("+14155550100", (), False),
        ("+882161234567", ("US", "GB"), False),
    ],
)
def test_only_countries_on_the_list_are_allowed(number: str, countries: tuple[str, ...], may: bool) -> None:
    assert allowed(number, countries) is may


@pytest.mark.parametrize(
    ("number", "dear"),
    [
        ("+19002345678", True),
        ("+449012345678", True),
        ("+447012345678", True),
        ("+447700900123", False),
        ("+14155550100", False),
        ("+447911123456", False),
    ],
)
def test_premium_ranges_are_known(number: str, dear: bool) -> None:
    assert premium(number) is dear


@pytest.mark.parametrize("number", ["447700900123", "whatsapp:+447700900123", "+", "", "+٤٤٧٧٠٠٩٠٠١٢٣"])
def test_where_a_number_is_from_is_asked_of_e164_only(number: str) -> None:
    for ask in (region_of, priced_in, dialled, premium, is_valid):
        with pytest.raises(BadNumber):
            ask(number)


def test_the_channel_is_kept_apart_from_the_number() -> None:
    assert split("whatsapp:+447700900123") == ("whatsapp", "+447700900123")
    assert split("+447700900123") == ("sms", "+447700900123")
    assert joined("whatsapp", "+447700900123") == "whatsapp:+447700900123"
    assert joined("sms", "+447700900123") == "+447700900123"


# --- SM-34


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+447700900018", "+44******0018"),
        ("whatsapp:+447700900018", "whatsapp:+44******0018"),
        ("+14155550100", "+1******0100"),
        ("12345", "*****"),
        ("HOLDPOINT", "*********"),
        ("", ""),
        ("+44", "***"),
        ("\x1b[31m:+447700900018", "?:+44******0018"),
    ],
)
def test_a_log_shows_little_of_a_number(address: str, shown: str) -> None:
    assert masked(address) == shown


@settings(deadline=None)
@given(st.text(max_size=100))
def test_whatever_comes_it_is_a_number_or_refused_by_name(text: str) -> None:
    masked(text)
    try:
        number = e164(text, "GB")
    except BadNumber:
        return
    assert number == e164(number, "US")
    assert masked(number) != number
