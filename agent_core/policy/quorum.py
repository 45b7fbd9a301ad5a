"""The quorum: whether enough different people, each of them allowed, have agreed; and who still could.

Nobody sits twice: a person takes one seat, whatever identities they speak with and however many panels they are on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from agent_core.events import ApprovalRequest, Vote
from agent_core.people import People
from agent_core.terms import Seats, Terms
from agent_core.values import Author, Frozen

Place = tuple[int, int]


class Standing(Frozen):
    """How a request stands: `missing` are the seats still to be taken, each with those who could take it, of whom
    some may make room for one another; `able` are all these together. `short`: without those whom its ladder has yet to
    ask, they are too few.
    """

    state: Literal["open", "approved", "denied"]
    missing: tuple[Seats, ...] = ()
    able: tuple[str, ...] = ()
    short: bool = False


def seats_of(request: ApprovalRequest) -> tuple[Seats, ...]:
    """The seats of a request; one of its approvers, where its terms name none."""
    return request.terms.seats or (Seats(of=request.approvers),)


def standing(request: ApprovalRequest, votes: Sequence[Vote], people: People) -> Standing:
    """How a request stands after these votes, of which the last one of each person counts.

    A no of whoever has a veto denies. Any other no leaves a seat empty, and denies when the rest, with those whom its
    ladder will ask, cannot fill it.
    """
    latest = {vote.by.person: vote for vote in votes if vote.by.person}
    if any(vote.decision == "deny" and _has_veto(vote.by, request, people) for vote in latest.values()):
        return Standing(state="denied")
    yes = [vote.by for vote in latest.values() if vote.decision == "approve"]
    not_any_more = {*latest, *request.askers, request.requester.person}
    seats = seats_of(request)
    missing = _missing(seats, yes, _there(request.approvers, people, not_any_more), people)
    if not missing:
        return Standing(state="approved")
    if not _could(with_ladder(seats, request.terms), yes, people, not_any_more):
        return Standing(state="denied", short=True)
    able = dict.fromkeys(name for panel in missing for name in panel.of)
    short = not _could(seats, yes, people, not_any_more)
    return Standing(state="open", missing=missing, able=tuple(able), short=short)


def _has_veto(author: Author, request: ApprovalRequest, people: People) -> bool:
    veto = request.terms.veto
    return veto is None or people.among(author, veto)


def with_ladder(seats: Sequence[Seats], terms: Terms) -> tuple[Seats, ...]:
    """The seats with everybody whom the ladder will ask, who join the first panel."""
    if not seats:
        return ()
    first, *others = seats
    later = (name for step in terms.plan for name in step.to)
    return (Seats(of=tuple(dict.fromkeys((*first.of, *later))), need=first.need), *others)


def could_fill(seats: Sequence[Seats], people: People, without: Collection[str | None] = ()) -> bool:
    """Whether all whom the seats name, but those, could fill them, each sitting once."""
    return _could(seats, (), people, without)


def _there(names: Sequence[str], people: People, without: Collection[str | None]) -> list[str]:
    """Of these persons and groups those who could be asked: who is known, and has not left; a role, as it is."""
    found = []
    for name in people.each(names):
        person, group = people.person(name), people.group(name)
        if name not in without and ((person and not person.left) or (group and group.role)):
            found.append(name)
    return found


def _could(seats: Sequence[Seats], yes: Sequence[Author], people: People, without: Collection[str | None]) -> bool:
    """Whether those whom the seats name, but these, could fill them together with those who agreed.

    How many hold a role on a platform is not known here, so a role is taken to have people enough.
    """
    able = _there([name for panel in seats for name in panel.of], people, without)
    places = _places(seats)
    who = [_of_author(one, seats, people) for one in yes]
    who += [
        _of_name(name, seats, people) for name in able for _ in (places if people.group(name) is not None else [name])
    ]
    return len(_seated(who, places)) == len(places)


def _missing(seats: Sequence[Seats], yes: Sequence[Author], able: Sequence[str], people: People) -> tuple[Seats, ...]:
    """What is left of the seats when as many as can be are taken by these people, each by one of them."""
    places, who = _places(seats), [_of_author(one, seats, people) for one in yes]
    taken = _seated(who, places)
    found = []
    for n in range(len(seats)):
        free = [place for place in places if place[0] == n and place not in taken]
        if not free:
            continue
        near = [*taken, free[0]]
        of = (one for one in able if len(_seated([*who, _of_name(one, seats, people)], near)) > len(taken))
        found.append(Seats(of=tuple(of), need=len(free)))
    return tuple(found)


# --- who sits where: a place is its panel, and a number there


def _places(seats: Sequence[Seats]) -> list[Place]:
    return [(n, m) for n, panel in enumerate(seats) for m in range(panel.need)]


def _of_author(author: Author, seats: Sequence[Seats], people: People) -> Collection[int]:
    """The panels somebody is on."""
    return {n for n, panel in enumerate(seats) if people.among(author, panel.of)}


def _of_name(name: str, seats: Sequence[Seats], people: People) -> Collection[int]:
    """The panels a person, or whoever holds a role, is on."""
    return {n for n, panel in enumerate(seats) if name in people.each(panel.of)}


def _seated(who: Sequence[Collection[int]], places: Sequence[Place]) -> Mapping[Place, int]:
    """As many of the places taken as can be, and by whom; `who` are, for each of them, the panels they are on.

    Whoever comes takes a place of theirs, or has somebody sitting there move to another one (Kuhn's matching).
    """
    taken: dict[Place, int] = {}

    def sit(one: int, tried: set[Place]) -> bool:
        for place in places:
            if place in tried or place[0] not in who[one]:
                continue
            tried.add(place)
            if place not in taken or sit(taken[place], tried):
                taken[place] = one
                return True
        return False

    for one in range(len(who)):
        sit(one, set())
    return taken


def in_words(missing: Sequence[Seats]) -> str:
    """What is still needed: `1 of bo, cy; and 1 of security`."""
    return "; and ".join(f"{panel.need} of {', '.join(panel.of)}" for panel in missing)
