"""Splitting: an answer in several messages that stand alone, with code, lists and links whole, and nothing lost."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.limits import CONTENT, length, pieces
from tests.unit.adapters.discord.hostile import obeyed

WORD = st.text("abcdefg", min_size=1, max_size=12)
LINE = st.lists(WORD, min_size=1, max_size=12).map(" ".join)
LINK = st.builds("[{} {}](https://x.example/{})".format, WORD, WORD, WORD)
PARAGRAPH = st.lists(LINE | LINK, min_size=1, max_size=60).map(" ".join)
LIST = st.lists(LINE | LINK, min_size=1, max_size=30).map(lambda items: "\n".join(f"- {one}" for one in items))
FENCE = st.lists(LINE, min_size=1, max_size=80).map(lambda lines: "\n".join(("```python", *lines, "```")))
ANSWER = st.lists(PARAGRAPH | LIST | FENCE, min_size=1, max_size=12).map("\n\n".join)


@settings(max_examples=25)
@given(ANSWER)
def test_every_piece_fits_and_every_code_block_is_closed(text: str) -> None:  # DC-20
    for piece in pieces(text):
        assert length(piece) <= CONTENT
        assert piece.count("```") % 2 == 0
        assert not obeyed(piece)


@settings(max_examples=25)
@given(ANSWER)
def test_nothing_is_lost_or_said_twice(text: str) -> None:  # DC-20
    said = "\n".join(pieces(text))
    shown = re.sub(r"```(?:python)?|\[|\]|\(|\)|<|>|^- ", " ", said, flags=re.MULTILINE)
    given = re.sub(r"```(?:python)?|\[|\]|\(|\)|^- ", " ", text, flags=re.MULTILINE)
    assert shown.split() == given.split()


@settings(max_examples=25)
@given(st.lists(LINK | LINE, min_size=40, max_size=120).map(" ".join))
def test_a_link_and_where_it_leads_are_in_one_message(text: str) -> None:  # DC-20
    whole = re.findall(r"\[([a-g ]+)\]\((https://[^)]+)\)", text)
    said = pieces(text)
    assert sum(len(re.findall(r"[a-g]+ [a-g]+ \(<https://[^>]+>\)", piece)) for piece in said) == len(whole)
    assert all(any(f"{words} (<{url}>)" in piece for piece in said) for words, url in whole)


@settings(max_examples=50)
@given(LIST, PARAGRAPH)
def test_a_list_that_fits_stays_in_one_message(items: str, before: str) -> None:  # DC-20
    if length(items) > CONTENT // 2:
        return
    said = pieces(f"{before}\n\n{items}")
    assert any(piece.count("\n- ") + piece.startswith("- ") == items.count("\n") + 1 for piece in said)


def test_a_link_at_the_very_cut_goes_to_the_next_message() -> None:  # DC-20
    text = f"{'word ' * 370}[the two words](https://x.example/{'a' * 80}) end"
    first, second = pieces(text)
    assert "the two" not in first
    assert second.startswith("the two words (<https://x.example/")


def test_a_code_block_that_is_cut_is_one_on_both_sides() -> None:  # DC-20
    said = pieces("```python\n" + "x = 1\n" * 800 + "```")
    assert len(said) > 2
    assert all(piece.startswith("```python\n") and piece.endswith("\n```") for piece in said)
    assert sum(piece.count("x = 1") for piece in said) == 800


def test_letters_that_count_twice_are_counted_twice() -> None:  # DC-18
    said = pieces("😀" * 3_000)
    assert all(length(piece) <= CONTENT for piece in said)
    assert "".join(said) == "😀" * 3_000


def test_what_cannot_be_cut_well_is_cut_all_the_same() -> None:
    said = pieces("`" + "x" * 5_000 + "`")
    assert all(length(piece) <= CONTENT for piece in said)
    assert sum(piece.count("x") for piece in said) == 5_000
