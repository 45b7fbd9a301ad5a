"""Changes: what was said of people since their file was written, and what everybody known adds up to with it.

A change is never taken back, only followed by another; all of them, in order, over the people of the file, are the
roster. What a change says that the file contradicts is void: the file is the base.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from agent_core.people import Absence, People, Person, Quiet
from agent_core.policy.grants import Grant
from agent_core.values import UNQUOTED, Frozen


class _Change(Frozen):
    """`by` is who said so, a person or whoever sits at the terminal; `id` is the same however often it is said."""

    id: str
    at: AwareDatetime
    by: str
    why: str = ""


class Entered(_Change):
    """A person as an import has them: new, or with another name, time zone or quiet hours than before."""

    type: Literal["entered"] = "entered"
    person: str
    name: str
    timezone: str = ""
    quiet: Quiet | None = None


class Linked(_Change):
    """This identity is this person's; `proof` says how that is known."""

    type: Literal["linked"] = "linked"
    person: str
    identity: str
    proof: str


class Unlinked(_Change):
    """This identity is not this person's any more, whatever the file says."""

    type: Literal["unlinked"] = "unlinked"
    person: str
    identity: str


class Away(_Change):
    """They are away for a while, in place of what is still to come of any absence that this one overlaps."""

    type: Literal["away"] = "away"
    person: str
    absence: Absence


class Back(_Change):
    """They are back, from the absence they were in."""

    type: Literal["back"] = "back"
    person: str


class Left(_Change):
    """They are with us no more. Their id stays theirs."""

    type: Literal["left"] = "left"
    person: str


class Granted(_Change):
    """Calls like these need nobody for a while."""

    type: Literal["granted"] = "granted"
    grant: Grant


class Ended(_Change):
    """A grant is over before its time."""

    type: Literal["ended"] = "ended"
    grant: str


Change = Annotated[
    Entered | Linked | Unlinked | Away | Back | Left | Granted | Ended,
    Field(discriminator="type"),
]
CHANGE: TypeAdapter[Change] = TypeAdapter(Change, config=UNQUOTED)


@dataclass(frozen=True)
class Said:
    """By whom, when and why something is said; `id` is new each time."""

    id: str
    at: datetime
    by: str
    why: str = ""

    def numbered(self, number: int = 0) -> dict[str, object]:
        """What each of the changes has that were said at once."""
        return {"id": f"{self.id}/{number}", "at": self.at, "by": self.by, "why": self.why}


@dataclass(frozen=True)
class Overlaid:
    """The people of a file with `seen` changes over them. `links` are those in force, by identity.

    `let_go` are the identities, with whose they were, that were unlinked and not linked since; `ids` are the changes
    seen, so that one which is said again is known.
    """

    people: People
    grants: tuple[Grant, ...] = ()
    links: dict[str, Linked] = field(default_factory=dict)
    let_go: frozenset[tuple[str, str]] = frozenset()
    ids: frozenset[str] = frozenset()
    seen: int = 0

    def after(self, changes: Iterable[Change]) -> Overlaid:
        """With these at the end, each one once."""
        sketch, known = _Sketch.of(self), set(self.ids)
        seen = self.seen
        for change in changes:
            seen += 1
            if change.id not in known:
                known.add(change.id)
                sketch.take(change)
        return replace(sketch.overlaid(self.people), ids=frozenset(known), seen=seen)

    def in_force(self, at: datetime) -> tuple[Grant, ...]:
        """The grants that are not over."""
        return tuple(grant for grant in self.grants if at < grant.until)


