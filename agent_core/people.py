"""People: which identities on which channels belong to one person.

An identity is `channel:address` (`email:bo@example.com`), compared exactly after the channel's own normalisation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cached_property
from typing import Self
from zoneinfo import available_timezones

from pydantic import AwareDatetime, field_validator, model_validator

from agent_core.values import Author, Frozen, TimeOfDay


class Absence(Frozen):
    """Somebody is away from `since` until before `until`; `delegate` (a person) is asked instead, as rules allow."""

    since: AwareDatetime
    until: AwareDatetime
    delegate: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since >= self.until:
            raise ValueError("an absence ends after it begins")
        return self


class Quiet(Frozen):
    """From `start` until `end` by the clocks of a person, mostly over midnight: then nobody reminds them."""

    start: TimeOfDay
    end: TimeOfDay


class Person(Frozen):
    """A human. `id` is what policies name; the first identity is where requests are sent by default.

    `timezone` (IANA) is where they are awake by day; empty when not known, which is taken for UTC. `left`: they are not
    with us any more, and decide nothing, whatever rules or memories still name them.
    """

    id: str
    name: str
    identities: tuple[str, ...]
    timezone: str = ""
    quiet: Quiet | None = None
    away: tuple[Absence, ...] = ()
    left: bool = False

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, given: str) -> str:
        if given and given not in available_timezones():
            raise ValueError("there is no such time zone")
        return given

    def absence(self, at: datetime) -> Absence | None:
        """The absence they are in at a moment."""
        return next((one for one in self.away if one.since <= at < one.until), None)


class Group(Frozen):
    """Some of the people known: its `members` (person ids), or whoever holds a role on a platform as they decide.

    `id` is what policies name; `role` is `channel:<place>/<role>` as the channel writes it in `Author.roles`; `room` is
    the identity of the room where its requests are shown. Members without a room are asked each for themselves.
    """

    id: str
    members: tuple[str, ...] = ()
    role: str = ""
    room: str = ""

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if bool(self.members) == bool(self.role):
            raise ValueError("a group has members or a role")
        if self.role and not self.room:
            raise ValueError("a role is asked in a room")
        return self


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
        """Whether somebody is one of these persons, or of one of these groups. Strangers, and who left, never are."""
        person = self.person(author.person) if author.person else None
        if person is None or person.left:
            return False
        groups = (group for name in approvers if (group := self.group(name)))
        return person.id in approvers or any(self._belongs(author, group) for group in groups)

    def _belongs(self, author: Author, group: Group) -> bool:
        return author.person in group.members or bool(group.role and group.role in author.roles)

    def each(self, names: Collection[str]) -> Iterator[str]:
        """The persons and groups of these names, a group whose members are known as its members, each once."""
        members = (self._members(name) for name in names)
        yield from dict.fromkeys(one for some in members for one in some)

    def _members(self, name: str) -> tuple[str, ...]:
        group = self.group(name)
        return group.members if group and group.members else (name,)

    def known(self, author: Author) -> Author:
        """The author with the person filled in, as far as the identity is proven; what that is worth is judged later.

        A number of theirs, which is weak proof, is as much as a name. Who left is nobody any more.
        """
        owner = self.owner(author.identity) if author.assurance in ("verified", "restricted") else None
        return author.model_copy(update={"person": owner.id if owner and not owner.left else None})

    def still(self, author: Author) -> bool:
        """Whether somebody who was known when they said something is, today, who they were then."""
        owner = self.owner(author.identity)
        return owner is not None and owner.id == author.person and not owner.left
