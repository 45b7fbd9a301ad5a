"""Parts: nothing lost, nothing too long, never more than three; what must be whole is whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from adapters.sms.parts import CHARACTERS, SEGMENTS, Line, Room, split
from adapters.sms.segments import size

ROOM = Room()
WIDE = Room(segments=None)
NUMBER = re.compile(r"^\((\d)/(\d)\) ")


def text_of(parts: tuple[str, ...]) -> str:
    return " ".join(NUMBER.sub("", part) for part in parts)


def test_what_fits_is_one_message_without_a_number() -> None:
    assert split([Line("one"), Line("two")], ROOM) == ("one\ntwo",)


@pytest.mark.parametrize(("length", "count"), [(1_600, 1), (1_601, 2)])
def test_no_message_is_longer_than_twilio_takes(length: int, count: int) -> None:  # SM-19
    parts = split([Line("a" * length)], WIDE)
    assert parts is not None
    assert len(parts) == count
    assert all(len(part) <= CHARACTERS for part in parts)


def test_it_is_cut_at_the_ends_of_sentences() -> None:  # SM-19
    parts = split([Line("This is one sentence. " * 60)], ROOM)
    assert parts is not None
    assert [NUMBER.match(part) is not None for part in parts] == [True, True]
    assert all(part.rstrip().endswith("sentence.") for part in parts)


def test_where_there_is_no_sentence_it_is_cut_at_words_and_where_there_is_none_anywhere() -> None:
    words, runs = split([Line("word " * 200)], ROOM), split([Line("a" * 1_000)], ROOM)
    assert words is not None
    assert all(part.rstrip().endswith("word") for part in words)
    assert runs is not None
    assert "".join(NUMBER.sub("", part) for part in runs) == "a" * 1_000


def test_the_parts_say_which_they_are() -> None:  # SM-19
    parts = split([Line("word " * 400)], ROOM)
    assert parts is not None
    assert [part[:6] for part in parts] == ["(1/3) ", "(2/3) ", "(3/3) "]


def test_what_does_not_fit_into_three_is_not_cut_off() -> None:  # SM-19
    assert split([Line("word " * 1_000)], ROOM) is None


def test_a_whole_line_is_never_broken() -> None:
    whole = Line("x" * 300, whole=True)
    parts = split([Line("word " * 120), whole, Line("after")], ROOM)
    assert parts is not None
    assert sum(whole.text in part for part in parts) == 1
    assert split([Line("x" * 900, whole=True)], ROOM) is None


def test_each_piece_of_a_marked_line_is_marked() -> None:
    parts = split([Line("A sentence of others. " * 50, mark="> ")], ROOM)
    assert parts is not None
    assert [NUMBER.sub("", part)[:2] for part in parts] == ["> ", "> "]


def test_room_is_kept_free_for_what_stands_around() -> None:
    around = "x" * 200
    parts = split([Line("word " * 150)], Room(around=around))
    assert parts is not None
    assert all(size(around + part).segments <= SEGMENTS for part in parts)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\n\r", codec="utf-8"), max_size=700), max_size=4))
def test_no_character_but_space_is_lost_and_no_part_is_too_long(texts: list[str]) -> None:
    parts = split([Line(text) for text in texts], ROOM)
    if parts is not None:
        said = parts[0] if len(parts) == 1 else text_of(parts)
        assert "".join(said.split()) == "".join("".join(texts).split())
        assert all(ROOM.holds(part) for part in parts)
        assert len(parts) <= 3
