"""Deciding: what follows from a decision about a request, at once or, where it may be taken back, when time is up.

A tool that needs approval is called here and nowhere else: behind responses that were judged, of people who are enough
by the card and by today's policy, and in one breath with the closing of its request, so that it cannot happen twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from agent_core.approvals import Refusal, judge, moment_of, not_theirs
from agent_core.asking import Wish, put
from agent_core.ending import Approval, lapse, run
from agent_core.errors import BadArguments
from agent_core.events import (
    ApprovalHeld,
    ApprovalRequest,
    ApprovalResponse,
    Event,
    Failure,
    InputRequest,
    Notice,
    RequestClosed,
    RequestRaised,
    TimerFired,
    Vote,
)
from agent_core.naming import whom
from agent_core.policy.quorum import Standing, in_words, standing
from agent_core.setting import Ids, Setting
from agent_core.thread import UNDO, Thread
from agent_core.tools import call_of
from agent_core.values import Author, Call, NoticeKind
from agent_core.weighing import weigh

ASKED_BACK_FOR = timedelta(hours=24)
Ended = Literal["denied", "answered", "withdrawn"]


def decide(thread: Thread, response: ApprovalResponse, setting: Setting, ids: Ids) -> Iterator[Event]:
    """What a response does: it closes the request or counts towards it, is held for a while, or explained."""
    request = judge(thread, response, setting.policy, setting.people)
    if isinstance(request, Refusal):
        yield _notice(response, request.kind, response.request_id, request.detail, ids)
        late = thread.open_request(response.request_id)
        if request.kind == "expired" and isinstance(late, ApprovalRequest):
            yield from lapse(late, response.at, setting, ids)
        return
    match response.decision:
        case "approve":
            yield from _approve(thread, request, response, setting, ids)
        case "deny":
            yield from _deny(thread, request, response, setting, ids)
        case "undo":
            told = _notice(response, "undone", request.id, "", ids)
            yield from _open_again(request, told, response.author, response.at, setting, ids)
        case "answer" if response.reason:
            yield _closed(request, response, "answered", ids)
        case "answer":
            yield _notice(response, "unclear", request.id, "", ids)
        case "ask":
            yield from _ask_back(thread, request, response, ids)
        case "delegate":
            yield from _delegate(request, response, setting, ids)


def take_effect(thread: Thread, fired: TimerFired, setting: Setting, ids: Ids) -> Iterator[Event]:
    """What a held approval does when nobody took it back: it is judged once more, by today's policy."""
    held = thread.held_approval(fired.name.removeprefix(UNDO))
    # A stop is about to withdraw the request; a timer that fired before its time was that of an earlier approval.
    if held is None or held.until is None or fired.at < held.until or thread.stopped:
        return
    request = thread.open_request(held.request_id)
    assert isinstance(request, ApprovalRequest)
    mine = Vote(id="", request_id=request.id, by=held.by, decision="approve")
    if not_theirs(held.by, request, setting.policy, setting.people):
        kind = not_theirs(held.by, request, setting.policy, setting.people) or "rules_changed"
    elif weigh(thread, request, setting, mine).state == "approved":
        yield from run(thread, request, Approval(held.by, held.reason, held.call), fired.at, ids)
        return
    else:
        kind = "rules_changed"
    told = Notice(id=ids.next(), to=held.by.identity, kind=kind, about=request.id)
    yield from _open_again(request, told, held.by, fired.at, setting, ids)


# --- yes


