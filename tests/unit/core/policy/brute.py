"""The quorum by trying everything: who sits where, in all ways there are. Slow, and plainly right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from agent_core.people import People
from agent_core.terms import Seats
from agent_core.values import Author
from tests.unit.core.policy.cases import ROLE


def names_of(one: Author, people: People) -> set[str]:
    """Everything a rule could call somebody, who is nothing any more once they left."""
    person = people.person(one.person or "")
    if person is None or person.left:
        return set()
    groups = {group.id for group in people.groups if person.id in group.members or group.role in one.roles}
    return {person.id} | groups


def places_of(seats: Sequence[Seats]) -> list[set[str]]:
    """Whom each single place takes."""
    return [set(panel.of) for panel in seats for _ in range(panel.need)]


def all_sit(who: Sequence[set[str]], places: Sequence[set[str]]) -> bool:
    """Whether each of the places can be taken by one of these, and none of them sits twice."""
    return any(
        all(one & place for one, place in zip(sitting, places, strict=True))
        for sitting in permutations(who, len(places))
    )


def most(who: Sequence[set[str]], places: Sequence[set[str]]) -> int:
    """How many of the places can be taken."""
    if not places:
        return 0
    first, *others = places
    taken = [1 + most([*who[:n], *who[n + 1 :]], others) for n, one in enumerate(who) if one & first]
    return max([most(who, others), *taken])


def could_come(seats: Sequence[Seats], people: People, without: set[str]) -> Iterator[tuple[str, set[str]]]:
    """Whoever the seats name and could still be asked, by name: persons, and somebody of a role."""
    named = {name for panel in seats for name in panel.of}
    for person in people.people:
        plain = names_of(Author(identity="", person=person.id, assurance="verified"), people)
        if person.id not in without and plain & named:
            yield person.id, plain
    for group in people.groups:
        if group.role == ROLE and group.id in named:
            yield group.id, {group.id}
