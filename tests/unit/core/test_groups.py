"""Groups: a role on a platform makes approvers of people we know, for as long as they hold it, and of nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from agent_core.approvals import Refusal, gate, judge
from agent_core.events import ApprovalRequest, ApprovalResponse
from agent_core.people import Group, People, Person
from agent_core.policy.drafting import terms_of
from agent_core.policy.rules import Policy, Rule
from agent_core.values import Author, Call
from tests.unit.core.story import ANA, BO, CY, DEPLOY, START, STRANGER, Story, deploy, refused

ROLE = "discord:100/7"
GROUP = Group(id="releasers", role=ROLE, room="discord:100/200")
PEOPLE = People(
    people=tuple(Person(id=one.person or "", name="", identities=(one.identity,)) for one in (ANA, BO, CY)),
    groups=(GROUP,),
)
POLICY = Policy(rules=(Rule(tool="deploy", approvers=("releasers",), undo_within=timedelta(0)),))


def holding(author: Author, *roles: str) -> Author:
    return author.model_copy(update={"roles": roles})


def asked_by(*askers: Author) -> Story:
    story = Story(POLICY, people=PEOPLE)
    for asker in askers:
        story.says(asker, "deploy 1.4.2")
    story.turn(DEPLOY)
    return story


def verdict(author: Author, policy: Policy = POLICY, people: People = PEOPLE) -> ApprovalRequest | Refusal:
    story = asked_by(ANA)
    response = ApprovalResponse(id="x", at=START, request_id=story.request.id, author=author, decision="approve")
    return judge(story.thread, response, policy, people)


def test_a_group_is_somebody_who_may_approve() -> None:
    call = Call(tool="deploy", version="1", arguments="{}")
    terms = terms_of(POLICY.rules[0], {"ana"}, PEOPLE, None, START)

    assert gate(deploy, call, (ANA,), POLICY, terms, PEOPLE).gate == "ask"
    assert asked_by(ANA).request.approvers == ("releasers",)


def test_who_holds_the_role_right_now_decides() -> None:  # DC-16
    assert isinstance(verdict(holding(BO, ROLE)), ApprovalRequest)
    assert isinstance(verdict(holding(BO, "discord:100/8", ROLE)), ApprovalRequest)


@pytest.mark.parametrize(
    "author",
    [
        BO,  # held it once, perhaps
        holding(BO, "discord:100/8"),
        holding(BO, "discord:999/7"),  # the same number in another server
        holding(STRANGER, ROLE),  # nobody we know
        BO.model_copy(update={"identity": "releasers", "person": None}),
    ],
)
def test_nobody_else_decides(author: Author) -> None:
    assert verdict(author) == Refusal(kind="not_an_approver")


def test_a_role_without_proof_of_who_holds_it_is_worth_nothing() -> None:
    assert verdict(holding(BO.model_copy(update={"assurance": "asserted"}), ROLE)) == Refusal(kind="not_verified")


def test_a_group_that_is_gone_from_the_policy_or_from_the_people_has_no_say() -> None:
    nobody = Policy(rules=(Rule(tool="deploy", approvers=("cy",)),))

    assert verdict(holding(BO, ROLE), policy=nobody) == Refusal(kind="not_an_approver")
    without = PEOPLE.model_copy(update={"groups": ()})
    assert verdict(holding(BO, ROLE), people=without) == Refusal(kind="not_an_approver")


def test_whoever_asked_does_not_approve_it_as_a_member() -> None:
    story = asked_by(BO, ANA)  # both want it; Ana spoke last
    story.clicks(holding(BO, ROLE), story.request.id, "approve")

    assert refused(story).kind == "own_request"
    assert set(story.request.askers) == {"ana", "bo"}


def test_a_name_belongs_to_one_person_or_one_group() -> None:
    with pytest.raises(ValidationError, match="there twice"):
        People(people=PEOPLE.people, groups=(GROUP.model_copy(update={"id": "ana"}),))
    with pytest.raises(ValidationError, match="there twice"):
        People(groups=(GROUP, GROUP))


def test_nobody_is_among_nobody() -> None:
    assert not PEOPLE.among(holding(BO, ROLE), ())
    assert not People().among(BO, ("",))