def _approve(
    thread: Thread, request: ApprovalRequest, response: ApprovalResponse, setting: Setting, ids: Ids
) -> Iterator[Event]:
    try:
        approval = Approval(response.author, response.reason, _changed(request, response, setting))
    except BadArguments as error:
        yield _notice(response, "bad_arguments", request.id, str(error), ids)
        return
    if approval.call and _is_another_question(request, approval.call, setting):
        yield from _ask_anew(thread, request, approval.call, response, setting, ids)
        return
    vote = _vote(response, ids)
    stands = weigh(thread, request, setting, vote)
    if stands.state == "open":
        yield from _counted(vote, response, stands, ids)
        return
    if stands.state == "denied":
        yield _beyond_yes(request, response, ids)
        return
    window = setting.policy.rule_for(request.call).undo_within
    held = thread.held_approval(request.id)
    if held and held.call == approval.call:
        yield _notice(response, "held", request.id, moment_of(held), ids)
    elif held or window:
        yield from _hold(request, response, approval, setting.now + window, ids)
    else:
        yield from run(thread, request, approval, response.at, ids)


def _beyond_yes(request: ApprovalRequest, response: ApprovalResponse, ids: Ids) -> RequestClosed:
    """Its end in spite of a yes, which nobody is to take for a no."""
    said = "too few are left who may agree, or one of them said no"
    return _closed(request, response, "denied", ids).model_copy(update={"by": None, "reason": said})


def _vote(response: ApprovalResponse, ids: Ids) -> Vote:
    decision = "approve" if response.decision == "approve" else "deny"
    return Vote(
        id=ids.next(),
        at=response.at,
        request_id=response.request_id,
        by=response.author,
        decision=decision,
        reason=response.reason,
    )


def _counted(vote: Vote, response: ApprovalResponse, stands: Standing, ids: Ids) -> Iterator[Event]:
    yield vote.model_copy(update={"missing": in_words(stands.missing)})
    yield _notice(response, "counted", response.request_id, in_words(stands.missing), ids)


def _is_another_question(request: ApprovalRequest, call: Call, setting: Setting) -> bool:
    """Whether others must see the changed call before it may run: there are more seats than one, or other rules."""
    several = sum(panel.need for panel in request.terms.seats) > 1
    return several or setting.policy.version_for(call) != request.policy


def _ask_anew(
    thread: Thread, request: ApprovalRequest, call: Call, response: ApprovalResponse, setting: Setting, ids: Ids
) -> Iterator[Event]:
    """The changed call in place of what was asked, through the same gate, and for the same people.

    Who changed it has agreed to it, as far as they may; where its tool can tell what it would do, they see that first.
    What may not be put leaves the request as it was.
    """
    tool = setting.agent.tool(call.tool)
    assert tool is not None, "it was validated"
    who = response.author.person or response.author.identity
    closed = _closed(request, response, "withdrawn", ids)
    askers = (*(Author(identity=f"person:{one}", person=one) for one in request.askers), request.requester)
    others = thread.model_copy(update={"open": tuple(one for one in thread.open if one.id != request.id)})
    events = [*put(others, tool, Wish(call=call, reason=request.reason, askers=askers), setting, ids)]
    if why := [event.summary for event in events if isinstance(event, Failure)]:
        yield _notice(response, "bad_arguments", request.id, why[0], ids)
        return
    yield closed.model_copy(update={"reason": f"{who} asks for it with other arguments"})
    for event in events:
        yield event
        if isinstance(event, ApprovalRequest):
            yield from _agreed(event, response.model_copy(update={"request_id": event.id}), setting, ids)


def _agreed(anew: ApprovalRequest, response: ApprovalResponse, setting: Setting, ids: Ids) -> Iterator[Event]:
    """Their vote, unless it alone would be enough: then they had better see the card."""
    vote = _vote(response, ids)
    stands = standing(anew, [vote], setting.people)
    if not not_theirs(response.author, anew, setting.policy, setting.people) and stands.state == "open":
        yield from _counted(vote, response, stands, ids)


# --- no, and what is neither


