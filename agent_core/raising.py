"""Raising: what is done about a request that nobody decides yet. Reminders, and the ladder; each happens once.

A request is looked at whenever a step of its plan is due, and whenever those who may decide it change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from agent_core.events import ApprovalRequest, Event, Notice, PeopleChanged, RequestRaised, TimerFired
from agent_core.fold import append
from agent_core.policy.quiet import awake_at
from agent_core.setting import Ids, Setting
from agent_core.standing_in import stand_in
from agent_core.stranded import answering, strand
from agent_core.thread import PLAN, Thread
from agent_core.weighing import weigh

Why = Literal["time", "undelivered", "too_few"]


def plan_timer(request_id: str, step: int) -> str:
    """What the timer of a step of the plan is named."""
    return f"{PLAN}{request_id}:{step}"


def on_plan(thread: Thread, fired: TimerFired, setting: Setting, ids: Ids) -> Iterator[Event]:
    """A step of the plan is due."""
    request_id, _, step = fired.name.removeprefix(PLAN).rpartition(":")
    seen = [*look_again(thread, request_id, fired.at, setting, ids)]
    yield from seen
    thread = append(thread, *seen)
    if request := _waiting(thread, request_id):
        yield from _take(thread, request, int(step), "time", fired.at, setting, ids)


def review(thread: Thread, changed: PeopleChanged, setting: Setting, ids: Ids) -> Iterator[Event]:
    """Who may decide has changed: everything that waits is looked at again."""
    for request in thread.open:
        yield from look_again(thread, request.id, changed.at, setting, ids)


def look_again(thread: Thread, request_id: str, at: datetime, setting: Setting, ids: Ids) -> Iterator[Event]:
    """Delegates of those who are away are asked; where too few are left all the same, others, or that is told."""
    request, setting = _waiting(thread, request_id), answering(setting)
    if request is None or at >= request.expires_at:
        return
    asked = [*stand_in(thread, request, at, setting, ids)]
    yield from asked
    thread = append(thread, *asked)
    while (request := _waiting(thread, request_id)) and (stands := weigh(thread, request, setting)).short:
        helps = stands.state == "open"
        more = [*climb(thread, request_id, at, setting, ids, "too_few")] if helps else []
        yield from more or strand(thread, request, at, setting, ids)
        if not more:
            return
        thread = append(thread, *more)


def climb(
    thread: Thread, request_id: str, at: datetime, setting: Setting, ids: Ids, why: Why = "undelivered"
) -> Iterator[Event]:
    """The next step of the ladder at once, as those who were asked cannot be reached; nothing if there is none.

    A step that would ask nobody is none.
    """
    request = _waiting(thread, request_id)
    if request is None:
        return
    taken = {one.step for one in thread.raises if one.request_id == request_id}
    steps = (n for n in range(len(request.terms.plan)) if n not in taken and _asked_by(request, n, setting))
    if (step := next(steps, None)) is not None:
        yield from _take(thread, request, step, why, at, setting, ids)


def _waiting(thread: Thread, request_id: str) -> ApprovalRequest | None:
    """The request, if people may still decide it, and nothing that was decided is about to take effect."""
    request = thread.open_request(request_id)
    still = not thread.stopped and not thread.held_approval(request_id)
    return request if isinstance(request, ApprovalRequest) and still else None


def _take(
    thread: Thread, request: ApprovalRequest, step: int, why: Why, at: datetime, setting: Setting, ids: Ids
) -> Iterator[Event]:
    """One step of the plan, unless it was taken."""
    if any(one.request_id == request.id and one.step == step for one in thread.raises):
        return
    if request.terms.plan[step].to:
        yield from _ask_more(request, step, why, at, setting, ids)
    else:
        yield from _remind(thread, request, step, at, setting, ids)


def _asked_by(request: ApprovalRequest, step: int, setting: Setting) -> tuple[str, ...]:
    """Whom a rung asks: whoever is with us and in today's rule; none of those it is for."""
    known, planned = setting.policy.rule_for(request.call).names, request.terms.plan[step].to
    may = (name for name in planned if name in known and name not in request.askers)
    return tuple(name for name in may if not ((person := setting.people.person(name)) and person.left))


def _ask_more(
    request: ApprovalRequest, step: int, why: Why, at: datetime, setting: Setting, ids: Ids
) -> Iterator[Event]:
    planned, to = request.terms.plan[step], _asked_by(request, step, setting)
    if not to:
        return
    yield RequestRaised(id=ids.next(), at=at, request_id=request.id, why=why, to=to, via=planned.via, step=step)
    told, names = request.requester.identity, ", ".join(to)
    yield Notice(id=ids.next(), to=told, kind="moved", about=request.id, detail=names)


def _remind(
    thread: Thread, request: ApprovalRequest, step: int, at: datetime, setting: Setting, ids: Ids
) -> Iterator[Event]:
    """Whoever can still decide and is awake is reminded; if all of them sleep, it waits for the first to wake.

    Of several that would wait for one morning the last one does.
    """
    able = weigh(thread, request, setting).able
    mornings = {name: _awake_at(name, at, setting) for name in able}
    awake = tuple(name for name in able if mornings[name] <= at)
    due = None if awake else min(mornings.values(), default=None)
    if able and not (due and _reminds_again(request, step, due)):
        yield RequestRaised(
            id=ids.next(), at=at, request_id=request.id, why="reminder", to=awake or able, step=step, due=due
        )


def _reminds_again(request: ApprovalRequest, step: int, until: datetime) -> bool:
    since = request.terms.plan[step].due
    return any(not other.to and since < other.due <= until for other in request.terms.plan)


def _awake_at(name: str, at: datetime, setting: Setting) -> datetime:
    person = setting.people.person(name)
    return awake_at(person, at) if person else at
