"""Standing in: the delegate of somebody who went away decides in their place what was asked before, by the rules."""

from __future__ import annotations

import pytest

from agent_core.agent import scripted
from agent_core.people import Absence, Group, People
from agent_core.raising import plan_timer
from tests.unit.core.changing import HOUR, asked, changed, goes, policy, raises, tells
from tests.unit.core.story import BO, BY_NAME, CY, DI, DONE, START, Story, asked_for_deploy, kinds, refused

# --- who stands in


def test_a_delegate_named_later_decides_in_the_place_of_who_is_away() -> None:
    story = asked(delegates=("di",))
    events = goes(story, "bo", "di")
    assert raises(events) == [("stands_in", ("di",))]
    assert tells(story, "bo") == ()
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest)
    assert refused(story).kind == "not_an_approver"
    story.clicks(DI, story.request.id, "approve", digest=story.request.digest)
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_who_is_away_and_their_delegate_are_one_voice() -> None:
    story = asked(approvers=("bo", "cy"), need="all", delegates=("di",))
    goes(story, "bo", "di")
    story.clicks(DI, story.request.id, "approve", digest=story.request.digest)
    story.turn()
    assert story.thread.open
    story.clicks(CY, story.request.id, "approve", digest=story.request.digest)
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_who_is_away_keeps_the_veto_they_have_by_name() -> None:
    story = asked(approvers=("bo",), veto=("bo",), delegates=("di",))
    goes(story, "bo", "di")
    story.clicks(BO, story.request.id, "deny", digest=story.request.digest)
    assert "request_closed" in kinds(story.turn(model=scripted(DONE)))


@pytest.mark.parametrize("delegate", ["di", "ana", "cy", "nobody"])
def test_only_whom_the_rule_knows_and_who_decides_nothing_else_of_it_stands_in(delegate: str) -> None:
    story = asked(approvers=("bo", "cy"), delegates=("ana", "cy"))
    assert goes(story, "bo", delegate) == ()


def test_a_delegate_of_todays_rule_alone_is_not_asked() -> None:
    story = asked()
    story.change(policy(delegates=("di",)))
    assert goes(story, "bo", "di") == ()


def test_who_voted_before_they_went_is_not_stood_in_for() -> None:
    story = asked(approvers=("bo", "cy"), need=2, delegates=("di",))
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest)
    story.turn()
    assert goes(story, "bo", "di") == ()
    story.clicks(CY, story.request.id, "approve", digest=story.request.digest)
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_somebody_of_a_group_is_stood_in_for_as_well() -> None:
    people = People(people=BY_NAME.people, groups=(Group(id="ops", members=("bo", "cy")),))
    story = asked_for_deploy(Story(policy(approvers=("ops",), delegates=("di",)), people=people))
    assert raises(goes(story, "bo", "di")) == [("stands_in", ("di",))]


def test_an_absence_that_begins_later_is_seen_at_the_next_step_of_the_plan_before_anybody_is_reminded() -> None:
    story = asked(delegates=("di",), remind_after=(HOUR / 2,))
    absence = Absence(since=START + HOUR / 4, until=START + 9 * HOUR, delegate="di")
    story.people = changed(story.people, "bo", away=(absence,))
    assert tells(story, "bo") == ()
    story.waits(story.request.terms.plan[0].due)
    story.fires(plan_timer(story.request.id, 0))
    assert raises(story.turn()) == [("stands_in", ("di",)), ("reminder", ("di",))]
