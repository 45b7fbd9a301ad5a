"""Whatever a hostile model chooses and whoever answers: nothing that needs approval runs without a real one."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import event, given, settings

from agent_core.agent import Agent, Thought
from agent_core.approvals import digest
from agent_core.events import (
    ApprovalHeld,
    ApprovalRequest,
    ApprovalResponse,
    Escalation,
    Event,
    InputRequest,
    RequestClosed,
    ToolCall,
    UserMessage,
)
from agent_core.steps import Use
from agent_core.thread import Thread
from agent_core.turn import run_turn, take
from tests.unit.core.history import histories, thoughts
from tests.unit.core.story import AGENT, ANA, POLICY, START, Story, at_once


@given(story=histories)
@settings(max_examples=100, deadline=None)
def test_a_tool_that_needs_approval_runs_once_with_the_bytes_an_allowed_person_approved_in_time(story: Story) -> None:
    used: set[str] = set()
    for place, call in enumerate(story.log):
        if not isinstance(call, ToolCall) or call.call.tool == "look":
            continue
        event("an approved tool ran")
        assert call.approval not in used
        used.add(call.approval)
        request = next(r for r in story.log[:place] if isinstance(r, ApprovalRequest) and r.id == call.approval)
        closed = story.log[place - 1]
        assert isinstance(closed, RequestClosed)
        assert (closed.request_id, closed.outcome) == (request.id, "approved")
        assert call.call == (closed.call or request.call)
        assert call.digest == (_bound(call) if closed.call else request.digest)
        assert call.policy == request.policy
        assert closed.by is not None
        assert closed.by.person in story.setting_at(closed.at).policy.rule_for(request.call).approvers
        assert closed.by.person in request.approvers
        assert closed.by.person != request.requester.person
        proof = closed.by.assurance
        event(f"on {proof} proof")
        assert proof == "verified" or (proof, request.risk, request.needs) == ("restricted", "low", "restricted")
        assert _approved_in_time(story.log[:place], request, closed)
        _not_taken_back(story.log[:place], closed)
        assert _was_held(story.log[:place], closed) or not _window(story, request, closed)


def _was_held(log: list[Event], closed: RequestClosed) -> bool:
    return any(isinstance(e, ApprovalHeld) and e.request_id == closed.request_id for e in log)


def _window(story: Story, request: ApprovalRequest, closed: RequestClosed) -> timedelta:
    return story.setting_at(closed.at).policy.rule_for(request.call).undo_within


def _bound(call: ToolCall) -> str:
    return digest(tenant="default", thread_id="t1", call=call.call, policy=call.policy)


def _not_taken_back(log: list[Event], closed: RequestClosed) -> None:
    """Of what was said to be held, the last word was that it takes effect by now, and as it was approved."""
    held = [e for e in log if isinstance(e, ApprovalHeld) and e.request_id == closed.request_id]
    if held and held[-1].until:
        event("an approval was held")
        assert closed.at >= held[-1].until
        assert (closed.by, closed.call, closed.reason) == (held[-1].by, held[-1].call, held[-1].reason)


def _approved_in_time(log: list[Event], request: ApprovalRequest, closed: RequestClosed) -> bool:
    """Whether the log holds that person's own approval: a click, or a message whose words say it."""
    clicks = [
        r
        for r in log
        if isinstance(r, ApprovalResponse)
        and (r.request_id, r.author, r.decision) == (request.id, closed.by, "approve")
        and r.digest in ("", request.digest)
        and (closed.call is None or r.arguments == closed.call.arguments)
    ]
    messages = {m.id: m for m in log if isinstance(m, UserMessage)}
    said = [messages[r.cause] if r.cause else r for r in clicks]
    return any(s.at < request.expires_at and s.author == closed.by for s in said)


@given(story=histories)
@settings(max_examples=80, deadline=None)
def test_every_request_has_at_most_one_end_and_the_requester_and_the_policy_are_on_the_card(story: Story) -> None:
    ends = [e.request_id for e in story.log if isinstance(e, RequestClosed)]
    assert len(ends) == len(set(ends))
    for request in story.log:
        if isinstance(request, ApprovalRequest):
            assert request.approvers
            assert request.requester.person is not None
            assert request.requester.person not in request.approvers
            assert request.needs == ("restricted" if request.risk == "low" else "verified")
            assert set(request.approvers) <= set(POLICY.rule_for(request.call).approvers)
    still_open = {r.id for r in story.thread.open}
    asked = {e.id for e in story.log if isinstance(e, ApprovalRequest | InputRequest)}
    assert still_open == asked - set(ends)


@given(story=histories)
@settings(max_examples=80, deadline=None)
def test_ids_are_unique_and_a_second_turn_on_the_same_log_has_nothing_to_say(story: Story) -> None:
    agents_own = [e.id for e in story.log if not e.id.startswith("timer:")]
    assert len(agents_own) == len(set(agents_own))
    if story.thread.unheard == ():
        assert story.turn() == ()


@given(thought=thoughts)
@settings(max_examples=150, deadline=None)
def test_one_step_of_the_model_writes_only_what_an_agent_may_write(thought: Thought) -> None:
    story = Story()
    story.says(ANA, "hello")
    written = tuple(take(story.thread, thought, story.setting(START)))

    assert written[0].type == "model_call"
    allowed = {"agent_message", "tool_call", "approval_request", "input_request", "escalation", "failure"}
    assert {e.type for e in written[1:]} <= allowed
    for call in written:
        if isinstance(call, ToolCall):
            tool = AGENT.tool(call.call.tool)
            assert tool is not None
            assert not tool.approval


def test_a_turn_always_comes_to_an_end_even_with_a_model_that_never_does() -> None:
    class Stubborn:
        async def next_step(self, agent: Agent, thread: Thread) -> Thought:
            return Thought(outcome="step", step=Use(tool="erase", arguments="{}"))

    story = Story()
    story.says(ANA, "hello")
    events = at_once(run_turn(story.thread, story.setting(START), Stubborn()))
    assert isinstance(events[-1], Escalation)
