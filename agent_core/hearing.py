"""Hearing: what follows at once from what came in, by rule, before any model is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from agent_core import answers
from agent_core.approvals import Refusal, digest, judge, no_longer_open
from agent_core.deliveries import Delivery
from agent_core.errors import BadArguments
from agent_core.events import (
    ApprovalRequest,
    ApprovalResponse,
    Control,
    Escalation,
    Event,
    Inbound,
    InputRequest,
    InputResponse,
    Notice,
    RequestClosed,
    TimerFired,
    ToolCall,
    ToolResult,
    UserMessage,
)
from agent_core.forms import check, in_words
from agent_core.setting import Ids, Setting
from agent_core.thread import Thread
from agent_core.tools import call_of
from agent_core.values import Call, NoticeKind


def hear(thread: Thread, event: Inbound, setting: Setting) -> Iterator[Event]:
    """What follows at once from one inbound event, before any model is asked."""
    ids = Ids(thread)
    match event:
        case UserMessage():
            yield from _hear_words(thread, event, setting, ids)
        case ApprovalResponse():
            yield from _hear_decision(thread, event, setting, ids)
        case InputResponse():
            yield from _hear_input(thread, event, ids)
        case ToolResult():
            yield from _hear_result(thread, event, setting, ids)
        case TimerFired() if thread.open_request(event.name):
            yield RequestClosed(id=ids.next(), at=event.at, request_id=event.name, outcome="expired")
        case Control():
            yield from _hear_control(thread, event, ids)
        case Delivery() if thread.requester and event.to != thread.requester.identity:
            to = thread.requester.identity
            yield Notice(id=ids.next(), to=to, kind="undelivered", about=event.cause, detail=event.to)


def _hear_words(thread: Thread, message: UserMessage, setting: Setting, ids: Ids) -> Iterator[Event]:
    match answers.read(thread, message):
        case ApprovalResponse() as response:
            yield response
            yield from _hear_decision(thread, response, setting, ids)
        case InputResponse() as response:
            yield response
            yield from _hear_input(thread, response, ids)
        case answers.Explain() as why:
            yield _notice(ids, message, why.kind, why.about, why.detail)
        case None if thread.paused:
            yield Notice(id=ids.next(), to=message.author.identity, kind="paused")


def _hear_decision(thread: Thread, response: ApprovalResponse, setting: Setting, ids: Ids) -> Iterator[Event]:
    request = judge(thread, response, setting.policy)
    if isinstance(request, Refusal):
        yield _notice(ids, response, request.kind, response.request_id, request.detail)
        if request.kind == "expired" and thread.open_request(response.request_id):
            yield RequestClosed(id=ids.next(), at=response.at, request_id=response.request_id, outcome="expired")
        return
    try:
        changed = _changed(request, response, setting)
    except BadArguments as error:
        yield _notice(ids, response, "bad_arguments", request.id, str(error))
        return
    outcome: Literal["approved", "denied"] = "approved" if response.decision == "approve" else "denied"
    yield RequestClosed(
        id=ids.next(),
        at=response.at,
        request_id=request.id,
        outcome=outcome,
        by=response.author,
        reason=response.reason,
        call=changed,
    )
    if outcome == "approved":
        call, policy = changed or request.call, request.policy
        approved = digest(tenant=thread.tenant, thread_id=thread.id, call=call, policy=policy)
        yield ToolCall(id=ids.next(), call=call, approval=request.id, digest=approved, policy=policy)


def _changed(request: ApprovalRequest, response: ApprovalResponse, setting: Setting) -> Call | None:
    """The call as the approver changed it; None when it is to run as asked. Raises BadArguments."""
    if response.decision == "deny" or not response.arguments:
        return None
    tool = setting.agent.tool(request.call.tool)
    if tool is None or tool.version != request.call.version:
        raise BadArguments(f"{request.call.tool} has changed since")
    call = call_of(tool, response.arguments)
    return None if call == request.call else call


def _hear_input(thread: Thread, response: InputResponse, ids: Ids) -> Iterator[Event]:
    request = thread.open_request(response.request_id)
    if not isinstance(request, InputRequest):
        refused = no_longer_open(thread, response.request_id)
        yield _notice(ids, response, refused.kind, response.request_id, refused.detail)
    elif response.author.identity != request.to:
        yield _notice(ids, response, "not_an_approver", request.id, "")
    elif request.choices and response.text not in request.choices:
        yield _notice(ids, response, "not_a_choice", request.id, ", ".join(request.choices))
    elif problems := check(request.fields, response.values):
        yield _notice(ids, response, "bad_form", request.id, in_words(problems))
    else:
        yield RequestClosed(
            id=ids.next(), at=response.at, request_id=request.id, outcome="answered", by=response.author
        )


def _hear_result(thread: Thread, result: ToolResult, setting: Setting, ids: Ids) -> Iterator[Event]:
    if result.outcome == "unknown":
        reason = f"it is unknown whether this ran: {result.content}"
        yield Escalation(id=ids.next(), to=setting.policy.escalate_to, reason=reason)
    elif thread.stopped and thread.requester:
        to = thread.requester.identity
        yield Notice(id=ids.next(), to=to, kind="finished_after_stop", detail=result.outcome, cause=result.id)


def _hear_control(thread: Thread, control: Control, ids: Ids) -> Iterator[Event]:
    told: dict[str, NoticeKind] = {"pause": "paused", "resume": "resumed", "stop": "stopped"}
    if control.verb == "stop":
        for request in thread.open:
            yield RequestClosed(
                id=ids.next(), at=control.at, request_id=request.id, outcome="withdrawn", by=control.author
            )
    if thread.requester:
        by = control.author.person or control.author.identity
        yield Notice(id=ids.next(), to=thread.requester.identity, kind=told[control.verb], detail=by)


def _notice(
    ids: Ids, cause: UserMessage | ApprovalResponse | InputResponse, kind: NoticeKind, about: str, detail: str
) -> Notice:
    source = cause.id if isinstance(cause, UserMessage) else cause.cause
    return Notice(id=ids.next(), to=cause.author.identity, kind=kind, about=about, detail=detail, cause=source)
