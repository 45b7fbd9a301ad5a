"""What `docs/channels/` promises of a channel: no number is missing, and what counts as tested is tested where it says.

A row is a number, a promise, and how it is proved: test files by their path below `tests/`, each with the number in a
comment, or the words "not built" and the reason. A row may be both: a part that is missing, and tests of the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "channels"
# How many requirements a channel has, by the prefix of their numbers.
CHANNELS: Mapping[str, tuple[str, int]] = {
    "slack.md": ("SL", 57),
    "sms.md": ("SM", 34),
    "discord.md": ("DC", 38),
    "email.md": ("EM", 57),
}
ALL = [(page, f"{prefix}-{number:02}") for page, (prefix, most) in CHANNELS.items() for number in range(1, most + 1)]
ROW = re.compile(r"^\| (?P<number>[A-Z]{2}-\d\d) \| (?P<promise>.+?) \| (?P<proof>.+?) \|$", re.MULTILINE)
FILE = re.compile(r"`([\w/]*test_\w+\.py)`")
NUMBER = re.compile(r"\b[A-Z]{2}-\d\d\b")
UNBUILT = re.compile(r"\bnot built: (?P<reason>[^|]+)")


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    number: str
    promise: str
    proof: str

    @property
    def files(self) -> list[str]:
        return FILE.findall(self.proof)

    @property
    def unbuilt(self) -> str:
        found = UNBUILT.search(self.proof)
        return found["reason"].strip() if found else ""


@cache
def rows(page: str) -> list[Row]:
    return [Row(**found.groupdict()) for found in ROW.finditer((PAGES / page).read_text())]


@cache
def marked() -> Mapping[str, frozenset[str]]:
    """The numbers in the comments and docstrings of each test file, by its path."""
    tests = ROOT / "tests"
    files = [path for path in tests.rglob("test_*.py") if path != Path(__file__)]
    return {str(path.relative_to(tests)): frozenset(NUMBER.findall(path.read_text())) for path in files}


@pytest.mark.parametrize("page", CHANNELS)
def test_no_number_is_missing_and_none_is_there_twice(page: str) -> None:
    assert [row.number for row in rows(page)] == [number for of, number in ALL if of == page]


@pytest.mark.parametrize(("page", "number"), ALL, ids=[number for _, number in ALL])
def test_a_row_names_tests_that_carry_its_number_or_says_why_there_are_none(page: str, number: str) -> None:
    row = next(row for row in rows(page) if row.number == number)
    assert row.files or row.unbuilt, "neither tests nor a reason"
    assert [name for name in row.files if number not in marked().get(name, frozenset())] == []


@pytest.mark.parametrize(("page", "number"), ALL, ids=[number for _, number in ALL])
def test_what_is_not_built_at_all_has_no_tests_either(page: str, number: str) -> None:
    row = next(row for row in rows(page) if row.number == number)
    if row.unbuilt and not row.files:
        assert [name for name, numbers in marked().items() if number in numbers] == []


@pytest.mark.parametrize("page", CHANNELS)
def test_no_comment_names_a_number_that_is_not_in_the_table(page: str) -> None:
    prefix, known = CHANNELS[page][0], {row.number for row in rows(page)}
    used = {number for numbers in marked().values() for number in numbers if number.startswith(f"{prefix}-")}
    assert used - known == set()
