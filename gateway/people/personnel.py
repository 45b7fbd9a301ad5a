"""Personnel: what an operator says of people and grants, as changes, each checked against what is known by then.

Each function gives what `Roster.write` needs: it is asked again when somebody else was faster, and raises BadChange.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent_core.people import Absence, Person
from agent_core.policy.grants import Grant, may_stand
from agent_core.policy.rules import Policy
from gateway.errors import BadChange
from gateway.people.changes import Away, Back, Change, Ended, Granted, Left, Linked, Overlaid, Said, Unlinked
from gateway.people.tables import Row, changes_of

Decide = Callable[[Overlaid], Sequence[Change]]


def imported(rows: Sequence[Row], said: Said) -> Decide:
    """All of a table, or nothing. Raises BadTable."""
    return lambda known: changes_of(rows, known, said)


def linked(person_id: str, identity: str, said: Said) -> Decide:
    """An identity is somebody's."""

    def decide(known: Overlaid) -> Sequence[Change]:
        person, owner = _here(known, person_id), known.people.owner(identity)
        if owner == person:
            return ()
        if owner or known.people.is_room(identity):
            raise BadChange(f"{identity} belongs to {owner.id if owner else 'a group'}")
        proof = f"{said.by} says so"
        return (Linked.model_validate(said.numbered() | {"person": person_id, "identity": identity, "proof": proof}),)

    return decide


def unlinked(identity: str, said: Said) -> Decide:
    """An identity is not its owner's any more."""

    def decide(known: Overlaid) -> Sequence[Change]:
        owner = known.people.owner(identity)
        if owner is None:
            raise BadChange(f"{identity} belongs to nobody")
        return (Unlinked.model_validate(said.numbered() | {"person": owner.id, "identity": identity}),)

    return decide


def away(person_id: str, absence: Absence, said: Said) -> Decide:
    """Somebody is away for a while."""

    def decide(known: Overlaid) -> Sequence[Change]:
        person = _here(known, person_id)
        if absence.delegate:
            _here(known, absence.delegate)
        if absence.delegate == person_id:
            raise BadChange(f"{person_id} cannot stand in for {person_id}")
        if absence in person.away:
            return ()
        return (Away.model_validate(said.numbered() | {"person": person_id, "absence": absence}),)

    return decide


def back(person_id: str, said: Said) -> Decide:
    """Somebody is back."""

    def decide(known: Overlaid) -> Sequence[Change]:
        if _here(known, person_id).absence(said.at) is None:
            raise BadChange(f"{person_id} is not away")
        return (Back.model_validate(said.numbered() | {"person": person_id}),)

    return decide


def left(person_id: str, said: Said) -> Decide:
    """Somebody is with us no more."""

    def decide(known: Overlaid) -> Sequence[Change]:
        _here(known, person_id)
        return (Left.model_validate(said.numbered() | {"person": person_id}),)

    return decide


def granted(grant: Grant, policy: Policy, said: Said) -> Decide:
    """A standing grant, if a rule lets its giver give it for so long."""

    def decide(known: Overlaid) -> Sequence[Change]:
        for name in (grant.by, *grant.to):
            _here(known, name)
        if not may_stand(grant, policy, known.people):
            raise BadChange(f"no rule lets {grant.by} alone grant {grant.tool} for so long")
        return (Granted.model_validate(said.numbered() | {"grant": grant}),)

    return decide


def ended(grant_id: str, said: Said) -> Decide:
    """A grant is over."""

    def decide(known: Overlaid) -> Sequence[Change]:
        if grant_id not in {grant.id for grant in known.in_force(said.at)}:
            raise BadChange(f"there is no grant {grant_id} in force")
        return (Ended.model_validate(said.numbered() | {"grant": grant_id}),)

    return decide


def _here(known: Overlaid, person_id: str) -> Person:
    """Somebody who is with us."""
    person = known.people.person(person_id)
    if person is None:
        raise BadChange(f"there is no person {person_id}")
    if person.left:
        raise BadChange(f"{person_id} has left")
    return person