class _Sketch:
    """People by id while changes are gone through; there may be very many of both."""

    def __init__(self, people: dict[str, Person], grants: dict[str, Grant], links: dict[str, Linked]) -> None:
        self._people, self._grants, self._links = people, grants, links
        self._owners = {identity: one.id for one in people.values() for identity in one.identities}
        self._groups: set[str] = set()
        self._let_go: set[tuple[str, str]] = set()

    @classmethod
    def of(cls, before: Overlaid) -> _Sketch:
        made = cls({p.id: p for p in before.people.people}, {g.id: g for g in before.grants}, dict(before.links))
        made._groups = {group.id for group in before.people.groups}
        made._let_go = set(before.let_go)
        return made

    def overlaid(self, base: People) -> Overlaid:
        """What came out."""
        people = People.model_construct(people=tuple(self._people.values()), groups=base.groups)
        return Overlaid(people, tuple(self._grants.values()), self._links, frozenset(self._let_go))

    def take(self, change: Change) -> None:
        """One change; void if it does not fit what is known."""
        match change:
            case Granted(grant=grant):
                self._grants[grant.id] = grant
            case Ended(grant=grant_id):
                self._grants.pop(grant_id, None)
            case Entered():
                self._enter(change)
            case _ if change.person in self._people:
                self._of_person(change)

    def _enter(self, change: Entered) -> None:
        before = self._people.get(change.person)
        if change.person in self._groups or (before and before.left):
            return
        said = {"name": change.name, "timezone": change.timezone, "quiet": change.quiet}
        self._people[change.person] = (
            before.model_copy(update=said) if before else Person(id=change.person, identities=(), **said)
        )

    def _of_person(self, change: Linked | Unlinked | Away | Back | Left) -> None:
        before = self._people[change.person]
        match change:
            case Linked(identity=identity) if identity not in self._owners and not before.left:
                self._put(before, identities=(*before.identities, identity))
                self._owners[identity], self._links[identity] = before.id, change
                self._let_go.discard((before.id, identity))
            case Unlinked(identity=identity) if self._owners.get(identity) == before.id:
                self._put(before, identities=tuple(one for one in before.identities if one != identity))
                del self._owners[identity]
                self._links.pop(identity, None)
                self._let_go.add((before.id, identity))
            case Away(at=at, absence=absence):
                over = min(at, absence.since)
                kept = (new for one in before.away for new in (_until(one, over) if _overlap(one, absence) else (one,)))
                self._put(before, away=(*kept, absence))
            case Back(at=at):
                self._put(before, away=tuple(new for one in before.away for new in _ended(one, at)))
            case Left():
                self._put(before, left=True)

    def _put(self, before: Person, **changed: object) -> None:
        self._people[before.id] = before.model_copy(update=changed)


def _overlap(one: Absence, other: Absence) -> bool:
    return one.since < other.until and other.since < one.until


def _ended(one: Absence, at: datetime) -> tuple[Absence, ...]:
    """The absence, over by then if it was on."""
    return _until(one, at) if one.since <= at < one.until else (one,)


def _until(one: Absence, end: datetime) -> tuple[Absence, ...]:
    """What of an absence was before; its delegate stood in by right until then, and what they said then counts."""
    return (one.model_copy(update={"until": min(one.until, end)}),) if one.since < end else ()


def described(change: Change) -> str:
    """A change in words, on one line."""
    match change:
        case Entered():
            zone = f", {change.timezone}" if change.timezone else ""
            return f"{change.person} is {change.name}{zone}"
        case Linked():
            return f"{change.identity} is {change.person}'s: {change.proof}"
        case Unlinked():
            return f"{change.identity} is not {change.person}'s any more"
        case Away(absence=absence):
            instead = f", {absence.delegate} instead" if absence.delegate else ""
            return f"{change.person} is away until {absence.until:%Y-%m-%d %H:%M} UTC{instead}"
        case Back():
            return f"{change.person} is back"
        case Left():
            return f"{change.person} has left"
        case Granted(grant=grant):
            return f"{grant.by} grants {grant.tool} to {', '.join(grant.to)} until {grant.until:%Y-%m-%d %H:%M} UTC"
        case Ended():
            return f"the grant {change.grant} is over"
