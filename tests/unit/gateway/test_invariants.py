"""In every history: what runs is what the gate was opened for, once, by people enough or by the policy itself."""

from __future__ import annotations

from hypothesis import event, given, settings

from agent_core.approvals import digest
from agent_core.events import Allowed, ApprovalRequest, Event, RequestClosed, ToolCall, Vote
from agent_core.fold import append
from agent_core.people import People
from agent_core.policy.quorum import seats_of
from agent_core.policy.rules import Policy
from agent_core.thread import Thread
from agent_core.values import Author
from gateway.consequences import commit_of
from gateway.entry import Conversation
from gateway.ports import TOOL_LANE, CloseApproval, OpenApproval
from gateway.routing import Routing
from tests.unit.core.crowds import GRANT, crowds
from tests.unit.core.policy.brute import all_sit, names_of, places_of
from tests.unit.core.story import BY_NAME, START, Story

NOBODY_TOLD = Routing(People(), {})


@settings(max_examples=400, deadline=None)
@given(story=crowds)
def test_what_is_executed_is_what_the_gate_was_opened_for(story: Story) -> None:
    commit = commit_of(Conversation(thread=Thread(id="t1")), story.log, NOBODY_TOLD, "op", START)
    gates: dict[str, tuple[str, str]] = {}
    for change in commit.approvals:
        if isinstance(change, OpenApproval):
            assert change.id not in gates
            gates[change.id] = ("pending", change.digest)
        else:
            assert isinstance(change, CloseApproval)
            assert gates[change.id][0] == "pending"
            gates[change.id] = (change.state, change.digest or gates[change.id][1])
    calls = [one for one in story.log if isinstance(one, ToolCall)]
    effects = [effect for effect in commit.effects if effect.queue == TOOL_LANE]
    assert len(calls) == len(effects)
    for call, effect in zip(calls, effects, strict=True):
        if not call.approval:
            assert call.call.tool == "look"
            continue
        event("a risky tool ran")
        assert gates[effect.approval] == ("approved", effect.digest)
        assert (effect.approval, effect.digest) == (call.approval, call.digest)
        assert call.digest == digest(
            tenant="default", thread_id="t1", call=call.call, policy=call.policy, state=call.state
        )
    used = [call.approval for call in calls if call.approval]
    assert len(used) == len(set(used))


@settings(max_examples=400, deadline=None)
@given(story=crowds)
def test_nothing_risky_runs_without_people_enough_or_leave_of_the_policy(story: Story) -> None:
    before = thread = Thread(id="t1")
    for place, call in enumerate(story.log):
        if isinstance(call, ToolCall) and call.approval:
            match story.log[place - 1]:
                case Allowed() as allowed:
                    event(f"allowed by {allowed.grant or 'a rule'}")
                    _is_allowed(allowed, call, story)
                case RequestClosed(outcome="approved") as closed:
                    request = before.open_request(closed.request_id)
                    assert isinstance(request, ApprovalRequest)
                    event(f"approved in {len(places_of(seats_of(request)))} places")
                    _people_were_enough(story.log[: place - 1], request, closed, story.setting_at(closed.at).policy)
                    assert (call.approval, call.policy, call.state) == (request.id, request.policy, request.state)
                    assert call.call == (closed.call or request.call)
                case other:
                    raise AssertionError(f"it ran after {other.type}")
        before, thread = thread, append(thread, call)


def _is_allowed(allowed: Allowed, call: ToolCall, story: Story) -> None:
    assert (allowed.id, allowed.call, allowed.digest, allowed.policy) == (
        call.approval,
        call.call,
        call.digest,
        call.policy,
    )
    rules = {policy.version_for(call.call): policy.rule_for(call.call) for _, policy in story.policies}
    rule = rules[allowed.policy]
    assert rule.called == allowed.rule
    if allowed.grant:
        assert (allowed.grant, allowed.by, rule.then) == (GRANT.id, "bo", "ask")
        assert allowed.at < GRANT.until
    else:
        assert rule.then == "auto"


def _people_were_enough(log: list[Event], request: ApprovalRequest, closed: RequestClosed, today: Policy) -> None:
    """By trying every seating of those whose last word was yes, who did not ask for it, and whom today's rule knows."""
    said = {one.by.person: one for one in log if isinstance(one, Vote) and one.request_id == request.id}
    yes = {person: one.by for person, one in said.items() if one.decision == "approve"}
    assert closed.by is not None
    yes[closed.by.person] = closed.by
    rule = today.rule_for(request.call)
    assert rule.then == "ask"
    who = [names_of(by, BY_NAME) for by in yes.values() if _may(by, request) and names_of(by, BY_NAME) & rule.names]
    assert all_sit(who, places_of(seats_of(request)))


def _may(by: Author, request: ApprovalRequest) -> bool:
    proven = by.assurance == "verified" or (by.assurance == request.needs == "restricted")
    return proven and by.person not in (None, request.requester.person, *request.askers)
