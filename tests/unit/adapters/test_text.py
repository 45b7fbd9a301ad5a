"""Text for people: nothing hides, nothing turns around, and a value never becomes a second line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from adapters.text import mixed_scripts, one_line, visible

TRICKS = {
    "a right-to-left override": ("v1.\u202e4.2", "v1.\\u{202E}4.2"),
    "an isolate": ("\u2066x\u2069", "\\u{2066}x\\u{2069}"),
    "an Arabic letter mark": ("a\u061cb", "a\\u{061C}b"),
    "a zero-width space": ("pro\u200bduction", "pro\\u{200B}duction"),
    "a zero-width joiner": ("a\u200db", "a\\u{200D}b"),
    "a word joiner": ("a\u2060b", "a\\u{2060}b"),
    "a byte order mark": ("\ufeffa", "\\u{FEFF}a"),
    "a soft hyphen": ("pro\u00adduction", "pro\\u{00AD}duction"),
    "a variation selector": ("a\ufe0fb", "a\\u{FE0F}b"),
    "a tag character": ("a\U000e0041b", "a\\u{E0041}b"),
    "a private character": ("a\ue000b", "a\\u{E000}b"),
    "a Hangul filler": ("a\u3164b", "a\\u{3164}b"),
    "an escape sequence of a terminal": ("\x1b[2Jgone", "\\u{001B}[2Jgone"),
    "a bell": ("a\x07", "a\\u{0007}"),
    "an end of string": ("a\x00b", "a\\u{0000}b"),
    "a carriage return": ("APPROVE\rDENY", "APPROVE\\u{000D}DENY"),
    "a C1 control": ("a\x9b2J", "a\\u{009B}2J"),
    "a line separator": ("a\u2028b", "a\\u{2028}b"),
}


@pytest.mark.parametrize(("given_", "shown"), TRICKS.values(), ids=TRICKS)
def test_what_hides_or_pretends_is_spelled_out(given_: str, shown: str) -> None:
    assert visible(given_) == shown


@pytest.mark.parametrize(
    "text", ["plain", "Grüße, Łukasz", "日本語のテキスト", "Привет", "a\tb\nc", "emoji 🚀", "مرحبا"]
)
def test_honest_text_of_any_script_is_left_alone(text: str) -> None:
    assert visible(text) == text


# Signs of Arabic, Syriac and Kaithi numbers: format characters by category, but drawn.
DRAWN = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")


def test_of_all_characters_there_are_none_that_is_unseen_is_left() -> None:
    every = (chr(number) for number in range(0x110000))
    unseen = [char for char in every if unicodedata.category(char) in ("Cc", "Cf", "Co", "Zl", "Zp")]
    assert len(unseen) > 130_000
    assert set(visible("".join(unseen))) - set("\\u{}0123456789ABCDEF") == {"\n", "\t"} | DRAWN


@given(st.text())
def test_a_value_stays_on_its_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@given(st.text(alphabet=st.characters(max_codepoint=0x7E, min_codepoint=0x20)))
def test_what_was_made_visible_once_does_not_change_again(text: str) -> None:
    assert visible(visible(text)) == visible(text)


def test_line_breaks_and_tabs_of_a_value_are_shown_as_such() -> None:
    assert one_line("a\nBcc: x\tb") == "a\\nBcc: x\\tb"


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("prоduction", ("prоduction",)),  # a Cyrillic o
        ("stαging is fine", ("stαging",)),  # a Greek alpha
        ("production", ()),
        ("Привет from Ana", ()),
        ("π and r", ()),
        ("αдa", ("αдa",)),
    ],
)
def test_a_word_of_two_alphabets_is_named(text: str, odd: tuple[str, ...]) -> None:
    assert mixed_scripts(text) == odd
