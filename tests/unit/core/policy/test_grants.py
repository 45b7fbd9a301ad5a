"""Standing grants: for a while, by somebody who could approve it alone, to others, and as the rule allows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from agent_core.people import Absence, People
from agent_core.policy.grants import Grant, grant_for
from agent_core.policy.rules import Condition, Rule
from agent_core.values import Author
from tests.unit.core.policy.cases import CALL, PERSONS, author, people_of
from tests.unit.core.story import START, STRANGER

WEEK = timedelta(days=7)
RULE = Rule(tool="deploy", approvers=("bo", "cy"), grants_up_to=WEEK)
GRANT = Grant(id="g1", tool="deploy", to=("ana", "dee"), by="bo", since=START, until=START + WEEK)
PEOPLE = people_of()


def runs(
    grant: Grant = GRANT,
    rule: Rule = RULE,
    people: People = PEOPLE,
    asking: tuple[str, ...] = ("ana",),
    after: timedelta = timedelta(days=1),
) -> bool:
    askers = [author(one) for one in asking]
    return grant_for(CALL, askers, [grant], rule, people, START + after) == grant


def changed(**more: object) -> Grant:
    return Grant.model_validate(GRANT.model_dump() | more)


def by_rule(**more: object) -> Rule:
    return Rule.model_validate(RULE.model_dump() | more)


def test_it_lets_calls_run_that_it_speaks_of() -> None:
    assert runs()
    assert runs(asking=("ana", "dee"))
    assert runs(changed(when={"environment": Condition(one_of=("production",))}))


@pytest.mark.parametrize(
    ("after", "so"),
    [
        (timedelta(microseconds=-1), False),
        (timedelta(0), True),
        (WEEK - timedelta(microseconds=1), True),
        (WEEK, False),
    ],
)
def test_it_is_in_force_from_its_beginning_until_before_its_end(after: timedelta, so: bool) -> None:
    assert runs(after=after) is so


@pytest.mark.parametrize(
    "grant",
    [
        changed(tool="rollback"),
        changed(when={"environment": Condition(one_of=("staging",))}),
        changed(until=START + WEEK + timedelta(seconds=1)),  # longer than the rule has it
        changed(by="eli"),  # who may not approve it
        changed(by="nobody"),
    ],
)
def test_it_covers_nothing_else(grant: Grant) -> None:
    assert not runs(grant)


@pytest.mark.parametrize("asking", [(), ("cy",), ("ana", "cy")])
def test_everybody_who_asks_must_have_it(asking: tuple[str, ...]) -> None:
    assert not runs(asking=asking)


def test_of_a_stranger_nobody_knows_whether_they_have_it() -> None:
    asking: list[Author] = [author("ana"), STRANGER]

    assert grant_for(CALL, asking, [GRANT], RULE, PEOPLE, START) is None


def test_it_ends_when_its_giver_leaves_and_not_while_they_are_on_holiday() -> None:
    away = Absence(since=START, until=START + WEEK, delegate="eli")
    on_holiday = tuple(p.model_copy(update={"away": (away,) if p.id == "bo" else ()}) for p in PEOPLE.people)

    assert not runs(people=people_of(left=["bo"]))
    assert runs(people=PEOPLE.model_copy(update={"people": on_holiday}))


@pytest.mark.parametrize(
    "rule",
    [
        by_rule(grants_up_to=timedelta(0)),
        by_rule(need=2),
        by_rule(need="all"),
        by_rule(approvers=("security",), need="all"),  # two people, by one name
        by_rule(also=({"of": ("dee",)},)),
        by_rule(approvers=()),
        by_rule(approvers=("cy",)),
        by_rule(approvers=("ops",)),  # nobody knows whether they hold that role still
    ],
)
def test_nobody_grants_what_they_could_not_approve_alone(rule: Rule) -> None:
    giver = "di" if rule.approvers == ("security",) else "bo"

    assert not runs(changed(by=giver), rule)


@pytest.mark.parametrize("rule", [by_rule(approvers=("bo",), need="all"), by_rule(approvers=("security", "bo"))])
def test_who_could_approve_it_alone_does(rule: Rule) -> None:
    assert runs(rule=rule)


@pytest.mark.parametrize("wrong", [{"by": "ana"}, {"to": ()}, {"until": START}, {"until": START - WEEK}])
def test_a_grant_to_oneself_to_nobody_or_for_no_time_is_none(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        changed(**wrong)


def test_the_people_of_these_tests_are_all_known() -> None:
    assert all(PEOPLE.person(one) for one in PERSONS)
