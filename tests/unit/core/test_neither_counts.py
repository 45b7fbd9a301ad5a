"""What asking back, answering instead and handing on do, and the proof each needs of who somebody is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_core.events import ApprovalRequest, Event, InputRequest, Notice, RequestClosed, RequestRaised
from agent_core.policy.rules import Policy, Rule
from agent_core.values import Author
from tests.unit.core.story import ANA, BO, BO_BY_TEXT, CY, Story, asked_for_deploy

RULE = Rule(tool="deploy", approvers=("ana", "bo", "cy"), delegates=("di", "cy"), expires_in=timedelta(hours=1))
TELLS = Policy(rules=(RULE,), escalate_to=("di",))
ANY_TEXT = TELLS.model_copy(update={"text_up_to": "high"})
NO_WORDS = TELLS.model_copy(update={"words_up_to": {"email": "medium"}})


def after(policy: Policy, who: Author, text: str) -> list[Event]:
    """What follows from these words of theirs, who have proved to know the code."""
    story = asked_for_deploy(Story(policy=policy))
    story.says(who, text, story.request.id)
    return [event for event in story.turn() if event.type not in ("approval_response", "model_call")]


def notice(events: list[Event]) -> tuple[str, str]:
    """The only thing that followed."""
    (told,) = events
    assert isinstance(told, Notice)
    return told.kind, told.detail


@pytest.mark.parametrize("to", ["di", "Di", "to Di, she knows it"])
def test_a_decision_is_handed_on_to_whom_the_words_name(to: str) -> None:
    raised, told = after(TELLS, BO, f"DELEGATE 482193 {to}\nI am away")
    assert isinstance(raised, RequestRaised)
    assert isinstance(told, Notice)
    assert (raised.why, raised.to, raised.by) == ("delegated", ("di",), BO)
    assert raised.note == ("she knows it\nI am away" if "knows" in to else "I am away")
    assert (told.kind, told.detail) == ("delegated", "di")


@pytest.mark.parametrize("to", ["ana", "cy", "bo", "somebody", "di's cat"])
def test_nobody_else_gets_it(to: str) -> None:
    assert notice(after(TELLS, BO, f"DELEGATE 482193 {to}")) == ("no_delegate", "di")


def test_a_question_of_an_approver_goes_to_who_asked() -> None:
    question, told = after(TELLS, BO, "ASK 482193 which database?")
    assert isinstance(question, InputRequest)
    assert isinstance(told, Notice)
    assert (question.to, question.question, question.by) == (ANA.identity, "which database?", BO)
    assert told.kind == "asked_back"


def test_an_answer_instead_ends_it_and_nothing_runs() -> None:
    closed, *more = after(TELLS, CY, "ANSWER 482193 use staging")
    assert "tool_call" not in [event.type for event in more]
    assert isinstance(closed, RequestClosed)
    assert (closed.outcome, closed.by, closed.reason) == ("answered", CY, "use staging")


def test_an_answer_without_words_is_none() -> None:
    story = asked_for_deploy(Story(policy=TELLS))
    story.clicks(BO, story.request.id, "answer")

    assert notice(list(story.turn())) == ("unclear", "")
    assert isinstance(story.thread.open_request(story.request.id), ApprovalRequest)


@pytest.mark.parametrize("text", ["ANSWER 482193 use staging", "DELEGATE 482193 di"])
def test_what_ends_it_or_changes_who_decides_needs_the_proof_of_a_decision(text: str) -> None:
    assert notice(after(TELLS, BO_BY_TEXT, text)) == ("needs_stronger", "")
    assert after(ANY_TEXT, BO_BY_TEXT, text)[0].type in ("request_closed", "request_raised")
    assert notice(after(NO_WORDS, BO, text)) == ("words_too_weak", "")


def test_a_question_needs_no_more_than_a_known_approver() -> None:
    text = "ASK 482193 which database?"
    assert [event.type for event in after(TELLS, BO_BY_TEXT, text)] == ["input_request", "notice"]
    assert [event.type for event in after(NO_WORDS, BO, text)] == ["input_request", "notice"]
    assert notice(after(TELLS, ANA, text)) == ("own_request", "")
    forged = BO.model_copy(update={"assurance": "asserted", "person": None})
    assert notice(after(TELLS, forged, text)) == ("not_verified", "")
