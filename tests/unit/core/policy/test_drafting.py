"""Drafting: what a rule asks for now: never of who asks, of delegates while somebody is away; two seats, two people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from agent_core.people import Absence, People
from agent_core.policy.drafting import approvers_of, can_be_met, expires_at, terms_of
from agent_core.policy.rules import Panel, Rule, Rung
from agent_core.terms import Seats, Terms
from tests.unit.core.policy.cases import GROUPS, MANY, NAMES, PERSONS, leavers, people_of
from tests.unit.core.story import START

DAY = timedelta(days=1)


def people_away(left: tuple[str, ...] = (), **delegates: str) -> People:
    """Everybody, of whom these are away, and whom they named."""
    people = people_of(left)
    away = {name: (Absence(since=START, until=START + DAY, delegate=to),) for name, to in delegates.items()}
    return People(
        people=tuple(one.model_copy(update={"away": away.get(one.id, ())}) for one in people.people), groups=GROUPS
    )


def drawn(rule: Rule, *askers: str, people: People | None = None, at: timedelta = timedelta(0)) -> Terms:
    return terms_of(rule, askers, people or people_of(), None, START + at)


def rule(**more: object) -> Rule:
    return Rule.model_validate({"tool": "deploy", "approvers": ("bo", "cy")} | more)


def seats(*of: tuple[str, ...]) -> tuple[Seats, ...]:
    return tuple(Seats(of=one) for one in of)


def test_who_asks_is_not_among_those_who_decide() -> None:
    assert drawn(rule(approvers=("ana", "bo", "security")), "ana", "dee").seats == seats(("bo", "di"))
    assert approvers_of(drawn(rule(veto=("ana", "security")), "ana")) == ("bo", "cy", "di", "dee")


def test_all_is_a_seat_for_each_and_of_who_asks_it_stays_empty() -> None:
    everyone = rule(approvers=("bo", "security"), need="all")

    assert drawn(everyone, "ana").seats == seats(("bo",), ("di",), ("dee",))
    assert can_be_met(drawn(everyone, "ana"), people_of(), ["ana"])
    assert drawn(everyone, "di").seats == seats(("bo",), (), ("dee",))
    assert not can_be_met(drawn(everyone, "di"), people_of(), ["di"])


@pytest.mark.parametrize("names", [("ops",), ("bo", "ops"), ("bo", "nobody")])
def test_nobody_knows_who_all_of_a_role_are(names: tuple[str, ...]) -> None:
    assert not can_be_met(drawn(rule(approvers=names, need="all"), "ana"), people_of())


def test_of_so_many_there_must_be_so_many_besides_who_asks() -> None:
    two = rule(approvers=("ana", "bo", "cy"), need=2)

    assert can_be_met(drawn(two, "ana"), people_of(), ["ana"])
    assert not can_be_met(drawn(two, "ana", "bo"), people_of(), ["ana", "bo"])
    assert not can_be_met(drawn(two, "ana"), people_of(left=["bo"]), ["ana"])


def test_somebody_on_two_panels_is_needed_once() -> None:
    both = rule(approvers=("bo",), also=(Panel(of=("bo",)),))

    assert not can_be_met(drawn(both, "ana"), people_of())
    assert can_be_met(drawn(rule(also=(Panel(of=("bo",)),)), "ana"), people_of())


def test_whom_the_ladder_asks_is_counted_but_not_who_asks_for_it() -> None:
    two = rule(approvers=("bo",), need=2, ladder=(Rung(after=DAY, to=("security",)),))

    assert can_be_met(drawn(two, "di"), people_of(), ["di"])
    assert not can_be_met(drawn(two, "di", "dee"), people_of(), ["di", "dee"])


# --- while somebody is away


def test_the_delegate_is_asked_while_somebody_is_away_and_not_after() -> None:
    some, people = rule(delegates=("eli",)), people_away(bo="eli")

    assert drawn(some, "ana", people=people).seats == seats(("eli", "cy"))
    assert drawn(some, "ana", people=people, at=-DAY).seats == seats(("bo", "cy"))
    assert drawn(some, "ana", people=people, at=DAY).seats == seats(("bo", "cy"))


@pytest.mark.parametrize(
    ("delegates", "askers", "people"),
    [
        ((), ["ana"], people_away(bo="eli")),  # the rule does not know them
        (("eli",), ["eli"], people_away(bo="eli")),  # they ask for it
        (("eli",), ["ana"], people_away(bo="eli", eli="di")),  # they are away, too
        (("eli",), ["ana"], people_away(("eli",), bo="eli")),  # they have left
        (("cy",), ["ana"], people_away(bo="cy")),  # they have a seat of their own
        (("eli",), ["ana"], people_away(bo="")),
    ],
)
def test_where_nobody_can_stand_in_it_waits(delegates: tuple[str, ...], askers: list[str], people: People) -> None:
    terms = drawn(rule(need="all", delegates=delegates), *askers, people=people)

    assert terms.seats == seats(("bo",), ("cy",))


def test_a_delegate_stands_in_for_one_person_only() -> None:
    terms = drawn(rule(need="all", delegates=("eli",)), "ana", people=people_away(bo="eli", cy="eli"))

    assert terms.seats == seats(("eli",), ("cy",))


def test_on_two_panels_it_is_the_same_delegate() -> None:
    two = rule(also=(Panel(of=("bo", "dee")),), delegates=("eli",))

    assert drawn(two, "ana", people=people_away(bo="eli")).seats == seats(("eli", "cy"), ("eli", "dee"))


# --- whatever it is


names = st.lists(st.sampled_from(NAMES), max_size=4, unique=True).map(tuple)
needs = st.integers(1, 3) | st.just("all")
rules = st.builds(
    lambda approvers, need, also, veto, delegates: rule(
        approvers=approvers, need=need, also=also, veto=veto, delegates=delegates
    ),
    names,
    needs,
    st.lists(st.builds(lambda of, need: {"of": of, "need": need}, names, needs), max_size=2),
    st.none() | names,
    st.lists(st.sampled_from(PERSONS), max_size=3, unique=True),
)
absences = st.dictionaries(st.sampled_from(PERSONS), st.sampled_from(PERSONS), max_size=3)


@given(some=rules, askers=st.lists(st.sampled_from(PERSONS), max_size=2), away=absences, left=leavers)
@MANY
def test_who_asks_is_never_asked_and_as_many_people_are_needed_as_the_rule_says(
    some: Rule, askers: list[str], away: dict[str, str], left: list[str]
) -> None:
    people = people_away(tuple(left), **away)
    terms = drawn(some, *askers, people=people)

    assert not set(askers) & set(approvers_of(terms))
    asked_for = sum(len([*people.each(one.of)]) if one.need == "all" else one.need for one in some.panels)
    assert sum(seat.need for seat in terms.seats) == asked_for
    known = {name for panel in some.panels for name in people.each(panel.of)} | set(some.delegates)
    assert {name for seat in terms.seats for name in seat.of} <= known
    assert can_be_met(terms, people, askers) in (True, False)


def test_what_is_due_is_so_in_whole_milliseconds_as_timers_are_kept() -> None:
    odd = timedelta(microseconds=1_234_567)
    third = rule(expires_in=odd, remind_after=(odd,), ladder=(Rung(after=odd, to=("di",)),))
    cut = START + timedelta(milliseconds=1_234)
    assert expires_at(third, None, START) == cut
    assert [step.due for step in drawn(third).plan] == [cut, cut]
