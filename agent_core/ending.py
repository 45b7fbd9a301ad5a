"""Ending: how a request ends, and its tool is called: people agreed, or nobody decided until its time ran out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from agent_core.approvals import digest
from agent_core.events import ApprovalRequest, Escalation, Event, Notice, RequestClosed, RequestKept, ToolCall
from agent_core.setting import Ids, Setting
from agent_core.thread import Thread
from agent_core.values import Author, Call
from agent_core.weighing import weigh

# As long as links and buttons live.
KEPT_FOR = timedelta(days=30)


class Approval(NamedTuple):
    """Who approved, what they said, and the call that runs in place of what was asked, if they changed it."""

    by: Author | None
    reason: str
    call: Call | None


def run(thread: Thread, request: ApprovalRequest, approval: Approval, at: datetime, ids: Ids) -> Iterator[Event]:
    """Approved, and called."""
    yield RequestClosed(id=ids.next(), at=at, request_id=request.id, outcome="approved", **approval._asdict())
    call, policy = approval.call or request.call, request.policy
    state = request.state
    approved = digest(tenant=thread.tenant, thread_id=thread.id, call=call, policy=policy, state=state)
    yield ToolCall(id=ids.next(), call=call, approval=request.id, digest=approved, policy=policy, state=state)


def run_out(thread: Thread, request: ApprovalRequest, at: datetime, setting: Setting, ids: Ids) -> Iterator[Event]:
    """Nobody decided in time: what the terms say of that, and today's rule as well; of two, the stricter."""
    if _timeouts(request, setting) == {"approve"} and _nobody_objects(thread, request, setting):
        yield from run(thread, request, Approval(None, "nobody objected in time", None), at, ids)
    else:
        yield from lapse(request, at, setting, ids)


def lapse(request: ApprovalRequest, at: datetime, setting: Setting, ids: Ids) -> Iterator[Event]:
    """The time of a request is over, and nothing runs: it is kept for longer, once, or it is its end."""
    said = _timeouts(request, setting)
    if said == {"hold"}:
        yield RequestKept(id=ids.next(), at=at, request_id=request.id, until=at + KEPT_FOR)
        yield Notice(id=ids.next(), to=request.requester.identity, kind="on_hold", about=request.id)
        return
    yield RequestClosed(id=ids.next(), at=at, request_id=request.id, outcome="expired")
    if "escalate" in said:
        reason = f"nobody decided in time about {request.call.tool}"
        yield Escalation(id=ids.next(), to=setting.policy.escalate_to, reason=reason)


def _timeouts(request: ApprovalRequest, setting: Setting) -> set[str]:
    return {request.terms.on_timeout, setting.policy.rule_for(request.call).on_timeout}


def _nobody_objects(thread: Thread, request: ApprovalRequest, setting: Setting) -> bool:
    """Whether silence means anything: all who could have said no were asked in time, and nobody did say it.

    Nor does it where too few are left to decide. While the agent is to keep still, nothing starts by itself.
    """
    said_no = any(vote.decision == "deny" for vote in thread.votes_on(request.id))
    seen = request.id not in thread.unseen
    still = thread.paused or thread.taken_by
    stands = weigh(thread, request, setting)
    return seen and not said_no and not still and stands.state == "open" and not stands.short
