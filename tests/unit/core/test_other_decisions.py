"""Decisions that are neither yes nor no: asking back, answering instead, and handing the decision on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_core.agent import scripted
from agent_core.events import InputResponse, Notice, RequestClosed, RequestRaised
from agent_core.people import People, Person
from agent_core.policy.rules import Policy, Rule
from agent_core.values import Author, Decision
from tests.unit.core.story import ANA, BO, CY, DI, DONE, Story, asked_for_deploy, kinds, refused

TEAM = People(
    people=tuple(
        Person(id=one.person or "", name=(one.person or "").title(), identities=(one.identity,))
        for one in (ANA, BO, CY, DI)
    )
)


def policy(**rule: object) -> Policy:
    kept = {"tool": "deploy", "approvers": ("bo",), "expires_in": timedelta(hours=4), "delegates": ("cy", "ana")}
    return Policy(rules=(Rule.model_validate(kept | rule),), escalate_to=("di",))


def asked(**rule: object) -> Story:
    return asked_for_deploy(Story(policy(**rule), people=TEAM))


def says(story: Story, who: Author, decision: Decision, reason: str = "", to: str = "") -> list[str]:
    story.clicks(who, story.request.id, decision, digest=story.request.digest, reason=reason, to=to)
    return kinds(story.turn(model=scripted(DONE)))


def last_notice(story: Story) -> Notice:
    return next(event for event in reversed(story.log) if isinstance(event, Notice))


# --- asking back


def test_a_question_goes_to_the_requester_and_its_answer_back_with_the_card() -> None:
    story = asked()
    assert says(story, BO, "ask", "which database does it touch?") == ["input_request", "notice"]
    question = story.question
    assert (question.to, question.question) == (ANA.identity, "which database does it touch?")
    assert (question.about, question.by) == (story.request.id, BO)
    assert last_notice(story).kind == "asked_back"

    story.append(InputResponse(id="r", request_id=question.id, author=ANA, text="orders, read only"))
    events = story.turn(model=scripted(DONE))
    raised = next(event for event in events if isinstance(event, RequestRaised))
    assert (raised.why, raised.to, raised.via, raised.note) == ("answered", ("bo",), ("email",), "orders, read only")
    assert story.thread.open == (story.request,), "nothing was decided by that"
    assert says(story, BO, "approve") == ["request_closed", "tool_call"]


def test_one_question_at_a_time_and_none_without_words() -> None:
    story = asked()
    story.clicks(BO, story.request.id, "ask", digest=story.request.digest)
    assert refused(story).kind == "unclear"
    says(story, BO, "ask", "why?")
    story.clicks(BO, story.request.id, "ask", digest=story.request.digest, reason="and why now?")
    assert refused(story).kind == "unclear"


def test_the_requesters_answer_decides_nothing_whatever_it_says() -> None:
    story = asked()
    says(story, BO, "ask", "are you sure?")
    story.says(ANA, "APPROVE", answers=story.question.id)
    story.turn(model=scripted(DONE))
    assert story.thread.open_request(story.request.id) is not None
    assert not story.thread.running


def test_an_answer_after_the_decision_is_told_to_nobody() -> None:
    story = asked()
    says(story, BO, "ask", "why?")
    says(story, BO, "deny")
    story.append(InputResponse(id="r", request_id=story.question.id, author=ANA, text="because"))
    assert "request_raised" not in kinds(story.turn(model=scripted(DONE)))


def test_who_may_not_decide_may_not_ask() -> None:
    story = asked()
    story.clicks(CY, story.request.id, "ask", digest=story.request.digest, reason="what is it?")
    assert refused(story).kind == "not_an_approver"


# --- answering instead


def test_an_answer_instead_ends_it_and_the_agent_reads_it() -> None:
    story = asked()
    assert says(story, BO, "answer", "use the blue environment") == ["request_closed", "agent_message"]
    closed = next(event for event in story.log if isinstance(event, RequestClosed))
    assert (closed.outcome, closed.by, closed.reason) == ("answered", BO, "use the blue environment")
    assert not story.thread.running


# --- handing on


def test_a_delegate_decides_in_somebodys_place_who_then_does_not() -> None:
    story = asked()
    assert says(story, BO, "delegate", "I am on a train", to="cy") == ["request_raised", "notice"]
    raised = next(event for event in story.log if isinstance(event, RequestRaised))
    assert (raised.why, raised.to, raised.by, raised.note) == ("delegated", ("cy",), BO, "I am on a train")
    assert (last_notice(story).to, last_notice(story).kind, last_notice(story).detail) == (
        BO.identity,
        "delegated",
        "cy",
    )
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest)
    assert refused(story).kind == "not_an_approver"
    assert says(story, CY, "approve") == ["request_closed", "tool_call"]


@pytest.mark.parametrize("to", ["", "di", "ana", "bo", "nobody"])
def test_nobody_else_is_handed_anything(to: str) -> None:
    story = asked()
    story.clicks(BO, story.request.id, "delegate", digest=story.request.digest, to=to)
    told = refused(story)
    assert (told.kind, told.detail) == ("no_delegate", "cy")
    assert story.thread.open == (story.request,)


def test_a_delegate_counts_only_while_todays_rule_knows_them() -> None:
    story = asked()
    says(story, BO, "delegate", to="cy")
    story.change(policy(delegates=()))
    story.clicks(CY, story.request.id, "approve", digest=story.request.digest)
    assert refused(story).kind == "not_an_approver"


def test_two_seats_stay_two_when_one_is_handed_on() -> None:
    story = asked(approvers=("bo", "di"), need=2)
    says(story, BO, "delegate", to="cy")
    assert says(story, CY, "approve") == ["vote", "notice"]
    assert says(story, DI, "approve") == ["request_closed", "tool_call"]


def test_one_who_has_a_seat_is_not_handed_another() -> None:
    story = asked(approvers=("bo", "cy"), need=2)
    story.clicks(BO, story.request.id, "delegate", digest=story.request.digest, to="cy")
    assert refused(story).kind == "no_delegate"


def test_a_question_ends_with_the_request_it_is_about() -> None:
    story = asked()
    says(story, BO, "ask", "why?")
    assert says(story, BO, "deny") == ["request_closed", "request_closed", "agent_message"]
    assert story.thread.open == ()
    assert says_again(story) == ["agent_message"], "what she says then is talk"


def says_again(story: Story) -> list[str]:
    story.says(ANA, "because it is urgent")
    return kinds(story.turn(model=scripted(DONE)))
