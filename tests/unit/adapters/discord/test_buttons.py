"""What a component carries: within a hundred characters, the same when it comes back, and nobody else's. DC-13"""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, strategies as st

from adapters.discord.buttons import MOST, Carried, Word, carried, custom_id
from tests.unit.adapters.discord.payloads import DIGEST, TICKET

WORDS: tuple[Word, ...] = get_args(Word)
SAFE = "ABCXYZabcxyz0189._~-"

everything = st.builds(
    Carried,
    word=st.sampled_from(WORDS),
    ticket=st.text(SAFE, max_size=70) | st.text(max_size=20),
    digest=st.binary(max_size=40).map(bytes.hex) | st.text(max_size=10),
    index=st.none() | st.integers(-5, 150),
)


@given(everything)
def test_what_is_made_fits_and_says_the_same_when_it_comes_back(given: Carried) -> None:
    made = custom_id(given)
    if made is not None:
        found = carried(made)
        assert len(made) <= MOST == 100
        assert found is not None
        assert (found.word, found.ticket, found.index) == (given.word, given.ticket, given.index)
        assert bytes.fromhex(found.digest) == bytes.fromhex(given.digest)


@given(st.sampled_from(WORDS), st.text(SAFE, min_size=16, max_size=16), st.binary(min_size=32, max_size=32))
def test_a_ticket_of_ours_always_fits(word: Word, ticket: str, digest: bytes) -> None:
    for index in (None, 0, 24) if word == "choose" else (None,):
        for whole in (digest.hex(), ""):
            made = custom_id(Carried(word, ticket, whole, index))
            assert made is not None
            assert carried(made) == Carried(word, ticket, whole, index)


def test_a_hundred_characters_fit_and_one_more_does_not() -> None:
    room = MOST - len("hp:approve::") - 43
    fits = custom_id(Carried("approve", "t" * room, DIGEST))
    assert fits is not None
    assert len(fits) == 100
    assert custom_id(Carried("approve", "t" * (room + 1), DIGEST)) is None
    assert carried(fits[:11] + "t" + fits[11:]) is None


@pytest.mark.parametrize("ticket", ["", "a b", "a:b", "a\n", "\u00e4", "a/b", "t" * 61])
def test_a_ticket_that_could_be_misread_is_not_carried(ticket: str) -> None:
    assert custom_id(Carried("approve", ticket)) is None


@pytest.mark.parametrize("digest", ["0", "0g", "sha256:00", "\u00e9"])
def test_a_digest_that_is_none_is_not_carried(digest: str) -> None:
    assert custom_id(Carried("approve", TICKET, digest)) is None


@given(st.text(max_size=120) | st.text("hp:aprovedny.0123456789_-", max_size=110).map(lambda text: f"hp:{text}"))
def test_whatever_comes_back_is_read_as_ours_only_if_it_could_be_made(text: str) -> None:
    found = carried(text)
    if found:
        assert len(text) <= 100
        again = custom_id(found)
        assert again is not None
        assert carried(again) == found


@given(st.builds(Carried, st.sampled_from(WORDS), st.text(SAFE, min_size=1, max_size=30), st.just(DIGEST)))
def test_no_two_words_answer_to_the_same_text(given: Carried) -> None:
    made = {custom_id(Carried(word, given.ticket, given.digest)) for word in WORDS}
    assert len(made) == len(WORDS)


def test_the_ticket_is_not_in_what_is_logged() -> None:
    assert TICKET not in repr(Carried("approve", TICKET, DIGEST))
