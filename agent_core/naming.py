"""Naming: which person somebody means who types a name, and what they say after it."""

from __future__ import annotations

import re
from typing import NamedTuple

from agent_core.people import People, Person
from agent_core.spelling import plain

_MOST_WORDS = 6


class Named(NamedTuple):
    """A person's id, empty if nobody can be sure who is meant; and the words after the name."""

    person: str
    rest: str


def whom(said: str, people: People) -> Named:
    """Who is named at the beginning of what was said, by id or by name: `dee, she knows`, or `to Dee Doe`.

    As much as can be is taken for the name. If it is that of several people, it is nobody's. Who left is not meant.
    """
    words = re.sub(r"^to\s+(?=\S)", "", plain(said).strip(), flags=re.IGNORECASE).split()
    for count in range(min(len(words), _MOST_WORDS), 0, -1):
        name = " ".join(words[:count]).strip(",.:;@").casefold()
        if meant := [person.id for person in people.people if name in _names(person)]:
            return Named(meant[0] if len(meant) == 1 else "", " ".join(words[count:]).lstrip(",.:;- "))
    return Named("", said)


def _names(person: Person) -> set[str]:
    return set() if person.left else {person.id.casefold(), plain(person.name).casefold()}
