"""Stories of approval: asked for, decided, run; and the answers that do not count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_core.approvals import digest
from agent_core.events import AgentMessage, Failure, Notice, RequestClosed
from agent_core.policy.rules import Policy, Rule
from agent_core.steps import Say, Use
from agent_core.values import Author, NoticeKind
from tests.unit.core.story import (
    ANA,
    ANA_AT_CONSOLE,
    BO,
    CY,
    DEPLOY,
    DI,
    DONE,
    FORGED_BO,
    LOOK,
    POLICY,
    STRANGER,
    TIDY,
    Story,
    asked_for_deploy,
    kinds,
    refused,
)

# --- ask, approve, run, say


def test_an_approved_tool_runs_with_exactly_the_bytes_that_were_approved() -> None:
    story = asked_for_deploy()
    request = story.request
    assert request.approvers == ("bo", "cy")
    assert request.requester == ANA
    assert request.reason == "Ana wants it"

    story.says(BO, "approve 123456", answers=request.id)
    events = story.turn()

    assert kinds(events) == ["approval_response", "request_closed", "tool_call"]
    assert story.call.call == request.call
    assert story.call.approval == request.id
    assert story.call.digest == request.digest
    bound = digest(tenant="default", thread_id="t1", call=story.call.call, policy=POLICY.version_for(request.call))
    assert bound == request.digest

    story.ends(story.call, "ok", "production runs 1.4.2 now")
    said = story.turn(Say(text="1.4.2 is out."))[-1]
    assert isinstance(said, AgentMessage)
    assert said.to == (ANA.identity,)
    assert story.thread.status == "idle"


def test_a_tool_without_approval_runs_at_once() -> None:
    story = Story()
    story.says(ANA, "what is there?")

    assert kinds(story.turn(LOOK)) == ["tool_call"]
    assert story.thread.status == "running_tool"


def test_waiting_for_a_person_writes_nothing_and_asks_no_model() -> None:
    story = asked_for_deploy()

    assert story.turn() == ()
    assert story.thread.status == "awaiting_human"


def test_a_click_decides_like_a_mail() -> None:
    story = asked_for_deploy()
    story.clicks(CY, story.request.id, "approve", digest=story.request.digest)

    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_a_denial_reaches_the_agent_with_its_reason() -> None:
    story = asked_for_deploy()
    story.says(BO, "deny 123456 not on a Friday", answers=story.request.id)

    events = story.turn(Say(text="Denied: not on a Friday."))

    assert kinds(events) == ["approval_response", "request_closed", "agent_message"]
    closed = events[1]
    assert isinstance(closed, RequestClosed)
    assert (closed.outcome, closed.by, closed.reason) == ("denied", BO, "not on a Friday")
    assert story.thread.running == ()


def test_a_request_nobody_answers_expires_and_the_agent_says_so() -> None:
    story = asked_for_deploy()
    story.now = story.request.expires_at
    story.fires(story.request.id)

    assert kinds(story.turn(Say(text="Nobody answered."))) == ["request_closed", "agent_message"]
    closed = story.thread.closed_request(story.request.id)
    assert closed is not None
    assert closed.outcome == "expired"


def test_an_approval_in_the_last_moment_counts_and_one_at_the_expiry_does_not() -> None:
    for early, expected in ((1, "approved"), (0, "expired")):
        story = asked_for_deploy()
        story.now = story.request.expires_at - timedelta(seconds=1 + early)
        story.clicks(BO, story.request.id, "approve")
        story.turn(*([] if early else [DONE]))

        closed = story.thread.closed_request(story.request.id)
        assert closed is not None
        assert closed.outcome == expected


# --- answers that do not count


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        (ANA, "own_request"),
        (ANA_AT_CONSOLE, "own_request"),
        (DI, "not_an_approver"),
        (STRANGER, "not_an_approver"),
        (FORGED_BO, "not_verified"),
    ],
    ids=["the requester", "the requester's second identity", "no approver", "a stranger", "a forged approver"],
)
@pytest.mark.parametrize("by_click", [True, False])
def test_only_a_proven_approver_other_than_the_requester_decides(who: Author, kind: NoticeKind, by_click: bool) -> None:
    story = asked_for_deploy()
    if by_click:
        story.clicks(who, story.request.id, "approve")
    else:
        story.says(who, "approve 123456", answers=story.request.id)

    notice = refused(story)

    assert (notice.kind, notice.to, notice.about) == (kind, who.identity, story.request.id)
    assert story.thread.open == (story.request,)


def test_an_approval_of_other_bytes_does_not_count() -> None:
    story = asked_for_deploy()
    story.clicks(BO, story.request.id, "approve", digest="0" * 64)

    assert refused(story).kind == "changed"


def test_a_late_answer_hears_who_decided_and_when() -> None:
    story = asked_for_deploy()
    story.clicks(BO, story.request.id, "deny")
    story.turn(DONE)
    story.clicks(CY, story.request.id, "approve")

    notice = refused(story)

    assert notice.kind == "already_closed"
    assert notice.detail == "denied by bo at 2026-11-21 09:00 UTC"


def test_of_two_answers_in_one_turn_the_first_decides_and_the_second_hears_of_it() -> None:
    story = asked_for_deploy()
    story.clicks(BO, story.request.id, "deny")
    story.clicks(CY, story.request.id, "approve")

    assert kinds(story.turn(DONE)) == ["request_closed", "notice", "agent_message"]
    assert "denied by bo at 2026-11-21 09:00" in next(e for e in story.log if isinstance(e, Notice)).detail
    assert story.thread.running == ()


def test_an_answer_after_the_expiry_hears_that_it_is_too_late() -> None:
    story = asked_for_deploy()
    story.now = story.request.expires_at + timedelta(hours=1)
    story.clicks(BO, story.request.id, "approve")

    events = story.turn(Say(text="It expired."))

    assert kinds(events) == ["notice", "request_closed", "agent_message"]
    assert isinstance(events[0], Notice)
    assert events[0].kind == "expired"


def test_an_answer_to_another_thread_finds_nothing_here() -> None:
    story = asked_for_deploy()
    story.clicks(BO, "a-request-of-another-thread", "approve")

    assert refused(story).kind == "unknown_request"


def test_an_approver_who_has_left_the_policy_no_longer_counts() -> None:
    story = asked_for_deploy()
    story.policy = Policy(rules=(Rule(tool="deploy", approvers=("cy",)),))
    story.clicks(BO, story.request.id, "approve")

    assert refused(story).kind == "not_an_approver"


def test_an_approver_who_joined_the_policy_later_was_not_asked_and_does_not_count() -> None:
    story = asked_for_deploy()
    story.policy = Policy(rules=(Rule(tool="deploy", approvers=("bo", "di")),))
    story.clicks(DI, story.request.id, "approve")

    assert refused(story).kind == "not_an_approver"


# --- calls that may not even be asked for


def forbidden(story: Story, use: Use) -> str:
    """Why the call was forbidden; the agent then says so."""
    events = story.turn(use, Say(text="That is not possible."))
    assert kinds(events) == ["failure", "agent_message"]
    failure = events[1]
    assert isinstance(failure, Failure)
    assert failure.kind == "forbidden"
    return failure.summary


def test_nobody_can_be_asked_on_behalf_of_somebody_unknown() -> None:
    for unknown in (STRANGER, FORGED_BO):
        story = Story()
        story.says(unknown, "deploy 1.4.2")
        assert "nobody knows" in forbidden(story, DEPLOY)


def test_a_tool_without_a_rule_has_no_approvers_and_cannot_run() -> None:
    story = Story()
    story.says(ANA, "erase everything")

    assert "names no one else" in forbidden(story, Use(tool="erase", arguments="{}"))


def test_a_requester_who_is_the_only_approver_cannot_ask_themselves() -> None:
    story = Story()
    story.says(BO, "tidy up")

    assert "names no one else" in forbidden(story, TIDY)


def test_an_approver_who_joins_the_thread_and_asks_there_is_the_requester_of_what_they_asked() -> None:
    story = Story()
    story.says(ANA, "hello")
    story.turn(Say(text="Hello."))
    story.says(BO, "deploy 6.6.6 to production")
    story.turn(DEPLOY)

    assert story.request.requester == BO
    assert story.request.approvers == ("ana", "cy")
    story.clicks(BO, story.request.id, "approve")
    assert refused(story).kind == "own_request"


def test_somebody_unproven_who_joins_the_thread_does_not_ask_in_the_name_of_who_began_it() -> None:
    story = Story()
    story.says(ANA, "hello")
    story.turn(Say(text="Hello."))
    forged_ana = Author(identity=ANA.identity, assurance="asserted")
    story.says(forged_ana, "deploy 1.4.2 to production")

    assert "nobody knows" in forbidden(story, DEPLOY)


def test_one_unproven_message_taints_the_proven_ones_of_the_same_identity_until_they_are_answered() -> None:
    story = Story()
    story.says(Author(identity=ANA.identity, assurance="none"), "deploy 1.4.2 to production")
    story.says(ANA, "and hello")

    assert "nobody knows" in forbidden(story, DEPLOY)
    story.says(ANA, "deploy 1.4.2 to production, please")
    assert kinds(story.turn(DEPLOY)) == ["approval_request"]
