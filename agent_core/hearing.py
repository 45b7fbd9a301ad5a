"""Hearing: what follows at once from what came in, by rule, before any model is asked."""

from __future__ import annotations

from collections.abc import Iterator

from agent_core import answers, linking
from agent_core.approvals import no_longer_open
from agent_core.asking import go_on
from agent_core.deciding import decide, take_effect
from agent_core.deliveries import Delivery
from agent_core.ending import run_out
from agent_core.events import (
    ApprovalRequest,
    ApprovalResponse,
    Control,
    Escalation,
    Event,
    FieldRequest,
    Inbound,
    InputRequest,
    InputResponse,
    Notice,
    PeopleChanged,
    Previewed,
    RequestClosed,
    RequestRaised,
    RosterChanged,
    TimerFired,
    ToolResult,
    UserMessage,
)
from agent_core.fold import append
from agent_core.forms import check, in_words
from agent_core.raising import look_again, on_plan, review
from agent_core.setting import Ids, Setting
from agent_core.takeover import hand_over, order_in, relay
from agent_core.thread import AGAIN, PLAN, UNDO, Thread
from agent_core.undelivered import put_off, reroute, send_again
from agent_core.values import NoticeKind


def hear(thread: Thread, event: Inbound, setting: Setting) -> Iterator[Event]:
    """What follows at once from one inbound event, before any model is asked."""
    ids = Ids(thread)
    match event:
        case UserMessage():
            yield from _hear_words(thread, event, setting, ids)
        case ApprovalResponse():
            yield from decide(thread, event, setting, ids)
        case InputResponse():
            yield from _hear_input(thread, event, setting, ids)
        case Previewed():
            yield from go_on(thread, event, setting, ids)
        case ToolResult():
            yield from _hear_result(thread, event, setting, ids)
        case TimerFired():
            yield from _hear_timer(thread, event, setting, ids)
        case RosterChanged():
            yield from linking.announce(event, setting, ids)
        case PeopleChanged():
            yield from review(thread, event, setting, ids)
        case Control():
            yield from _hear_control(thread, event, ids)
        case Delivery(outcome="waiting"):
            yield from put_off(thread, event, ids)
        case Delivery():
            yield from reroute(thread, event, setting, ids)


def moot(thread: Thread) -> Iterator[Event]:
    """The end of questions about requests that have ended: what is said now is no answer to them."""
    ids = Ids(thread)
    for asked in (one for one in thread.open if isinstance(one, InputRequest) and one.about):
        if thread.open_request(asked.about) is None:
            yield RequestClosed(id=ids.next(), request_id=asked.id, outcome="withdrawn", reason="that was decided")


def _hear_words(thread: Thread, message: UserMessage, setting: Setting, ids: Ids) -> Iterator[Event]:
    if order := order_in(message):
        yield from hand_over(thread, message, order, setting, ids)
        return
    if wish := linking.wish_in(message):
        yield from linking.hear_wish(thread, message, wish, setting, ids)
        return
    match answers.read(thread, message):
        case ApprovalResponse() as response:
            yield response
            yield from decide(thread, response, setting, ids)
        case InputResponse() as response:
            yield response
            yield from _hear_input(thread, response, setting, ids)
        case answers.NextField() as following:
            yield FieldRequest(id=ids.next(), to=message.author.identity, cause=message.id, **following._asdict())
        case answers.Explain() as why:
            yield _notice(ids, message, why.kind, why.about, why.detail)
        case None if thread.taken_by:
            yield from relay(thread, message, ids)
        case None if thread.paused:
            yield Notice(id=ids.next(), to=message.author.identity, kind="paused")


def _hear_timer(thread: Thread, fired: TimerFired, setting: Setting, ids: Ids) -> Iterator[Event]:
    if fired.name.startswith(UNDO):
        done = [*take_effect(thread, fired, setting, ids)]
        yield from done
        # What is open again may have lost its people while an approval was held, and nobody looked.
        yield from look_again(append(thread, *done), fired.name.removeprefix(UNDO), fired.at, setting, ids)
    elif fired.name.startswith(AGAIN):
        yield from send_again(thread, fired, setting.people, ids)
    elif fired.name.startswith(PLAN):
        yield from on_plan(thread, fired, setting, ids)
    elif not thread.held_approval(fired.name):
        yield from _hear_expiry(thread, fired, setting, ids)


def _hear_expiry(thread: Thread, fired: TimerFired, setting: Setting, ids: Ids) -> Iterator[Event]:
    request = thread.open_request(fired.name)
    if isinstance(request, ApprovalRequest) and not thread.stopped:
        if fired.at >= request.expires_at:
            yield from run_out(thread, request, fired.at, setting, ids)
    elif request:
        yield RequestClosed(id=ids.next(), at=fired.at, request_id=fired.name, outcome="expired")
        if isinstance(request, InputRequest):
            yield from linking.given_up(request, ids)


def _hear_input(thread: Thread, response: InputResponse, setting: Setting, ids: Ids) -> Iterator[Event]:
    request = thread.open_request(response.request_id)
    if not isinstance(request, InputRequest):
        refused = no_longer_open(thread, response.request_id)
        yield _notice(ids, response, refused.kind, response.request_id, refused.detail)
    elif response.author.identity not in thread.same_person(request.to):
        yield _notice(ids, response, "not_an_approver", request.id, "")
    elif request.choices and response.text not in request.choices:
        yield _notice(ids, response, "not_a_choice", request.id, ", ".join(request.choices))
    elif problems := check(request.fields, response.values):
        yield _notice(ids, response, "bad_form", request.id, in_words(problems))
    elif request.links:
        yield from linking.confirmed(request, response, setting, ids)
    else:
        yield RequestClosed(
            id=ids.next(), at=response.at, request_id=request.id, outcome="answered", by=response.author
        )
        yield from _said_back(thread, request, response, ids)


def _said_back(thread: Thread, asked: InputRequest, response: InputResponse, ids: Ids) -> Iterator[Event]:
    """What the requester answers to an approver's question goes to that one, with the card once more."""
    if not (asked.by and asked.by.person and thread.open_request(asked.about)):
        return
    yield RequestRaised(
        id=ids.next(),
        at=response.at,
        request_id=asked.about,
        why="answered",
        to=(asked.by.person,),
        via=(asked.by.identity.partition(":")[0],),
        by=response.author,
        note=response.text,
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


def _notice(ids: Ids, cause: UserMessage | InputResponse, kind: NoticeKind, about: str, detail: str) -> Notice:
    source = cause.id if isinstance(cause, UserMessage) else cause.cause
    return Notice(id=ids.next(), to=cause.author.identity, kind=kind, about=about, detail=detail, cause=source)
