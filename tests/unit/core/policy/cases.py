"""Small worlds for the policy's properties: people of whom some left, groups, panels, votes; and requests of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from hypothesis import settings, strategies as st

from agent_core.events import ApprovalRequest, Vote
from agent_core.people import Group, People, Person
from agent_core.policy.drafting import approvers_of
from agent_core.terms import Planned, Seats, Terms
from agent_core.values import Author, Call
from tests.unit.core.story import ANA, START

MANY = settings(max_examples=250, deadline=None, database=None, derandomize=True)
SOME = settings(MANY, max_examples=80)
PERSONS = ("ana", "bo", "cy", "di", "dee", "eli")
ROLE = "discord:100/7"
# `security` are people we know, `ops` whoever holds a role.
GROUPS = (
    Group(id="security", members=("di", "dee")),
    Group(id="ops", role=ROLE, room="discord:100/200"),
)
NAMES = (*PERSONS, "security", "ops", "nobody")
CALL = Call(tool="deploy", version="1", arguments='{"environment":"production"}')


def people_of(left: Sequence[str] = ()) -> People:
    """Everybody, of whom these have left."""
    return _people(frozenset(left))


@cache
def _people(left: frozenset[str]) -> People:
    persons = (
        Person(id=one, name=one.title(), identities=(f"email:{one}@example.test",), left=one in left) for one in PERSONS
    )
    return People(people=tuple(persons), groups=GROUPS)


def author(person: str, *, role: bool = False) -> Author:
    """Somebody, proven, who holds the role of `ops` or not."""
    roles = (ROLE,) if role else ()
    return Author(identity=f"email:{person}@example.test", person=person, assurance="verified", roles=roles)


def asked(*seats: Seats, veto: Sequence[str] | None = (), ladder: Sequence[str] = ()) -> ApprovalRequest:
    """Ana's request for these seats; nobody has a veto, unless it is said."""
    plan = (Planned(due=START, to=tuple(ladder)),) if ladder else ()
    terms = Terms(drawn=START, seats=seats, veto=None if veto is None else tuple(veto), plan=plan)
    return ApprovalRequest(
        id="r1",
        at=START,
        call=CALL,
        risk="high",
        digest="0" * 64,
        requester=ANA,
        askers=("ana",),
        approvers=approvers_of(terms),
        policy="p",
        expires_at=START,
        terms=terms,
    )


def yes(person: str, *, role: bool = False) -> Vote:
    """Their yes."""
    return Vote(id=f"yes-{person}", request_id="r1", by=author(person, role=role), decision="approve")


def no(person: str) -> Vote:
    """Their no."""
    return Vote(id=f"no-{person}", request_id="r1", by=author(person), decision="deny")


panels = st.builds(
    Seats, of=st.lists(st.sampled_from(NAMES), max_size=4, unique=True).map(tuple), need=st.integers(1, 2)
)
seatings = st.lists(panels, min_size=1, max_size=3)
vetoes = st.none() | st.lists(st.sampled_from(NAMES), max_size=2).map(tuple)
leavers = st.lists(st.sampled_from(PERSONS), max_size=2, unique=True)
# Of Ana, whose request it is, no vote is ever counted; it is not let through to here.
voters = st.lists(st.sampled_from(PERSONS[1:]), max_size=5, unique=True)


@st.composite
def votes(draw: st.DrawFn) -> list[Vote]:
    """A vote of some people each, one or the other way."""
    said = []
    for person in draw(voters):
        vote = yes(person, role=draw(st.booleans())) if draw(st.integers(0, 3)) else no(person)
        said.append(vote)
    return said


# Many say yes, and few seats are to be taken: what is often approved.
agreeing = st.lists(st.sampled_from(PERSONS[1:]), min_size=3, max_size=5, unique=True).map(
    lambda persons: [yes(person, role=True) for person in persons]
)
easy = st.lists(
    st.builds(Seats, of=st.lists(st.sampled_from(NAMES), min_size=3, max_size=6, unique=True).map(tuple)),
    min_size=1,
    max_size=2,
)
