"""The quorum: whether enough different people, each of them allowed, have agreed; and who still could.

Nobody sits twice: a person takes one seat, whatever identities they speak with and however many panels they are on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from agent_core.events import ApprovalRequest, Vote
from agent_core.people import People
from agent_core.terms import Seats
from agent_core.values import Author, Frozen


class Standing(Frozen):
    """How a request stands: `missing` are the seats still to be taken, `able` those who could take one of them."""

    state: Literal["open", "approved", "denied"]
    missing: tuple[Seats, ...] = ()
    able: tuple[str, ...] = ()


def seats_of(request: ApprovalRequest) -> tuple[Seats, ...]:
    """The seats of a request; one of its approvers, where its terms name none."""
    return request.terms.seats or (Seats(of=request.approvers),)


def standing(request: ApprovalRequest, votes: Sequence[Vote], people: People) -> Standing:
    """How a request stands after these votes, of which the last one of each person counts.

    A no of whoever has a veto denies. Any other no leaves a seat empty, and denies when the rest cannot fill it.
    """
    latest = {vote.by.person: vote for vote in votes if vote.by.person}
    against = {person for person, vote in latest.items() if vote.decision == "deny"}
    yes = [vote.by for vote in latest.values() if vote.decision == "approve"]
    seats = seats_of(request)
    if any(_has_veto(latest[person].by, request, people) for person in against):
        return Standing(state="denied")
    missing = _missing(seats, yes, people)
    if not missing and yes:
        return Standing(state="approved")
    able = tuple(name for name in people.each(request.approvers) if name not in latest)
    if not _could(seats, yes, [*able], people):
        return Standing(state="denied")
    return Standing(state="open", missing=missing, able=able)


def _has_veto(author: Author, request: ApprovalRequest, people: People) -> bool:
    veto = request.terms.veto
    return veto is None or people.among(author, veto)


def _missing(seats: Sequence[Seats], yes: Sequence[Author], people: People) -> tuple[Seats, ...]:
    """What is left of the seats when as many as can be are taken by these people, each by one of them."""
    places = [panel for panel in seats for _ in range(panel.need)]
    taken = _seated([[n for n, panel in enumerate(places) if people.among(one, panel.of)] for one in yes])
    left = {n: sum(place is panel for m, place in enumerate(places) if m not in taken) for n, panel in enumerate(seats)}
    return tuple(Seats(of=seats[n].of, need=count) for n, count in left.items() if count)


def could_fill(seats: Sequence[Seats], people: People) -> bool:
    """Whether all whom the seats name could fill them, each sitting once."""
    return _could(seats, (), [*people.each([name for panel in seats for name in panel.of])], people)


def _could(seats: Sequence[Seats], yes: Sequence[Author], able: Sequence[str], people: People) -> bool:
    """Whether these people could still fill all seats together with those who agreed.

    How many hold a role on a platform is not known here, so a role is taken to have people enough.
    """
    places = [panel for panel in seats for _ in range(panel.need)]
    who = [[n for n, panel in enumerate(places) if people.among(one, panel.of)] for one in yes]
    who += [[n for n, panel in enumerate(places) if name in people.each(panel.of)] for name in able]
    roles = [name for name in able if (group := people.group(name)) and group.role]
    who += [[n for n, panel in enumerate(places) if name in panel.of] for name in roles for _ in places]
    return len(_seated(who)) == len(places)


def _seated(who: Sequence[Sequence[int]]) -> Mapping[int, int]:
    """As many places taken as can be, and by whom; `who` are, for each of them, the places they may take."""
    taken: dict[int, int] = {}

    def sit(one: int, tried: set[int]) -> bool:
        for place in who[one]:
            if place in tried:
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
