"""Weak proof: a number names a person, and decides what the policy lets it decide; more takes better proof."""

from __future__ import annotations

import pytest

from agent_core.approvals import Refusal, judge, needs_of
from agent_core.events import ApprovalRequest, ApprovalResponse
from agent_core.policy.rules import Policy, Rule
from agent_core.values import Assurance, Proof, Risk
from tests.unit.core.story import (
    ANA_BY_TEXT,
    BO,
    BO_BY_TEXT,
    DEPLOY,
    PEOPLE,
    POLICY,
    TIDY,
    Story,
    asked_for_deploy,
    kinds,
    refused,
)


@pytest.mark.parametrize(
    ("line", "enough"),
    [("none", ()), ("low", ("low",)), ("medium", ("low", "medium")), ("high", ("low", "medium", "high"))],
)
def test_up_to_the_policys_line_a_number_is_enough(line: Risk, enough: tuple[Risk, ...]) -> None:  # SM-16
    risks: tuple[Risk, ...] = ("low", "medium", "high")
    needed = [needs_of(risk, Policy(text_up_to=line)) for risk in risks]

    assert needed == ["restricted" if risk in enough else "verified" for risk in risks]


def tidying(policy: Policy = POLICY) -> Story:
    story = Story(policy)
    story.says(ANA_BY_TEXT, "tidy up")
    story.turn(TIDY)
    return story


def test_a_low_risk_is_asked_and_answered_by_text() -> None:
    story = tidying()
    assert (story.request.needs, story.request.requester) == ("restricted", ANA_BY_TEXT)
    story.says(BO_BY_TEXT, "A 482193", story.request.id)

    assert kinds(story.turn()) == ["approval_response", "request_closed", "tool_call"]


def test_a_high_risk_takes_better_proof_than_a_number() -> None:  # SM-16
    story = asked_for_deploy()
    assert story.request.needs == "verified"
    for word in ("A 482193", "R 482193"):
        story.says(BO_BY_TEXT, word, story.request.id)
        notice = refused(story)
        assert (notice.kind, notice.to, notice.about) == ("needs_stronger", BO_BY_TEXT.identity, story.request.id)
    story.clicks(BO, story.request.id, "approve")
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


@pytest.mark.parametrize("asked_under", ["low", "none"])
def test_both_the_card_and_todays_policy_must_let_a_number_decide(asked_under: Risk) -> None:
    strict, lax = (POLICY.model_copy(update={"text_up_to": line}) for line in ("none", "low"))
    story = tidying(lax if asked_under == "low" else strict)
    story.policy = strict if asked_under == "low" else lax
    story.clicks(BO_BY_TEXT, story.request.id, "approve")

    assert refused(story).kind == "needs_stronger"


@pytest.mark.parametrize(
    ("assurance", "needs", "counts"),
    [
        ("verified", "verified", True),
        ("verified", "restricted", True),
        ("restricted", "restricted", True),
        ("restricted", "verified", False),
        ("asserted", "restricted", False),
        ("none", "restricted", False),
    ],
)
def test_a_proof_counts_for_what_needs_no_better_one(assurance: Assurance, needs: Proof, counts: bool) -> None:
    story = tidying()
    asked = story.request.model_copy(update={"needs": needs})
    thread = story.thread.model_copy(update={"open": (asked,)})
    author = BO.model_copy(update={"assurance": assurance})
    response = ApprovalResponse(id="x", at=story.now, request_id=asked.id, author=author, decision="approve")

    assert isinstance(judge(thread, response, POLICY, PEOPLE), ApprovalRequest) == counts


def test_nobody_approves_by_text_what_they_asked_for_elsewhere() -> None:
    story = Story(Policy(rules=(Rule(tool="tidy", approvers=("ana", "bo")),)))
    story.says(ANA_BY_TEXT.model_copy(update={"identity": "email:ana@example.test", "assurance": "verified"}), "tidy")
    story.turn(TIDY)
    story.clicks(ANA_BY_TEXT, story.request.id, "approve")

    assert refused(story).kind == "own_request"


def test_a_number_nobody_is_known_by_is_no_approver() -> None:
    story = tidying()
    unknown = BO_BY_TEXT.model_copy(update={"person": None, "identity": "sms:+447700900099"})
    response = ApprovalResponse(id="x", at=story.now, request_id=story.request.id, author=unknown, decision="approve")

    assert judge(story.thread, response, POLICY, PEOPLE) == Refusal(kind="not_an_approver")


@pytest.mark.parametrize("assurance", ["verified", "restricted"])
def test_a_number_names_its_person(assurance: Assurance) -> None:
    bare = BO_BY_TEXT.model_copy(update={"person": None, "assurance": assurance})

    assert PEOPLE.known(bare).person == "bo"


def test_the_channels_of_the_rule_are_on_the_card() -> None:
    story = Story(Policy(rules=(Rule(tool="deploy", approvers=("bo",), via=("sms", "email")),)))
    story.says(ANA_BY_TEXT, "deploy 1.4.2")
    story.turn(DEPLOY)

    assert story.request.via == ("sms", "email")
