"""The nonce: what Discord knows a message by, the same whoever sends it and whenever, and no two of them alike."""

from __future__ import annotations

import re

from hypothesis import given, strategies as st

from adapters.discord.deliver import nonce


@given(st.text(st.characters(codec="utf-8")), st.integers(0, 10_000))
def test_a_nonce_fits_and_is_the_same_next_time(effect: str, part: int) -> None:  # DC-22
    assert re.fullmatch(r"[A-Za-z0-9_-]{25}", nonce(effect, part))
    assert nonce(effect, part) == nonce(effect, part)


def test_a_nonce_is_what_it_was_in_the_version_before() -> None:  # DC-22
    assert nonce("e1", 0) == "-YHJLy2Vl_60AlBhbxkZWsMNM"


def test_no_two_parts_of_any_effects_have_the_same() -> None:  # DC-22
    made = [nonce(f"effect-{effect}", part) for effect in range(100) for part in range(20)]
    assert len(set(made)) == len(made)
