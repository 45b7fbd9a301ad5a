"""`docs/howto/audit.md` is followed to the letter: what it says to type shows what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gateway.ledger.decisions import decision_of
from tests.doors.howto import Reader, sections, unfollowed
from tests.unit.gateway.books import cases, decided

PAGE = sections("audit.md")
FOLLOWED = (
    "Try it here",
    "Is it whole?",
    "Take it elsewhere",
    "Try a policy on the past",
    "What habit says",
)


def test_there_is_a_test_for_every_section_with_something_to_do() -> None:
    assert unfollowed(PAGE, Path(__file__)) == set()


def named() -> set[str]:
    """The fields that the page tells of."""
    first_cells = " ".join(re.findall(r"^\| (`.+?) \|", PAGE["Take it elsewhere"], re.MULTILINE))
    return set(re.findall(r"`(\w+)`", first_cells))


def test_every_field_of_a_decision_is_told_of() -> None:
    (case,) = cases(decided())
    assert set(decision_of(case, ())) == named()


@pytest.mark.slow
async def test_the_page_can_be_followed(reader: Reader) -> None:
    for title in FOLLOWED:
        await reader.follow(PAGE[title])

    (exported,) = reader.directory.rglob("audit.jsonl")
    decision, trailer = [json.loads(line) for line in exported.read_text().splitlines()]
    assert set(decision["decision"]) == named()
    assert set(trailer["trailer"]) == {"format", "tenant", "decisions", "since", "until", "tool", "heads"}
