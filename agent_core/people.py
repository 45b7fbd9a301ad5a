"""People: which identities on which channels belong to one person.

An identity is `channel:address` (`email:bo@example.com`), compared exactly after the channel's own normalisation.
"""

from __future__ import annotations

from collections.abc import Collection
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


class Group(Frozen):
    """Whoever of the people known holds a role on a platform, as of the moment they decide.

    `id` is what policies name; `role` is `channel:<place>/<role>` as the channel writes it in `Author.roles`; `room` is
    the identity of the room where its requests are shown.
    """

    id: str
    role: str
    room: str


class People(Frozen):
    """Everybody known. An identity belongs to at most one person, and a name to one person or group."""

    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()

    @model_validator(mode="after")
    def _one_owner_each(self) -> People:
        owners = [identity for person in self.people for identity in person.identities]
        twice = {identity for identity in owners if owners.count(identity) > 1}
        if twice:
            raise ValueError(f"identities with more than one owner: {', '.join(sorted(twice))}")
        return self

    @model_validator(mode="after")
    def _one_name_each(self) -> People:
        names = [*(person.id for person in self.people), *(group.id for group in self.groups)]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"names that are there twice: {', '.join(sorted(twice))}")
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

    def group(self, group_id: str) -> Group | None:
        """The group with this id."""
        return next((g for g in self.groups if g.id == group_id), None)

    def is_room(self, identity: str) -> bool:
        """Whether it is no person's identity but a room in which a group is asked."""
        return self.asked_in(identity) is not None

    def asked_in(self, identity: str) -> Group | None:
        """The group that is asked in the room of this identity."""
        return next((g for g in self.groups if identity and g.room == identity), None)

    def among(self, author: Author, approvers: Collection[str]) -> bool:
        """Whether somebody is one of these persons, or holds the role of one of these groups. Strangers never are."""
        if author.person is None:
            return False
        groups = (group for name in approvers if (group := self.group(name)))
        return author.person in approvers or any(group.role in author.roles for group in groups)

    def known(self, author: Author) -> Author:
        """The author with the person filled in, as far as the identity is proven; what that is worth is judged later.

        A number of theirs, which is weak proof, is as much as a name.
        """
        owner = self.owner(author.identity) if author.assurance in ("verified", "restricted") else None
        return author.model_copy(update={"person": owner.id if owner else None})