def _deny(
    thread: Thread, request: ApprovalRequest, response: ApprovalResponse, setting: Setting, ids: Ids
) -> Iterator[Event]:
    """A no ends it where it is a veto, or where too few are left; else it is one voice, and nothing is held any more.

    An approval of somebody else that was held is a voice, too: nobody took that one back.
    """
    vote, held = _vote(response, ids), thread.held_approval(request.id)
    others = [_let_go(held, response, ids)] if held and held.by.person != response.author.person else []
    stands = weigh(thread, request, setting, *others, vote)
    if stands.state == "denied":
        yield _closed(request, response, "denied", ids)
        return
    if held:
        yield ApprovalHeld(id=ids.next(), at=response.at, request_id=request.id, by=held.by, until=None)
    for other in others:
        missing = in_words(stands.missing)
        yield other.model_copy(update={"missing": missing})
        yield Notice(id=ids.next(), to=other.by.identity, kind="counted", about=request.id, detail=missing)
    yield from _counted(vote, response, stands, ids)


def _let_go(held: ApprovalHeld, response: ApprovalResponse, ids: Ids) -> Vote:
    return Vote(
        id=ids.next(), at=response.at, request_id=held.request_id, by=held.by, decision="approve", reason=held.reason
    )


def _closed(request: ApprovalRequest, response: ApprovalResponse, outcome: Ended, ids: Ids) -> RequestClosed:
    by, reason = response.author, response.reason
    return RequestClosed(id=ids.next(), at=response.at, request_id=request.id, outcome=outcome, by=by, reason=reason)


def _ask_back(thread: Thread, request: ApprovalRequest, response: ApprovalResponse, ids: Ids) -> Iterator[Event]:
    """A question of an approver to the requester; the request stays open."""
    asking = [r for r in thread.open if isinstance(r, InputRequest) and r.about == request.id]
    if not response.reason or asking:
        yield _notice(response, "unclear", request.id, "", ids)
        return
    yield InputRequest(
        id=ids.next(),
        to=request.requester.identity,
        question=response.reason,
        expires_at=min(request.expires_at, response.at + ASKED_BACK_FOR),
        about=request.id,
        by=response.author,
    )
    yield _notice(response, "asked_back", request.id, "", ids)


def _delegate(request: ApprovalRequest, response: ApprovalResponse, setting: Setting, ids: Ids) -> Iterator[Event]:
    """Somebody else decides in the approver's place, as far as the rule knows them, then and now."""
    rule = setting.policy.rule_for(request.call)
    to, because = whom(response.to, setting.people)
    allowed = to in request.terms.delegates and to in rule.delegates and to not in (*request.approvers, *request.askers)
    if not allowed or response.author.person not in request.approvers:
        may = [name for name in rule.delegates if name in request.terms.delegates and name not in request.approvers]
        yield _notice(response, "no_delegate", request.id, ", ".join(may) or "nobody", ids)
        return
    yield RequestRaised(
        id=ids.next(),
        at=response.at,
        request_id=request.id,
        why="delegated",
        to=(to,),
        by=response.author,
        note="\n".join(said for said in (because, response.reason) if said),
    )
    yield _notice(response, "delegated", request.id, to, ids)


# --- held


def _hold(
    request: ApprovalRequest, response: ApprovalResponse, approval: Approval, until: datetime, ids: Ids
) -> Iterator[Event]:
    """An approval in place of one that is held, too, waits for as long again."""
    until -= timedelta(microseconds=until.microsecond % 1000)  # What is stored, and fires, is in milliseconds.
    held = ApprovalHeld(id=ids.next(), at=response.at, request_id=request.id, until=until, **approval._asdict())
    yield held
    yield _notice(response, "held", request.id, moment_of(held), ids)


def _open_again(
    request: ApprovalRequest, told: Notice, by: Author, at: datetime, setting: Setting, ids: Ids
) -> Iterator[Event]:
    """The request, no longer held, may be answered again, unless its time has run out meanwhile."""
    yield ApprovalHeld(id=ids.next(), at=at, request_id=request.id, by=by, until=None)
    yield told
    if at >= request.expires_at:
        yield from lapse(request, at, setting, ids)


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
