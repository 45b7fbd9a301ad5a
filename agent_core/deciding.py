"""Deciding: what follows from a decision about a request, at once or, where it may be taken back, when time is up.

A tool that needs approval is called here and nowhere else: behind a response that was judged, and in one breath with
the closing of its request, so that it cannot happen twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from agent_core.approvals import Refusal, digest, judge, judge_again, moment_of
from agent_core.errors import BadArguments
from agent_core.events import (
    ApprovalHeld,
    ApprovalRequest,
    ApprovalResponse,
    Event,
    Notice,
    RequestClosed,
    TimerFired,
    ToolCall,
)
from agent_core.setting import Ids, Setting
from agent_core.thread import UNDO, Thread
from agent_core.tools import call_of
from agent_core.values import Author, Call, NoticeKind


def decide(thread: Thread, response: ApprovalResponse, setting: Setting, ids: Ids) -> Iterator[Event]:
    """What a person's response does: it closes the request, is held for a while, or is explained."""
    request = judge(thread, response, setting.policy, setting.people)
    if isinstance(request, Refusal):
        yield _notice(response, request.kind, response.request_id, request.detail, ids)
        if request.kind == "expired" and thread.open_request(response.request_id):
            yield RequestClosed(id=ids.next(), at=response.at, request_id=response.request_id, outcome="expired")
        return
    match response.decision:
        case "approve":
            yield from _approve(thread, request, response, setting, ids)
        case "deny":
            by, reason = response.author, response.reason
            yield RequestClosed(
                id=ids.next(), at=response.at, request_id=request.id, outcome="denied", by=by, reason=reason
            )
        case "undo":
            told = _notice(response, "undone", request.id, "", ids)
            yield from _open_again(request, told, response.author, response.at, ids)


def take_effect(thread: Thread, fired: TimerFired, setting: Setting, ids: Ids) -> Iterator[Event]:
    """What a held approval does when nobody took it back: it is judged once more, by today's policy."""
    held = thread.held_approval(fired.name.removeprefix(UNDO))
    # A stop is about to withdraw the request; a timer that fired before its time was that of an earlier approval.
    if held is None or held.until is None or fired.at < held.until or thread.stopped:
        return
    request = thread.open_request(held.request_id)
    assert isinstance(request, ApprovalRequest), "an approval is held only as long as its request is open"
    if refused := judge_again(request, held, setting.policy, setting.people):
        told = Notice(id=ids.next(), to=held.by.identity, kind=refused.kind, about=request.id)
        yield from _open_again(request, told, held.by, fired.at, ids)
        return
    yield from _run(thread, request, _Approval(held.by, held.reason, held.call), fired.at, ids)


class _Approval(NamedTuple):
    """Who approved, what they said, and the call that runs in place of what was asked, if they changed it."""

    by: Author
    reason: str
    call: Call | None


def _approve(
    thread: Thread, request: ApprovalRequest, response: ApprovalResponse, setting: Setting, ids: Ids
) -> Iterator[Event]:
    try:
        approval = _Approval(response.author, response.reason, _changed(request, response, setting))
    except BadArguments as error:
        yield _notice(response, "bad_arguments", request.id, str(error), ids)
        return
    window = setting.policy.rule(request.call.tool).undo_within
    held = thread.held_approval(request.id)
    if held and held.call == approval.call:
        yield _notice(response, "held", request.id, moment_of(held), ids)
    elif held or window:
        yield from _hold(request, response, approval, setting.now + window, ids)
    else:
        yield from _run(thread, request, approval, response.at, ids)


def _hold(
    request: ApprovalRequest, response: ApprovalResponse, approval: _Approval, until: datetime, ids: Ids
) -> Iterator[Event]:
    """An approval in place of one that is held, too, waits for as long again."""
    until -= timedelta(microseconds=until.microsecond % 1000)  # What is stored, and fires, is in milliseconds.
    held = ApprovalHeld(id=ids.next(), at=response.at, request_id=request.id, until=until, **approval._asdict())
    yield held
    yield _notice(response, "held", request.id, moment_of(held), ids)


def _run(thread: Thread, request: ApprovalRequest, approval: _Approval, at: datetime, ids: Ids) -> Iterator[Event]:
    yield RequestClosed(id=ids.next(), at=at, request_id=request.id, outcome="approved", **approval._asdict())
    call, policy = approval.call or request.call, request.policy
    approved = digest(tenant=thread.tenant, thread_id=thread.id, call=call, policy=policy)
    yield ToolCall(id=ids.next(), call=call, approval=request.id, digest=approved, policy=policy)


def _open_again(request: ApprovalRequest, told: Notice, by: Author, at: datetime, ids: Ids) -> Iterator[Event]:
    """The request, no longer held, may be answered again, unless its time has run out meanwhile."""
    yield ApprovalHeld(id=ids.next(), at=at, request_id=request.id, by=by, until=None)
    yield told
    if at >= request.expires_at:
        yield RequestClosed(id=ids.next(), at=at, request_id=request.id, outcome="expired")


def _changed(request: ApprovalRequest, response: ApprovalResponse, setting: Setting) -> Call | None:
    """The call as the approver changed it; None when it is to run as asked. Raises BadArguments."""
    if not response.arguments:
        return None
    tool = setting.agent.tool(request.call.tool)
    if tool is None or tool.version != request.call.version:
        raise BadArguments(f"{request.call.tool} has changed since")
    call = call_of(tool, response.arguments)
    return None if call == request.call else call


def _notice(response: ApprovalResponse, kind: NoticeKind, about: str, detail: str, ids: Ids) -> Notice:
    to, cause = response.author.identity, response.cause
    return Notice(id=ids.next(), to=to, kind=kind, about=about, detail=detail, cause=cause)
