"""Every fixture is read as it should be, and explained. DC-01, DC-06, DC-07, DC-08, DC-13, DC-16, DC-34"""

from __future__ import annotations

import pytest

from adapters.discord.meaning import Meaning
from adapters.discord.why import _IGNORED, why
from tests.unit.adapters.discord.payloads import NAMES, read
from tests.unit.adapters.discord.readings import DONE, IGNORED, SAID, kind


def test_every_fixture_is_read_here() -> None:
    assert sorted([*SAID, *DONE, *IGNORED]) == sorted(NAMES)


@pytest.mark.parametrize(("name", "expected"), (SAID | DONE).items(), ids=SAID | DONE)
def test_what_is_said_or_done_is_read_whole(name: str, expected: Meaning) -> None:
    assert read(name) == expected


@pytest.mark.parametrize(("name", "expected"), IGNORED.items(), ids=IGNORED)
def test_what_is_not_for_us_is_ignored_for_its_reason(name: str, expected: str) -> None:
    assert kind(read(name)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_whatever_it_is_there_is_one_sentence_on_why(name: str) -> None:
    told = why(read(name))
    assert told
    assert "\n" not in told
    assert not told.endswith(".")


def test_there_is_a_sentence_for_every_reason_and_no_other() -> None:
    assert set(_IGNORED) == set(IGNORED.values())


def test_the_same_delivery_twice_reads_the_same() -> None:  # DC-06
    assert all(read(name) == read(name) for name in NAMES)
