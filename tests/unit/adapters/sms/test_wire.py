"""The wire: fields as they came, or refused by name; bounds before anything is parsed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings, strategies as st

from adapters.base import HttpCall
from adapters.errors import Unreadable
from adapters.sms.wire import FORM, JSON, MOST_BYTES, MOST_FIELDS, fields, header


def call(body: bytes, media_type: str = FORM) -> HttpCall:
    return HttpCall(body, {"Content-Type": media_type})


def test_fields_are_as_they_came() -> None:
    found = fields(call(b"A=1&B=&C=+x+&D=%C3%BC&A=2&E"))
    assert found.values == {"A": ("1", "2"), "B": ("",), "C": (" x ",), "D": ("ü",), "E": ("",)}
    assert found.text is None
    assert (found.one("B"), found.one("nowhere")) == ("", "")


def test_a_field_that_says_two_things_says_nothing() -> None:
    found = fields(call(b"A=1&A=2&B=3&B=3"))
    assert found.one("B") == "3"
    with pytest.raises(Unreadable, match="A is there more than once"):
        found.one("A")


def test_json_is_its_plain_values() -> None:
    found = fields(
        call(b'{"A": "x", "B": 2, "C": true, "D": null, "E": {"A": "y"}, "F": [1]}', f"{JSON}; charset=utf-8")
    )
    assert found.values == {"A": ("x",), "B": ("2",), "C": ("true",)}
    assert found.text is not None


def test_json_that_says_a_thing_twice_is_seen() -> None:
    with pytest.raises(Unreadable):
        fields(call(b'{"A": "x", "A": "y"}', JSON)).one("A")


ODD = {
    "too long": (b"A=" + b"x" * MOST_BYTES, FORM),
    "too many fields": (b"&".join(b"A%d=1" % n for n in range(MOST_FIELDS + 1)), FORM),
    "latin": ("Body=café".encode("latin-1"), FORM),
    "latin, escaped": (b"Body=caf%E9", FORM),
    "another charset": (b"Body=x", f"{FORM}; charset=iso-8859-1"),
    "no type": (b"Body=x", ""),
    "a file": (b"--x", "multipart/form-data; boundary=x"),
    "text": (b"Body=x", "text/plain"),
    "no json": (b"Body=x", JSON),
    "a list": (b"[1]", JSON),
    "nothing": (b"", JSON),
    "too deep": (b'{"a":' * 100_000, JSON),
    "too wide": (json.dumps({f"A{n}": "1" for n in range(MOST_FIELDS + 1)}).encode(), JSON),
    "a long number": (b'{"a":' + b"1" * 10_000 + b"}", JSON),
}


@pytest.mark.parametrize(("body", "media_type"), ODD.values(), ids=ODD)
def test_what_is_no_form_and_no_json_is_refused_and_not_quoted(body: bytes, media_type: str) -> None:
    with pytest.raises(Unreadable) as refused:
        fields(call(body, media_type))
    assert "caf" not in str(refused.value)


def test_the_most_that_is_taken_is_taken() -> None:
    assert len(fields(call(b"&".join(b"A%d=1" % n for n in range(MOST_FIELDS)))).values) == MOST_FIELDS
    assert fields(call(b"A=" + b"x" * (MOST_BYTES - 2))).one("A")


def test_headers_are_found_in_any_case() -> None:
    odd = HttpCall(b"", {"x-TWILIO-signature": "s"})
    assert header(odd, "X-Twilio-Signature") == "s"
    assert header(odd, "Host") == ""


@settings(deadline=None)
@given(st.binary(max_size=2000), st.sampled_from([FORM, JSON, f"{FORM}; charset=UTF-8", "", "text/xml", "\x00"]))
def test_whatever_comes_it_is_fields_or_refused_by_name(body: bytes, media_type: str) -> None:
    try:
        found = fields(call(body, media_type))
    except Unreadable:
        return
    assert all(isinstance(value, str) for values in found.values.values() for value in values)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSONS)
def test_whatever_json_comes_it_is_fields_or_refused_by_name(value: object) -> None:
    try:
        found = fields(call(json.dumps(value).encode(), JSON))
    except Unreadable:
        assert not isinstance(value, dict)
        return
    assert isinstance(value, dict)
    assert set(found.values) <= set(value)
