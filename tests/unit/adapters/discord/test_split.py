"""Splitting: an answer in several messages that stand alone, with code, lists and links whole, and nothing lost."""

from __future__ import annotations

import re

from hypothesis import given, settings, strategies as st

from adapters.discord.limits import CONTENT, length, pieces
from tests.unit.adapters.discord.hostile import obeyed

KINDS = ("words", "links", "list", "fence")


def block(kind: str, size: int, number: int) -> str:
    """A block of so many words, no two words alike in all of an answer."""
    words = [f"w{number}x{at}{'y' * (at % 11)}" for at in range(size)]
    links = [f"[{word} too](https://x.example/{word})" if at % 4 else word for at, word in enumerate(words)]
    match kind:
        case "words":
            return " ".join(words)
        case "links":
            return " ".join(links)
        case "list":
            return "\n".join(f"- {one} and more" for one in links)
    return "\n".join(("```python", *words, "```"))


def answer(blocks: list[tuple[str, int]]) -> str:
    return "\n\n".join(block(kind, size, number) for number, (kind, size) in enumerate(blocks))


ANSWER = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 120)), min_size=1, max_size=5).map(answer)


@settings(max_examples=12, deadline=None)
@given(ANSWER)
def test_every_piece_fits_and_every_code_block_is_closed(text: str) -> None:  # DC-20
    for piece in pieces(text):
        assert length(piece) <= CONTENT
        assert piece.count("```") % 2 == 0
        assert not obeyed(piece)


@settings(max_examples=12, deadline=None)
@given(ANSWER)
def test_nothing_is_lost_or_said_twice(text: str) -> None:  # DC-20
    said = "\n".join(pieces(text))
    shown = re.sub(r"```(?:python)?|\[|\]|\(|\)|<|>|^- ", " ", said, flags=re.MULTILINE)
    given = re.sub(r"```(?:python)?|\[|\]|\(|\)|^- ", " ", text, flags=re.MULTILINE)
    assert shown.split() == given.split()


@settings(max_examples=12, deadline=None)
@given(ANSWER)
def test_a_link_and_where_it_leads_are_in_one_message(text: str) -> None:  # DC-20
    said = pieces(text)
    for words, url in re.findall(r"\[([^\]]+)\]\((https://[^)]+)\)", text):
        assert any(f"{words} (<{url}>)" in piece for piece in said)


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 25), st.integers(1, 300))
def test_a_list_that_fits_stays_in_one_message(items: int, before: int) -> None:  # DC-20
    listed = block("list", items, 1)
    said = pieces(f"{block('links', before, 0)}\n\n{listed}")
    assert any(piece.count("\n- ") + piece.startswith("- ") == items for piece in said)


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
