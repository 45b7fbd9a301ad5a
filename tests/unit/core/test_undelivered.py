"""What does not arrive goes another way: to the person's next identity, to the same one later, or it is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings

from agent_core.agent import Thought
from agent_core.deliveries import Redirect
from agent_core.events import ApprovalRequest, Event, Notice, RequestClosed
from agent_core.steps import Ask, Say
from agent_core.turn import take
from tests.unit.core.history import histories
from tests.unit.core.story import (
    ANA,
    ANA_BY_TEXT,
    BO,
    BO_BY_TEXT,
    CY,
    DONE,
    LOOK,
    PEOPLE,
    TIDY,
    Story,
    asked_for_deploy,
    kinds,
)

SLACK = "slack:T1:U2"


def tidying() -> Story:
    """A low risk is asked of Bo, whom a text message reaches first."""
    story = Story(people=PEOPLE)
    story.says(ANA, "tidy up")
    story.turn(TIDY)
    return story


def deploying() -> Story:
    return asked_for_deploy(Story(people=PEOPLE))


def redirect(events: tuple[Event, ...]) -> Redirect:
    assert kinds(events) == ["redirect"]
    assert isinstance(events[0], Redirect)
    return events[0]


@pytest.mark.parametrize("outcome", ["failed", "unknown", "dead"])
def test_what_fails_goes_to_the_persons_next_identity(outcome: str) -> None:  # SM-10, SM-11
    story = tidying()
    story.lost(story.request.id, BO_BY_TEXT.identity, outcome)  # type: ignore[arg-type]

    way = redirect(story.turn())

    assert (way.cause, way.instead_of, way.to, way.due) == (story.request.id, BO_BY_TEXT.identity, BO.identity, None)


def test_each_identity_is_tried_once_and_then_the_requester_is_told() -> None:
    story = tidying()
    for failed, following in ((BO_BY_TEXT.identity, BO.identity), (BO.identity, SLACK)):
        story.lost(story.request.id, failed)
        assert redirect(story.turn()).to == following
    story.lost(story.request.id, SLACK)

    (told,) = story.turn()

    assert isinstance(told, Notice)
    assert (told.kind, told.to, told.about, told.detail) == ("undelivered", ANA.identity, story.request.id, SLACK)


@pytest.mark.parametrize("failed", [BO.identity, SLACK])
def test_a_card_that_takes_proof_never_goes_to_a_number(failed: str) -> None:  # SM-16
    story = deploying()
    story.lost(story.request.id, failed)

    assert redirect(story.turn()).to in {BO.identity, SLACK} - {failed}


def test_but_whoever_only_watches_it_reads_it_anywhere() -> None:
    story = deploying()
    story.lost(story.request.id, ANA.identity)

    assert redirect(story.turn()).to == ANA_BY_TEXT.identity


def test_channels_that_people_come_to_by_themselves_are_no_way() -> None:
    story = deploying()
    for failed in (ANA.identity, ANA_BY_TEXT.identity):
        story.lost(story.request.id, failed)
    events = story.turn()

    # Ana's console is neither written to, nor is she told that she could not be told elsewhere.
    assert [e.to for e in events if isinstance(e, Redirect)] == [ANA_BY_TEXT.identity]
    assert [e.to for e in events if isinstance(e, Notice)] == [ANA.identity]


def test_where_there_is_no_other_way_it_is_tried_again_twice_after_a_while() -> None:
    story = deploying()
    for wait in (timedelta(minutes=15), timedelta(minutes=60)):
        story.lost(story.request.id, CY.identity, again=True)
        later = redirect(story.turn())
        assert (later.to, later.instead_of, later.due) == (CY.identity, CY.identity, story.thread.redirects[-1].due)
        assert later.due is not None
        assert later.due - story.now < wait <= later.due - story.now + timedelta(seconds=5)
        story.now = later.due
        story.fires(f"again:{later.id}")
        once_more = redirect(story.turn())
        assert (once_more.to, once_more.instead_of, once_more.due) == (CY.identity, CY.identity, None)
    story.lost(story.request.id, CY.identity, again=True)

    assert kinds(story.turn()) == ["notice"]


def test_what_is_put_off_goes_out_once() -> None:
    story = deploying()
    story.lost(story.request.id, CY.identity, again=True)
    later = redirect(story.turn())
    story.fires(f"again:{later.id}")
    story.fires(f"again:{later.id}")

    assert kinds(story.turn()) == ["redirect"]
    story.fires("again:never-heard-of")
    assert story.turn() == ()


def test_what_was_answered_meanwhile_is_not_sent_again() -> None:
    story = deploying()
    story.lost(story.request.id, CY.identity, again=True)
    later = redirect(story.turn())
    story.clicks(BO, story.request.id, "deny")
    story.turn(DONE)
    story.fires(f"again:{later.id}")

    assert story.turn() == ()
    story.lost(story.request.id, BO.identity)
    assert story.turn() == ()


def test_one_message_may_be_said_to_have_failed_twice() -> None:
    """By the far end, and because its owner opted out: it goes one step on, and not two."""
    story = tidying()
    story.lost(story.request.id, BO_BY_TEXT.identity)
    story.lost(story.request.id, BO_BY_TEXT.identity)
    assert redirect(story.turn()).to == BO.identity

    story = deploying()
    story.lost(story.request.id, CY.identity, again=True)
    story.lost(story.request.id, CY.identity, again=True)
    assert kinds(story.turn()) == ["redirect"]

    story = deploying()
    story.lost(story.request.id, CY.identity)
    assert kinds(story.turn()) == ["notice"]
    story.lost(story.request.id, CY.identity)
    assert story.turn() == ()


def test_what_the_thread_has_forgotten_cannot_be_sent_and_is_told() -> None:
    story = deploying()
    story.lost("forgotten", BO.identity, again=True)

    assert kinds(story.turn()) == ["notice"]


def test_an_answer_of_the_agent_goes_on_too() -> None:
    story = Story(people=PEOPLE)
    story.says(ANA_BY_TEXT, "hello")
    said = story.turn(Say(text="Hello."))[-1]
    story.lost(said.id, ANA_BY_TEXT.identity)

    assert redirect(story.turn()).to == ANA.identity


def test_a_message_that_did_not_arrive_in_a_paused_thread_goes_on_all_the_same() -> None:
    story = tidying()
    story.control("pause")
    story.turn()
    story.lost(story.request.id, BO_BY_TEXT.identity)

    assert redirect(story.turn()).to == BO.identity


# --- questions


def test_a_question_is_answered_from_where_it_went_or_from_where_it_came() -> None:
    for answering in (ANA, ANA_BY_TEXT):
        story = Story(people=PEOPLE)
        story.says(ANA_BY_TEXT, "look around")
        story.turn(Ask(question="Where?"))
        story.lost(story.question.id, ANA_BY_TEXT.identity)
        assert redirect(story.turn()).to == ANA.identity
        (question,) = story.thread.open
        assert question.model_copy(update={"to": ANA_BY_TEXT.identity}) == story.question
        story.says(answering, "in the corner")
        assert kinds(story.turn(LOOK)) == ["input_response", "request_closed", "tool_call"]


def test_a_new_question_takes_the_place_of_one_that_went_elsewhere() -> None:
    story = Story(people=PEOPLE)
    story.says(ANA_BY_TEXT, "look around")
    story.turn(Ask(question="Where?"))
    story.lost(story.question.id, ANA_BY_TEXT.identity)
    story.turn()
    thought = Thought(outcome="step", step=Ask(question="Which corner?"))

    events = tuple(take(story.thread, thought, story.setting(story.now)))

    assert kinds(events) == ["request_closed", "input_request"]
    assert isinstance(events[1], RequestClosed)
    assert (events[1].request_id, events[1].outcome) == (story.question.id, "withdrawn")


@given(story=histories)
@settings(max_examples=80, deadline=None)
def test_nothing_goes_to_one_identity_twice_and_no_card_where_it_cannot_be_decided(story: Story) -> None:
    ways = [e for e in story.log if isinstance(e, Redirect)]
    onward = [(e.cause, e.to) for e in ways if e.due is None and e.to != e.instead_of]
    assert len(onward) == len(set(onward))
    for cause, to in {(e.cause, e.to) for e in ways if e.to == e.instead_of}:
        again = [e.due for e in ways if (e.cause, e.to, e.instead_of) == (cause, to, to)]
        assert len([due for due in again if due]) <= 2
        assert len([due for due in again if due is None]) <= len([due for due in again if due])
    cards = {e.id: e for e in story.log if isinstance(e, ApprovalRequest) and e.needs == "verified"}
    for way in (one for one in ways if one.to != one.instead_of):
        owner = PEOPLE.owner(way.to)
        assert owner is not None
        assert owner == PEOPLE.owner(way.instead_of)
        if way.cause in cards and owner.id in cards[way.cause].approvers:
            assert not way.to.startswith("sms:")
