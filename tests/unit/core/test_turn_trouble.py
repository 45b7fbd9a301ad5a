"""Stories of trouble: a model, a tool or a delivery that goes wrong, and who hears of it."""

from __future__ import annotations

import pytest

from agent_core.agent import Agent, Thought
from agent_core.deliveries import Delivery
from agent_core.events import Escalation, Failure, Notice
from agent_core.people import People, Person
from agent_core.steps import GiveUp, Outcome, Say, Step, Use
from tests.unit.core.story import (
    AGENT,
    ANA,
    BO,
    DEPLOY,
    DONE,
    LOOK,
    Story,
    asked_for_deploy,
    kinds,
)

# There is no other way to any of them.
BY_MAIL = People(people=tuple(Person(id=who.person or "", name="", identities=(who.identity,)) for who in (ANA, BO)))

# --- the model goes wrong


@pytest.mark.parametrize("outcome", ["several_calls", "refusal", "cut_off", "invalid"])
def test_a_bad_outcome_is_a_failure_the_model_may_mend(outcome: Outcome) -> None:
    story = Story()
    story.says(ANA, "hello")

    events = story.turn(Thought(outcome=outcome, detail="what was wrong"), Say(text="Hello."))

    assert kinds(events) == ["failure", "agent_message"]
    assert isinstance(events[1], Failure)
    assert (events[1].kind, events[1].summary) == (outcome, "what was wrong")
    assert story.thread.failures == 0


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (Use(tool="no_such_tool", arguments="{}"), "unknown_tool"),
        (Use(tool="deploy", arguments="{"), "bad_arguments"),
        (Use(tool="deploy", arguments='{"version":"1","environment":"moon"}'), "bad_arguments"),
        (Use(tool="deploy", arguments='{"version":"1","version":"2","environment":"staging"}'), "bad_arguments"),
    ],
)
def test_a_step_that_cannot_be_taken_is_a_failure_the_model_may_mend(step: Step, kind: str) -> None:
    story = Story()
    story.says(ANA, "go")

    events = story.turn(step, DONE)

    assert kinds(events) == ["failure", "agent_message"]
    assert isinstance(events[1], Failure)
    assert events[1].kind == kind


def test_the_third_failure_in_a_row_goes_to_a_human() -> None:
    story = Story()
    story.says(ANA, "hello")
    bad = Thought(outcome="invalid")

    events = story.turn(bad, bad, bad)

    assert kinds(events) == ["failure", "failure", "failure", "escalation"]
    assert isinstance(events[-1], Escalation)
    assert events[-1].to == ("di",)
    assert story.turn() == ()


def test_a_success_in_between_starts_the_count_of_failures_anew() -> None:
    story = Story()
    story.says(ANA, "look around")
    bad = Thought(outcome="invalid")
    story.turn(bad, bad, LOOK)
    story.ends(story.call, "ok", "nothing")

    assert kinds(story.turn(bad, bad, DONE)) == ["failure", "failure", "agent_message"]


def test_an_agent_that_comes_to_no_end_is_stopped_by_its_limit_of_steps() -> None:
    story = Story(agent=Agent(name="test", prompt=AGENT.prompt, tools=AGENT.tools, max_steps=3))
    story.says(ANA, "look around")
    for _ in range(3):
        story.turn(LOOK)
        story.ends(story.call, "ok", "nothing")

    events = story.turn()

    assert kinds(events) == ["escalation"]
    assert isinstance(events[0], Escalation)
    assert events[0].reason == "3 steps without an end"


def test_an_unavailable_model_is_asked_again_when_its_timer_fires() -> None:
    story = Story()
    story.says(ANA, "hello")
    away = Thought(outcome="unavailable", detail="APITimeoutError")

    assert kinds(story.turn(away)) == ["failure"]
    assert story.thread.retrying
    assert story.turn() == ()

    story.fires(f"retry:{story.log[-2].id}")
    assert kinds(story.turn(Say(text="Hello."))) == ["agent_message"]


def test_a_model_that_stays_away_is_a_matter_for_a_human() -> None:
    story = Story()
    story.says(ANA, "hello")
    away = Thought(outcome="unavailable")
    story.turn(away)
    story.fires("retry:1")
    story.turn(away)
    story.fires("retry:2")

    assert kinds(story.turn(away)) == ["failure", "escalation"]
    assert not story.thread.retrying


def test_giving_up_is_an_ordinary_step() -> None:
    story = Story()
    story.says(ANA, "I want a human")

    events = story.turn(GiveUp(reason="she asks for one"))

    assert kinds(events) == ["escalation"]
    assert isinstance(events[-1], Escalation)
    assert (events[-1].to, events[-1].reason) == (("di",), "she asks for one")


# --- tools go wrong


def test_a_failed_tool_is_told_to_the_agent() -> None:
    story = asked_for_deploy()
    story.clicks(BO, story.request.id, "approve")
    story.turn()
    story.ends(story.call, "failed", "the health check failed")

    assert kinds(story.turn(Say(text="It failed."))) == ["agent_message"]


def test_a_refused_tool_is_told_to_the_agent() -> None:
    story = asked_for_deploy()
    story.clicks(BO, story.request.id, "approve")
    story.turn()
    story.ends(story.call, "refused", "its approval is too old")

    assert kinds(story.turn(DEPLOY)) == ["approval_request"]


def test_a_tool_that_may_have_run_goes_to_a_human_and_not_to_the_model() -> None:
    story = asked_for_deploy()
    story.clicks(BO, story.request.id, "approve")
    story.turn()
    story.ends(story.call, "unknown", "the runner was killed")

    events = story.turn()

    assert kinds(events) == ["escalation"]
    assert isinstance(events[0], Escalation)
    assert "the runner was killed" in events[0].reason


# --- what cannot be delivered


def test_a_request_that_does_not_reach_its_approver_is_reported_to_the_requester() -> None:
    story = asked_for_deploy(Story(people=BY_MAIL))
    story.append(Delivery(id="d1", effect_id="e1", cause=story.request.id, to=BO.identity, outcome="failed"))

    events = story.turn()

    assert kinds(events) == ["notice"]
    assert isinstance(events[0], Notice)
    assert (events[0].kind, events[0].to, events[0].detail) == ("undelivered", ANA.identity, BO.identity)


def test_what_does_not_reach_the_requester_is_not_reported_to_the_requester() -> None:
    story = asked_for_deploy(Story(people=BY_MAIL))
    story.append(Delivery(id="d1", effect_id="e1", cause=story.request.id, to=ANA.identity, outcome="dead"))

    assert story.turn() == ()


def test_a_delivery_that_went_well_changes_no_decision() -> None:
    story = asked_for_deploy()
    before = story.thread
    story.append(Delivery(id="d1", effect_id="e1", cause=story.request.id, to=BO.identity, outcome="sent"))

    assert story.thread == before.model_copy(update={"seq": before.seq + 1})
