"""Held, where several decide: whoever agreed may still say no, and a no is never overheard when time is up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_core.agent import scripted
from agent_core.events import Notice, RequestKept
from agent_core.policy.rules import Policy, Rule
from agent_core.values import Author
from tests.unit.core.story import ANA, BO, CY, DEPLOY, DI, DONE, Story, asked_for_deploy, kinds, refused

WINDOW = timedelta(minutes=5)


def policy(**rule: object) -> Policy:
    kept = {
        "tool": "deploy",
        "approvers": ("bo", "cy", "di"),
        "need": 2,
        "veto": (),
        "undo_within": WINDOW,
        "expires_in": timedelta(hours=1),
    }
    return Policy(rules=(Rule.model_validate(kept | rule),), escalate_to=("di",))


def held(**rule: object) -> Story:
    """Bo agreed, then Cy, whose approval is held."""
    story = asked_for_deploy(Story(policy(**rule)))
    decides(story, BO, "approve")
    assert decides(story, CY, "approve") == ["approval_held", "notice"]
    return story


def decides(story: Story, who: Author, decision: str) -> list[str]:
    story.clicks(who, story.request.id, "approve" if decision == "approve" else "deny", digest=story.request.digest)
    return kinds(story.turn(model=scripted(DONE)))


def window_ends(story: Story) -> list[str]:
    story.now += WINDOW
    story.fires(f"undo:{story.request.id}")
    return kinds(story.turn(model=scripted(DONE)))


def test_the_no_of_who_agreed_last_lets_nothing_run_when_the_window_ends() -> None:
    story = held()
    assert decides(story, CY, "deny") == ["approval_held", "vote", "notice"]
    assert window_ends(story) == []
    assert not story.thread.running
    assert decides(story, DI, "approve") == ["approval_held", "notice"], "Bo agreed, and Di"


def test_who_agreed_before_may_say_no_while_the_last_approval_is_held_and_that_one_still_counts() -> None:
    story = held()
    assert decides(story, BO, "deny") == ["approval_held", "vote", "notice", "vote", "notice"]
    told = [event for event in story.log if isinstance(event, Notice)][-2]
    assert (told.to, told.kind, told.detail) == (CY.identity, "counted", "1 of di")
    assert window_ends(story) == []
    assert decides(story, DI, "approve") == ["approval_held", "notice"], "Cy agreed, and Di"


def test_who_has_a_veto_by_name_ends_it_while_it_is_held() -> None:
    story = held(veto=("di",))
    assert decides(story, DI, "deny") == ["request_closed", "agent_message"]
    assert window_ends(story) == []


def test_who_said_nothing_and_has_no_veto_comes_too_late() -> None:
    story = held()
    story.clicks(DI, story.request.id, "deny", digest=story.request.digest)
    assert refused(story).kind == "already_closed"


# --- silence


def asked(**rule: object) -> Story:
    return asked_for_deploy(Story(policy(**{"on_timeout": "approve", "undo_within": timedelta(0)} | rule)))


def run_out(story: Story) -> list[str]:
    request = story.thread.open_request(story.request.id)
    assert request is not None
    story.waits(request.expires_at)
    story.fires(request.id)
    return kinds(story.turn(model=scripted(DONE)))


def test_silence_is_no_yes_where_somebody_said_no() -> None:
    story = asked()
    assert decides(story, BO, "deny") == ["vote", "notice"]
    assert run_out(story) == ["request_closed", "agent_message"]
    assert not story.thread.running


@pytest.mark.parametrize("who", [CY, DI])
def test_nor_where_somebody_was_never_reached(who: Author) -> None:
    story = asked()
    story.lost(story.request.id, who.identity)
    story.turn()
    assert run_out(story) == ["request_closed", "agent_message"]


def test_nor_while_the_agent_is_to_keep_still() -> None:
    story = asked()
    story.control("pause")
    story.turn()
    assert run_out(story) == ["request_closed"]
    assert not story.thread.running


def test_that_one_request_did_not_arrive_says_nothing_of_another() -> None:
    story = asked()
    story.lost(story.request.id, CY.identity)
    story.turn()
    run_out(story)
    story.says(ANA, "once more, please")
    story.turn(DEPLOY)
    assert run_out(story)[:2] == ["request_closed", "tool_call"]
    assert story.thread.unseen == ()


# --- too late


@pytest.mark.parametrize(
    ("on_timeout", "then"),
    [
        ("deny", ["notice", "request_closed", "agent_message"]),
        ("approve", ["notice", "request_closed", "agent_message"]),
        ("hold", ["notice", "request_kept", "notice"]),
        ("escalate", ["notice", "request_closed", "escalation"]),
    ],
)
def test_a_late_answer_ends_it_as_its_timer_would_but_lets_nothing_run(on_timeout: str, then: list[str]) -> None:
    story = asked(on_timeout=on_timeout)
    story.waits(story.request.expires_at)
    assert decides(story, BO, "deny") == then
    assert not story.thread.running


def test_however_long_its_first_time_was_a_request_is_kept_once() -> None:
    story = asked(on_timeout="hold", expires_in=timedelta(days=40))
    assert run_out(story)[:2] == ["request_kept", "notice"]
    assert run_out(story)[0] == "request_closed"
    assert sum(isinstance(event, RequestKept) for event in story.log) == 1
