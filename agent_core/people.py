"""People: which identities on which channels belong to one person.

An identity is `channel:address` (`email:bo@example.com`), compared exactly after the channel's own normalisation.
"""

from __future__ import annotations

from functools import cached_property
from zoneinfo import available_timezones

from pydantic import field_validator, model_validator

from agent_core.values import Author, Frozen


class Person(Frozen):
    """A human. `id` is what policies name; the first identity is where requests are sent by default.

    `timezone` (IANA) is where they are awake by day; empty when not known.
    """

    id: str
    name: str
    identities: tuple[str, ...]
    timezone: str = ""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, given: str) -> str:
        if given and given not in available_timezones():
            raise ValueError("there is no such time zone")
        return given


class People(Frozen):
    """Everybody known. An identity belongs to at most one person."""

    people: tuple[Person, ...] = ()

    @model_validator(mode="after")
    def _one_owner_each(self) -> People:
        owners = [identity for person in self.people for identity in person.identities]
        twice = {identity for identity in owners if owners.count(identity) > 1}
        if twice:
            raise ValueError(f"identities with more than one owner: {', '.join(sorted(twice))}")
        return self

    @cached_property
    def _owners(self) -> dict[str, Person]:
        return {identity: person for person in self.people for identity in person.identities}

    def owner(self, identity: str) -> Person | None:
        """The person behind an identity."""
        return self._owners.get(identity)

    def person(self, person_id: str) -> Person | None:
        """The person with this id."""
        return next((p for p in self.people if p.id == person_id), None)

    def known(self, author: Author) -> Author:
        """The author with the person filled in, as far as the identity is proven; what that is worth is judged later.

        A number of theirs, which is weak proof, is as much as a name.
        """
        owner = self.owner(author.identity) if author.assurance in ("verified", "restricted") else None
        return author.model_copy(update={"person": owner.id if owner else None})
