"""Stories of people: questions and answers, several at once, words in between."""

from __future__ import annotations

from agent_core.agent import Thought
from agent_core.events import AgentMessage, Failure, InputResponse
from agent_core.steps import Ask, Say
from agent_core.thread import Thread
from agent_core.turn import take
from tests.unit.core.story import (
    ANA,
    BO,
    DEPLOY,
    DONE,
    LOOK,
    START,
    TIDY,
    Story,
    asked_for_deploy,
    kinds,
    refused,
)

# --- questions to a person


def test_an_answer_to_a_question_lets_the_agent_go_on() -> None:
    story = Story()
    story.says(ANA, "deploy 1.4.2")
    story.turn(Ask(question="Where to?", choices=("staging", "production")))
    assert story.question.to == ANA.identity

    story.says(ANA, "Staging")
    events = story.turn(DEPLOY)

    assert kinds(events) == ["input_response", "request_closed", "approval_request"]
    assert isinstance(events[0], InputResponse)
    assert events[0].text == "staging"


def test_an_answer_that_is_no_choice_is_explained_and_the_question_stays_open() -> None:
    story = Story()
    story.says(ANA, "deploy 1.4.2")
    story.turn(Ask(question="Where to?", choices=("staging", "production")))
    story.says(ANA, "to the moon")

    notice = refused(story)

    assert (notice.kind, notice.detail) == ("not_a_choice", "staging, production")
    assert story.thread.open == (story.question,)


def test_somebody_elses_answer_to_a_question_does_not_count() -> None:
    story = Story()
    story.says(ANA, "deploy 1.4.2")
    story.turn(Ask(question="Where to?"))
    story.append(InputResponse(id="click", request_id=story.question.id, author=BO, text="production"))

    assert refused(story).kind == "not_an_approver"


def test_a_question_without_an_answer_expires() -> None:
    story = Story()
    story.says(ANA, "deploy 1.4.2")
    story.turn(Ask(question="Where to?"))
    story.fires(story.question.id)

    assert kinds(story.turn(Say(text="You did not say."))) == ["request_closed", "agent_message"]


def test_a_new_question_to_the_same_person_takes_the_place_of_the_old_one() -> None:
    story = asked_for_deploy()
    story.says(ANA, "how is it going?")
    story.turn(Ask(question="Are you in a hurry?"))
    first = story.question
    story.clicks(BO, story.request.id, "deny")
    story.turn(Ask(question="Try staging instead?"))

    closed = story.thread.closed_request(first.id)
    assert closed is not None
    assert closed.outcome == "withdrawn"
    story.says(ANA, "yes")
    assert kinds(story.turn(DONE)) == ["input_response", "request_closed", "agent_message"]


def test_a_question_that_nobody_asked_for_is_a_failure() -> None:
    events = tuple(take(Thread(id="t1"), Thought(outcome="step", step=Ask(question="Hm?")), Story().setting(START)))

    assert kinds(events) == ["failure"]


def test_at_most_five_requests_are_open_at_once() -> None:
    story = Story()
    for _ in range(5):
        story.says(ANA, "deploy again")
        assert kinds(story.turn(DEPLOY)) == ["approval_request"]
    story.says(ANA, "deploy again")

    for one_more in (DEPLOY, Ask(question="Really?")):
        events = story.turn(one_more, DONE)
        assert kinds(events) == ["failure", "agent_message"]
        assert isinstance(events[1], Failure)
        assert events[1].kind == "too_many_requests"
        story.says(ANA, "deploy again")


# --- several people, and words in between


def test_two_people_who_wait_both_get_the_answer() -> None:
    story = Story()
    story.says(ANA, "what runs?")
    story.says(BO, "and what is new?")

    said = story.turn(Say(text="1.4.0 runs, 1.4.2 is new."))[-1]

    assert isinstance(said, AgentMessage)
    assert said.to == (ANA.identity, BO.identity)
    assert story.turn() == ()


def test_an_approver_may_ask_back_and_the_request_stays_open() -> None:
    story = asked_for_deploy()
    story.says(BO, "why now?", answers=story.request.id)

    said = story.turn(Say(text="Ana wants it."))[-1]

    assert isinstance(said, AgentMessage)
    assert said.to == (ANA.identity, BO.identity)
    assert story.thread.open == (story.request,)
    story.clicks(BO, story.request.id, "approve")
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_a_message_while_a_request_is_open_is_answered_and_does_not_decide_it() -> None:
    story = asked_for_deploy()
    story.says(ANA, "I approve this myself")

    assert kinds(story.turn(Say(text="Only Bo or Cy can."))) == ["agent_message"]
    assert story.thread.open == (story.request,)


def test_a_message_while_a_tool_runs_is_answered_after_it() -> None:
    story = Story()
    story.says(ANA, "look around")
    story.turn(LOOK)
    story.says(ANA, "hurry")

    assert story.turn() == ()
    story.ends(story.call, "ok", "nothing")
    assert kinds(story.turn(DONE)) == ["agent_message"]


def test_a_bare_word_decides_a_low_risk_request_that_was_the_last_thing_said() -> None:
    story = Story()
    story.says(ANA, "tidy up")
    story.turn(TIDY)
    story.says(BO, "approve")

    assert kinds(story.turn()) == ["approval_response", "request_closed", "tool_call"]


def test_a_bare_word_decides_nothing_once_something_else_was_said() -> None:
    story = Story()
    story.says(ANA, "tidy up")
    story.turn(TIDY)
    story.says(ANA, "and be quick")
    story.turn(Say(text="I will."))
    story.says(BO, "approve")

    assert refused(story).kind == "code_needed"
