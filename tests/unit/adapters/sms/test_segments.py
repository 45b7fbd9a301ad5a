"""Segments: the published rule at its edges. The counts were compared once with those of the package smsutil."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from adapters.sms.fold import fold
from adapters.sms.segments import BASIC, EXTENSION, Size, size


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("", "GSM-7", 1),
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("é" * 160, "GSM-7", 1),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("[]{}" * 20, "GSM-7", 1),
        ("a" * 159 + "€", "GSM-7", 2),
        ("a" * 158 + "€", "GSM-7", 1),
        ("ç", "UCS-2", 1),
        ("ê", "UCS-2", 1),
        ("`", "UCS-2", 1),
        ("’" * 70, "UCS-2", 1),
        ("’" * 71, "UCS-2", 2),
        ("’" * 134, "UCS-2", 2),
        ("’" * 135, "UCS-2", 3),
        ("🎉" * 35, "UCS-2", 1),
        ("🎉" * 36, "UCS-2", 2),
        ("a" * 160 + "🎉", "UCS-2", 3),
    ],
)
def test_a_text_is_measured_by_the_published_rule(text: str, encoding: str, segments: int) -> None:  # SM-18
    assert (size(text).encoding, size(text).segments) == (encoding, segments)


def test_what_takes_two_is_never_parted_between_segments() -> None:  # SM-18
    # Counted by units alone, both would fit into two segments: 306 septets, 134 units.
    assert size("a" * 152 + "€" + "a" * 152) == Size("GSM-7", 3)
    assert size("’" * 66 + "🎉" + "’" * 66) == Size("UCS-2", 3)


def test_the_alphabet_has_as_many_characters_as_published() -> None:
    assert len(BASIC) == 127  # 128 places, one of which is the escape to the extension table.
    assert len(EXTENSION) == 10


@given(st.text())
def test_a_longer_text_never_takes_less_room(text: str) -> None:
    assert size(text + "a").segments >= size(text).segments >= 1


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("“quoted” ‘so’ — or – so…", "\"quoted\" 'so' - or - so..."),
        ("a\u00a0b\u202fc\td", "a b c d"),
        ("`code` «x» • y", "'code' \"x\" - y"),
        ("naïve ç 漢 🎉", "naïve ç 漢 🎉"),
    ],
)
def test_typography_is_folded_and_nothing_else(text: str, folded: str) -> None:  # SM-18
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.sampled_from(sorted(BASIC | EXTENSION))))
def test_what_is_in_the_alphabet_stays_as_it_is(text: str) -> None:
    assert fold(text) == text
