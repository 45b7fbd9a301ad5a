"""Several people: how many must agree, whose no is the end of it, and whose voice counts, then and when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_core.agent import scripted
from agent_core.events import ApprovalRequest, Notice, RequestClosed, ToolCall, Vote
from agent_core.people import Group, People
from agent_core.policy.rules import Panel, Policy, Rule
from agent_core.values import Author
from tests.unit.core.story import (
    ANA,
    ANA_IN_SLACK,
    BO,
    BO_IN_SLACK,
    BY_NAME,
    CY,
    DEPLOY,
    DI,
    DONE,
    Story,
    asked_for_deploy,
    kinds,
    refused,
)


def policy(**rule: object) -> Policy:
    kept = {"tool": "deploy", "approvers": ("bo", "cy", "di"), "need": 2, "expires_in": timedelta(hours=1)}
    return Policy(rules=(Rule.model_validate(kept | rule),), escalate_to=("di",))


def asked(people: People = BY_NAME, **rule: object) -> Story:
    return asked_for_deploy(Story(policy(**rule), people=people))


def approves(story: Story, who: Author, arguments: str = "") -> list[str]:
    story.clicks(who, story.request.id, "approve", digest=story.request.digest, arguments=arguments)
    return kinds(story.turn())


def denies(story: Story, who: Author) -> list[str]:
    """Where that is the end of it, the agent tells."""
    story.clicks(who, story.request.id, "deny", digest=story.request.digest)
    events = story.turn(model=scripted(DONE))
    return kinds(events)


def test_two_of_three_run_it_once_and_the_first_one_hears_what_is_missing() -> None:
    story = asked()
    assert approves(story, BO) == ["vote", "notice"]
    notice = story.log[-1]
    assert isinstance(notice, Notice)
    assert (notice.kind, notice.detail) == ("counted", "1 of cy, di")
    assert approves(story, CY) == ["request_closed", "tool_call"]
    assert refused_after(story, DI) == "already_closed"


def closed(story: Story) -> RequestClosed:
    return next(event for event in reversed(story.log) if isinstance(event, RequestClosed))


def refused_after(story: Story, who: Author) -> str:
    story.clicks(who, story.request.id, "approve", digest=story.request.digest)
    return refused(story).kind


@pytest.mark.parametrize("again", [BO, BO_IN_SLACK])
def test_the_same_human_on_two_channels_is_one(again: Author) -> None:
    story = asked()
    approves(story, BO)
    assert approves(story, again) == ["vote", "notice"]
    assert len(story.thread.votes) == 1
    assert not any(isinstance(event, ToolCall) for event in story.log)


@pytest.mark.parametrize("self_", [ANA, ANA_IN_SLACK])
def test_the_requester_never_counts_whoever_they_speak_as(self_: Author) -> None:
    story = asked(approvers=("ana", "bo", "cy"))
    assert story.request.terms.seats[0].of == ("bo", "cy")
    story.clicks(self_, story.request.id, "approve", digest=story.request.digest)
    assert refused(story).kind == "own_request"


def test_anybodys_no_ends_it_unless_the_rule_says_whose() -> None:
    story = asked()
    approves(story, BO)
    assert denies(story, CY) == ["request_closed", "agent_message"]
    assert (closed(story).outcome, closed(story).by) == ("denied", CY)


def test_a_no_without_a_veto_is_one_voice_and_too_many_make_it_impossible() -> None:
    story = asked(veto=())
    assert denies(story, BO) == ["vote", "notice"]
    assert denies(story, CY) == ["request_closed", "agent_message"]
    assert closed(story).outcome == "denied"


def test_a_veto_after_one_yes_ends_it_and_of_who_has_none_it_does_not() -> None:
    story = asked(veto=("di",))
    approves(story, BO)
    assert denies(story, CY) == ["vote", "notice"]
    assert denies(story, DI) == ["request_closed", "agent_message"]


def test_a_veto_may_be_somebodys_who_cannot_approve() -> None:
    story = asked(approvers=("bo", "cy"), veto=("di",))
    assert story.request.approvers == ("bo", "cy", "di")
    approves(story, BO)
    assert approves(story, DI) == ["vote", "notice"], "a yes of theirs takes no seat"
    assert denies(story, DI) == ["request_closed", "agent_message"]


def test_who_changes_their_mind_counts_as_they_said_last() -> None:
    story = asked(veto=())
    denies(story, BO)
    assert approves(story, BO) == ["vote", "notice"]
    assert approves(story, CY) == ["request_closed", "tool_call"]


def test_nobody_sits_on_two_panels_at_once() -> None:
    story = asked(approvers=("bo", "cy"), need=1, also=(Panel(of=("bo", "di")),))
    assert approves(story, BO) == ["vote", "notice"]
    assert approves(story, DI) == ["request_closed", "tool_call"]


def test_all_are_all_and_a_group_is_each_of_its_members() -> None:
    people = People(people=BY_NAME.people, groups=(Group(id="ops", members=("bo", "cy")),))
    story = asked(people, approvers=("ops", "di"), need="all")
    assert [approves(story, one) for one in (BO, CY)] == [["vote", "notice"]] * 2
    assert approves(story, DI) == ["request_closed", "tool_call"]


def test_too_few_people_are_not_asked_at_all() -> None:
    story = Story(policy(approvers=("ana", "bo"), need=2), people=BY_NAME)
    story.says(ANA, "deploy")
    events = kinds(story.turn(DEPLOY, *([DEPLOY] * 2)))
    assert events == ["failure", "failure", "failure", "escalation"]


def test_the_vote_of_who_left_meanwhile_is_gone() -> None:
    story = asked()
    approves(story, BO)
    left = tuple(one.model_copy(update={"left": one.id == "bo"}) for one in BY_NAME.people)
    story.people = People(people=left)
    assert approves(story, CY) == ["vote", "notice"]
    assert approves(story, DI) == ["request_closed", "tool_call"]


def test_what_is_enough_by_the_card_must_be_enough_today() -> None:
    story = asked(need=1)
    story.change(policy(need=2))
    assert approves(story, BO) == ["vote", "notice"]
    assert approves(story, CY) == ["request_closed", "tool_call"]


def test_what_is_enough_today_must_be_enough_by_the_card() -> None:
    story = asked(need=2)
    story.change(policy(need=1))
    assert approves(story, BO) == ["vote", "notice"]


def test_changed_arguments_are_put_to_the_others_anew_and_the_one_who_changed_them_has_agreed() -> None:
    story = asked()
    first = story.request
    changed = '{"version":"1.4.2","environment":"staging"}'
    assert approves(story, BO, changed) == ["request_closed", "approval_request", "vote", "notice"]
    assert story.request.id != first.id
    assert story.request.call.arguments == changed
    assert approves(story, CY) == ["request_closed", "tool_call"]
    assert story.call.call.arguments == changed
    assert story.call.digest == story.request.digest


def test_a_call_that_other_rules_speak_of_is_another_question() -> None:
    staging = Rule.model_validate({"tool": "deploy", "when": {"environment": "staging"}, "approvers": ("bo",)})
    production = Rule(tool="deploy", approvers=("cy",))
    rules = Policy(rules=(staging, production), escalate_to=("di",))
    story = Story(rules, people=BY_NAME)
    story.says(ANA, "deploy to staging")
    story.turn(DEPLOY.model_copy(update={"arguments": '{"version":"1.4.2","environment":"staging"}'}))
    assert story.request.approvers == ("bo",)
    assert approves(story, BO, '{"version":"1.4.2","environment":"production"}') == [
        "request_closed",
        "approval_request",
    ]
    assert story.request.approvers == ("cy",)
    assert not story.thread.votes
    assert approves(story, CY) == ["request_closed", "tool_call"]


def test_a_vote_belongs_to_its_request() -> None:
    story = asked()
    approves(story, BO)
    first = story.request
    story.says(ANA, "and staging, too")
    story.turn(DEPLOY.model_copy(update={"arguments": '{"version":"1.4.2","environment":"staging"}'}))
    assert story.request.id != first.id
    assert approves(story, CY) == ["vote", "notice"]
    votes = [event for event in story.log if isinstance(event, Vote)]
    assert {vote.request_id for vote in votes} == {first.id, story.request.id}
    assert all(isinstance(one, ApprovalRequest) for one in story.thread.open)
