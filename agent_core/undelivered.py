"""Undelivered: which way a message goes instead that did not reach somebody, and who hears of it when there is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent_core.deliveries import Delivery, Redirect
from agent_core.events import ApprovalRequest, Event, FieldRequest, InputRequest, Notice, Outbound, TimerFired
from agent_core.people import People, Person
from agent_core.raising import climb
from agent_core.setting import Ids, Setting
from agent_core.thread import AGAIN, Thread

# How long to wait before the same way is tried once more: phones are switched on again.
AGAIN_AFTER = (timedelta(minutes=15), timedelta(minutes=60))


def put_off(thread: Thread, waiting: Delivery, ids: Ids) -> Iterator[Event]:
    """The requester hears, once for each request, that it waits until there is room for it."""
    request = thread.open_request(waiting.cause)
    told = any(isinstance(e, Notice) and (e.kind, e.about) == ("waits", waiting.cause) for e in thread.recent)
    if isinstance(request, ApprovalRequest) and not told:
        to = request.requester.identity
        yield Notice(id=ids.next(), to=to, kind="waits", about=request.id, detail=waiting.detail)


def reroute(thread: Thread, failed: Delivery, setting: Setting, ids: Ids) -> Iterator[Event]:
    """The way on of what did not arrive: to another identity, to the same one later, or a word to the requester."""
    event = _sent(thread, failed.cause)
    tried = [one for one in thread.redirects if one.cause == failed.cause]
    if _on_its_way(tried, failed.to) or _moot(thread, event):
        return
    if event and (to := _next(event, failed.to, tried, setting)):
        yield Redirect(id=ids.next(), cause=failed.cause, instead_of=failed.to, to=to)
        return
    before = sum(one.due is not None and one.to == failed.to for one in tried)
    if event and failed.again and before < len(AGAIN_AFTER):
        due = failed.at + AGAIN_AFTER[before]
        yield Redirect(id=ids.next(), cause=failed.cause, instead_of=failed.to, to=failed.to, due=due)
    else:
        yield from _told(thread, failed.cause, failed.to, setting.people, ids)
        if isinstance(event, ApprovalRequest) and _decides(thread, failed.to, event, setting.people):
            yield from climb(thread, event.id, failed.at, setting, ids)


def _decides(thread: Thread, identity: str, request: ApprovalRequest, people: People) -> bool:
    """Whether it was a card to decide by: in a person's hands, in a room, or nowhere, where there was nobody's."""
    owner = people.owner(identity)
    if owner is None:
        return identity not in thread.same_person(request.requester.identity)
    return owner.id in people.each(request.approvers)


def send_again(thread: Thread, fired: TimerFired, people: People, ids: Ids) -> Iterator[Event]:
    """What was put off goes out once more, if it is still of any use."""
    redirect_id = fired.name.removeprefix(AGAIN)
    put_off = next((one for one in thread.redirects if one.id == redirect_id and one.due), None)
    if put_off is None or _later(thread, put_off):
        return
    event = _sent(thread, put_off.cause)
    if event is None:
        yield from _told(thread, put_off.cause, put_off.to, people, ids)
    elif not _moot(thread, event):
        yield Redirect(id=ids.next(), cause=put_off.cause, instead_of=put_off.to, to=put_off.to)


def _sent(thread: Thread, event_id: str) -> Outbound | None:
    """The message, as far as the thread remembers it: what it has forgotten cannot be sent by another way."""
    known = (*thread.open, *reversed(thread.recent))
    return next((e for e in known if isinstance(e, Outbound) and e.id == event_id), None)


def _on_its_way(tried: list[Redirect], identity: str) -> bool:
    """Whether what did not reach this identity is elsewhere by now, or about to be sent there again.

    One message may be said to have failed more than once: by the far end, and because its owner opted out.
    """
    latest = next((one for one in reversed(tried) if one.instead_of == identity), None)
    return latest is not None and (latest.to != identity or latest.due is not None)


def _moot(thread: Thread, event: Outbound | None) -> bool:
    """Whether it need not arrive any more: the question was answered, as far as it goes."""
    match event:
        case ApprovalRequest():
            return thread.closed_request(event.id) is not None
        case InputRequest():
            return thread.open_request(event.id) is None or thread.field_asked(event.id) is not None
        case FieldRequest():
            return thread.field_asked(event.request_id) != event
    return False


def _later(thread: Thread, put_off: Redirect) -> bool:
    """Whether this was sent, or put off, once more since."""
    same = [one for one in thread.redirects if (one.cause, one.instead_of) == (put_off.cause, put_off.to)]
    return same[-1] != put_off


def _next(event: Outbound, failed: str, tried: list[Redirect], setting: Setting) -> str | None:
    """The next identity of the person behind one, on a channel that reaches them well enough for this event."""
    person = setting.people.owner(failed)
    used = {failed, *(identity for one in tried for identity in (one.instead_of, one.to))}
    left = [one for one in person.identities if one not in used] if person else []
    return next((one for one in left if person and _reaches(one, event, person, setting)), None)


def _reaches(identity: str, event: Outbound, person: Person, setting: Setting) -> bool:
    """Whether the event makes sense there: a card is of no use where nobody can prove enough to decide it."""
    proof = setting.reach.get(identity.partition(":")[0])
    if isinstance(event, ApprovalRequest) and person.id in event.approvers and event.needs == "verified":
        return proof == "verified"
    return proof is not None


def _told(thread: Thread, cause: str, identity: str, people: People, ids: Ids) -> Iterator[Event]:
    """The requester hears of it, once: one message may be said to have failed more than once."""
    told = [e for e in thread.recent if isinstance(e, Notice) and e.kind == "undelivered"]
    group = people.asked_in(identity)
    name = group.id if group else identity
    if any((notice.about, notice.detail) == (cause, name) for notice in told):
        return
    # Of this very word nobody is told that it did not arrive: that would not arrive either, and never end.
    if thread.requester and identity != thread.requester.identity and cause not in {notice.id for notice in told}:
        yield Notice(id=ids.next(), to=thread.requester.identity, kind="undelivered", about=cause, detail=name)
