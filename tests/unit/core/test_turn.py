"""Whole stories through the turn: what comes in, what the model chooses, and what the log says then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_core.agent import Agent, Model, Thought
from agent_core.approvals import Policy, Rule, digest
from agent_core.events import (
    AgentMessage,
    Ask,
    Author,
    Delivery,
    Escalation,
    Failure,
    GiveUp,
    Handoff,
    InputResponse,
    Notice,
    NoticeKind,
    Outcome,
    RequestClosed,
    Say,
    Step,
    ToolCall,
    Use,
)
from agent_core.thread import Thread
from agent_core.turn import run_turn, take
from tests.unit.core.story import (
    AGENT,
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
    START,
    STRANGER,
    TIDY,
    Story,
    asked_for_deploy,
    at_once,
    kinds,
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
    bound = digest(tenant="default", thread_id="t1", call=story.call.call, policy=POLICY.version)
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


def refused(story: Story) -> Notice:
    """The notice of the last turn, which changed nothing else."""
    events = [event for event in story.turn() if not event.type.endswith("_response")]
    assert len(events) == 1
    assert isinstance(events[0], Notice)
    return events[0]


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


# --- pause, resume, stop, takeover


def test_a_paused_thread_thinks_only_after_it_is_resumed() -> None:
    story = Story()
    story.control("pause")
    story.says(ANA, "hello")
    assert kinds(story.turn()) == ["notice", "notice"]
    assert story.thread.status == "paused"

    story.control("resume")
    assert kinds(story.turn(Say(text="Hello."))) == ["notice", "agent_message"]


def test_a_pause_between_choice_and_run_leaves_the_result_for_after_the_resume() -> None:
    story = Story()
    story.says(ANA, "look around")
    story.turn(LOOK)
    story.control("pause")
    assert kinds(story.turn()) == ["notice"]
    story.ends(story.call, "ok", "nothing")
    assert story.turn() == ()

    story.control("resume")
    assert kinds(story.turn(DONE)) == ["notice", "agent_message"]


def test_a_decision_counts_while_the_thread_is_paused() -> None:
    story = asked_for_deploy()
    story.control("pause")
    story.turn()
    story.clicks(BO, story.request.id, "approve")

    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_a_stop_withdraws_every_open_request_and_says_so() -> None:
    story = asked_for_deploy()
    story.control("stop")

    events = story.turn()

    assert kinds(events) == ["request_closed", "notice"]
    assert story.thread.status == "stopped"
    story.clicks(BO, story.request.id, "approve")
    assert refused(story).detail == "withdrawn by di at 2026-11-21 09:00 UTC"


def test_an_approval_overtaken_by_a_stop_starts_nothing() -> None:
    story = asked_for_deploy()
    story.clicks(BO, story.request.id, "approve")
    story.control("stop")

    events = story.turn()

    assert kinds(events) == ["notice", "request_closed", "notice"]
    assert story.thread.running == ()
    closed = story.thread.closed_request(story.request.id)
    assert closed is not None
    assert closed.outcome == "withdrawn"


def test_a_message_overtaken_by_a_stop_is_not_thought_about() -> None:
    story = Story()
    story.says(ANA, "hello")
    story.control("stop")

    assert kinds(story.turn()) == ["notice"]


def test_a_tool_that_ends_after_the_stop_is_reported_without_the_model() -> None:
    story = Story()
    story.says(ANA, "look around")
    story.turn(LOOK)
    story.control("stop")
    story.turn()
    story.ends(story.call, "ok", "nothing")

    events = story.turn()

    assert kinds(events) == ["notice"]
    assert isinstance(events[0], Notice)
    assert (events[0].kind, events[0].detail) == ("finished_after_stop", "ok")


def test_a_new_message_starts_a_stopped_thread_again() -> None:
    story = Story()
    story.says(ANA, "hello")
    story.control("stop")
    story.turn()
    story.says(ANA, "are you there?")

    assert kinds(story.turn(Say(text="Yes."))) == ["agent_message"]


class Interrupted:
    """A model during whose thinking something happens; the store then refuses the turn and it is made again."""

    def __init__(self, story: Story) -> None:
        self.story = story

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """Choose a tool, while somebody stops the thread."""
        if not self.story.thread.stopped:
            self.story.control("stop")
        return Thought(outcome="step", step=LOOK)


def test_a_stop_while_the_model_thinks_is_seen_when_the_turn_is_decided_again() -> None:
    story = Story()
    story.says(ANA, "look around")
    model: Model = Interrupted(story)
    before = story.thread
    overtaken = at_once(run_turn(before, story.setting(story.now), model))
    assert kinds(overtaken) == ["tool_call"]
    assert story.thread.anchor != before.anchor

    assert kinds(story.turn()) == ["notice"]
    assert not any(isinstance(event, ToolCall) for event in story.log)


def test_a_human_who_took_over_is_left_alone_until_they_hand_back() -> None:
    story = Story()
    story.says(ANA, "hello")
    story.append(Handoff(id="h1", to="human", author=DI))
    assert story.turn() == ()
    assert story.thread.status == "taken_over"

    story.append(Handoff(id="h2", to="agent", author=DI, note="she only wants to say hello"))
    assert kinds(story.turn(Say(text="Hello."))) == ["agent_message"]


# --- what cannot be delivered


def test_a_request_that_does_not_reach_its_approver_is_reported_to_the_requester() -> None:
    story = asked_for_deploy()
    story.append(Delivery(id="d1", effect_id="e1", cause=story.request.id, to=BO.identity, outcome="failed"))

    events = story.turn()

    assert kinds(events) == ["notice"]
    assert isinstance(events[0], Notice)
    assert (events[0].kind, events[0].to, events[0].detail) == ("undelivered", ANA.identity, BO.identity)


def test_what_does_not_reach_the_requester_is_not_reported_to_the_requester() -> None:
    story = asked_for_deploy()
    story.append(Delivery(id="d1", effect_id="e1", cause=story.request.id, to=ANA.identity, outcome="dead"))

    assert story.turn() == ()


def test_a_delivery_that_went_well_changes_no_decision() -> None:
    story = asked_for_deploy()
    before = story.thread
    story.append(Delivery(id="d1", effect_id="e1", cause=story.request.id, to=BO.identity, outcome="sent"))

    assert story.thread == before.model_copy(update={"seq": before.seq + 1})
