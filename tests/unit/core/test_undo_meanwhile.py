"""Meanwhile: what may happen between an approval and the end of the time in which it may be taken back."""

from __future__ import annotations

import pytest

from agent_core.policy.rules import Policy
from agent_core.steps import Say
from tests.unit.core.holding import called, held, notice, window_ends
from tests.unit.core.story import BO, POLICY, WITHOUT_BO, kinds


@pytest.mark.parametrize("policy", [WITHOUT_BO, POLICY.model_copy(update={"rules": ()})])
def test_an_approver_who_left_the_policy_meanwhile_has_approved_nothing(policy: Policy) -> None:
    story = held()
    story.policy = policy
    window_ends(story)

    events = story.turn()

    assert kinds(events) == ["approval_held", "notice"]
    assert (notice(events).kind, notice(events).to) == ("not_an_approver", BO.identity)
    assert story.thread.open == (story.request,)
    assert called(story) == []


def test_a_policy_that_grants_no_more_window_lets_the_approval_take_effect_when_it_said() -> None:
    story = held()
    story.policy = POLICY
    window_ends(story)

    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_an_expiry_does_not_end_what_is_held() -> None:
    story = held(late=True)
    story.now = story.request.expires_at
    story.fires(story.request.id)

    assert story.turn() == ()
    window_ends(story)
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_what_is_taken_back_after_the_expiry_is_expired() -> None:
    story = held(late=True)
    story.now = story.request.expires_at
    story.fires(story.request.id)
    story.clicks(BO, story.request.id, "undo")

    events = story.turn(Say(text="It expired."))

    assert kinds(events) == ["approval_held", "notice", "request_closed", "agent_message"]
    closed = story.thread.closed_request(story.request.id)
    assert closed is not None
    assert closed.outcome == "expired"


def test_what_does_not_count_any_more_after_the_expiry_is_expired() -> None:
    story = held(late=True)
    story.now = story.request.expires_at
    story.fires(story.request.id)
    story.policy = WITHOUT_BO
    window_ends(story)

    assert kinds(story.turn(Say(text="It expired.")))[:3] == ["approval_held", "notice", "request_closed"]


def test_in_a_paused_thread_it_takes_effect_as_any_decision_does() -> None:
    story = held()
    story.control("pause")
    window_ends(story)

    assert kinds(story.turn()) == ["notice", "request_closed", "tool_call"]


@pytest.mark.parametrize("stop_first", [True, False])
def test_a_stop_within_the_window_lets_nothing_run(stop_first: bool) -> None:
    story = held()
    if stop_first:
        story.control("stop")
        story.turn()
        story.fires(f"undo:{story.request.id}")
    else:
        window_ends(story)
        story.control("stop")
    story.turn()

    closed = story.thread.closed_request(story.request.id)
    assert closed is not None
    assert closed.outcome == "withdrawn"
    assert story.thread.held == ()
    assert called(story) == []
