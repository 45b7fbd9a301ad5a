"""Undo: where the policy grants time to think again, nothing runs before it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_core.events import RequestClosed
from agent_core.steps import Say
from agent_core.values import Author, Decision
from tests.unit.core.holding import EDITED, WINDOW, called, held, hold, notice, window_ends
from tests.unit.core.story import ANA, BO, CY, TIDY, UNDOABLE, Story, asked_for_deploy, kinds, refused


def test_an_approval_is_held_until_its_window_ends_and_its_giver_is_told_when() -> None:
    story = asked_for_deploy(Story(UNDOABLE))
    story.clicks(BO, story.request.id, "approve", reason="fine")
    now = story.now

    events = story.turn()

    assert kinds(events) == ["approval_held", "notice"]
    assert hold(story).until == now + WINDOW
    assert (hold(story).by, hold(story).reason) == (BO, "fine")
    assert (notice(events).kind, notice(events).to) == ("held", BO.identity)
    assert notice(events).detail == "2026-11-21 09:05:04 UTC"
    assert story.thread.open == (story.request,)
    assert called(story) == []


def test_when_the_window_ends_it_runs_once() -> None:
    story = held()
    window_ends(story)

    events = story.turn()

    assert kinds(events) == ["request_closed", "tool_call"]
    assert isinstance(events[0], RequestClosed)
    assert (events[0].outcome, events[0].by) == ("approved", BO)
    assert story.call.digest == story.request.digest
    story.fires(f"undo:{story.request.id}")
    assert story.turn() == ()
    assert len(called(story)) == 1


def test_a_timer_that_fires_before_its_time_does_nothing() -> None:
    story = held()
    story.fires(f"undo:{story.request.id}")

    assert story.turn() == ()
    window_ends(story)
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


@pytest.mark.parametrize("by_word", ["", "undo 123456", "U 123 456", "123456 u", "undo", "U"])
def test_who_approved_may_take_it_back_and_the_request_is_open_again(by_word: str) -> None:
    story = held()
    if by_word:
        story.says(BO, by_word, story.request.id if "1" in by_word else None)
    else:
        story.clicks(BO, story.request.id, "undo")

    events = story.turn()

    assert [kind for kind in kinds(events) if kind != "approval_response"] == ["approval_held", "notice"]
    assert notice(events).kind == "undone"
    assert story.thread.held == ()
    assert story.thread.open == (story.request,)
    story.fires(f"undo:{story.request.id}")
    assert story.turn() == ()
    story.clicks(CY, story.request.id, "approve")
    assert kinds(story.turn()) == ["approval_held", "notice"]


def test_an_approval_after_an_undo_waits_for_its_own_window_though_the_first_timer_fires_behind_it() -> None:
    story = held()
    story.now += timedelta(minutes=4)
    story.clicks(BO, story.request.id, "undo")
    story.clicks(BO, story.request.id, "approve")
    story.now += timedelta(minutes=1)
    story.fires(f"undo:{story.request.id}")

    assert kinds(story.turn()) == ["approval_held", "notice", "approval_held", "notice"]
    assert called(story) == []
    window_ends(story)
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_an_undo_and_the_end_of_the_window_in_one_turn_count_in_their_order() -> None:
    first = held()
    first.now += WINDOW - timedelta(seconds=2)
    first.clicks(BO, first.request.id, "undo")
    first.fires(f"undo:{first.request.id}")
    assert "tool_call" not in kinds(first.turn())

    late = held()
    window_ends(late)
    late.clicks(BO, late.request.id, "undo")
    events = late.turn()
    assert kinds(events) == ["request_closed", "tool_call", "notice"]
    assert notice(events).kind == "already_closed"


def test_who_approved_may_also_deny() -> None:
    story = held()
    story.clicks(BO, story.request.id, "deny", reason="on second thoughts")

    assert kinds(story.turn(Say(text="Denied."))) == ["request_closed", "agent_message"]
    assert story.thread.held == ()
    story.fires(f"undo:{story.request.id}")
    assert story.turn() == ()


@pytest.mark.parametrize("decision", ["approve", "deny", "undo"])
def test_another_approver_hears_who_approved_and_when_it_takes_effect(decision: Decision) -> None:
    story = held()
    before = story.thread.held
    story.clicks(CY, story.request.id, decision)

    said = refused(story)

    assert (said.kind, said.to) == ("already_closed", CY.identity)
    assert said.detail == "approved by bo, and takes effect at 2026-11-21 09:05:04 UTC"
    assert story.thread.held == before


def test_the_requester_may_not_undo_it() -> None:
    story = held()
    story.clicks(ANA, story.request.id, "undo")

    assert refused(story).kind == "own_request"


def test_there_is_nothing_to_undo_where_nothing_is_held() -> None:
    story = asked_for_deploy(Story(UNDOABLE))
    story.clicks(BO, story.request.id, "undo")

    assert refused(story).kind == "unknown_request"
    assert story.thread.open == (story.request,)


def test_the_same_approval_again_changes_nothing_and_is_answered_with_the_same_moment() -> None:
    story = held()
    before = hold(story)
    story.now += timedelta(minutes=2)
    story.clicks(BO, story.request.id, "approve")

    assert refused(story).detail == "2026-11-21 09:05:04 UTC"
    assert hold(story) == before


def test_an_approval_of_other_arguments_takes_the_place_of_the_first_and_waits_as_long() -> None:
    story = held()
    story.now += timedelta(minutes=2)
    story.clicks(BO, story.request.id, "approve", arguments=EDITED)
    now = story.now

    assert kinds(story.turn()) == ["approval_held", "notice"]
    assert hold(story).until == now + WINDOW


def test_edited_arguments_are_what_runs_when_the_window_ends() -> None:
    story = held(EDITED)
    window_ends(story)
    story.turn()

    assert story.call.call.arguments == EDITED
    assert story.call.digest != story.request.digest


def test_arguments_that_cannot_be_used_are_not_held() -> None:
    story = asked_for_deploy(Story(UNDOABLE))
    story.clicks(BO, story.request.id, "approve", arguments='{"version":7}')

    assert refused(story).kind == "bad_arguments"
    assert story.thread.held == ()


def test_an_approver_who_asked_in_other_words_is_still_only_one_of_two() -> None:
    other = Author(identity="slack:T1:U2", person="bo", assurance="verified")
    story = held()
    story.clicks(other, story.request.id, "undo")

    assert notice(story.turn()).to == other.identity
    assert story.thread.held == ()


def test_two_held_approvals_are_told_apart_by_their_codes_alone() -> None:
    story = held()
    story.says(ANA, "and tidy up")
    story.turn(TIDY)
    story.clicks(BO, story.request.id, "approve")
    story.turn()
    assert len(story.thread.held) == 2
    story.says(BO, "undo")

    assert refused(story).kind == "code_needed"
    assert len(story.thread.held) == 2
