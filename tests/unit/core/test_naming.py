"""Whoever is named by words: by id or by name, and nobody where two could be meant."""

from __future__ import annotations

import pytest

from agent_core.naming import Named, whom
from agent_core.people import People, Person

PEOPLE = People(
    people=(
        Person(id="dee", name="Dee Doe", identities=()),
        Person(id="eli", name="Eli", identities=()),
        Person(id="fay", name="Eli Fay", identities=()),
        Person(id="fay2", name="Fay", identities=()),
        Person(id="gus", name="Gus", identities=(), left=True),
    )
)


@pytest.mark.parametrize(
    ("said", "person", "rest"),
    [
        ("dee", "dee", ""),
        ("DEE because she knows", "dee", "because she knows"),
        ("to Dee Doe, she knows", "dee", "she knows"),
        ("to dee: please", "dee", "please"),
        ("@dee", "dee", ""),
        ("Eli", "eli", ""),
        ("Eli Fay", "fay", ""),
        ("eli fayette", "eli", "fayette"),
        ("d\u200bee", "dee", ""),
    ],
)
def test_who_is_meant(said: str, person: str, rest: str) -> None:
    assert whom(said, PEOPLE) == Named(person, rest)


@pytest.mark.parametrize("said", ["fay", "Fay please", "gus", "doe", "somebody", "", "to", "to "])
def test_who_cannot_be_told_is_nobody(said: str) -> None:
    assert whom(said, PEOPLE).person == ""
