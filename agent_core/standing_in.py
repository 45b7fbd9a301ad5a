"""Standing in: the delegates of those who are away are asked about what is open already, where the rules allow it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from agent_core.events import ApprovalRequest, Event, RequestRaised
from agent_core.policy.drafting import sitting_for
from agent_core.setting import Ids, Setting
from agent_core.thread import Thread


def stand_in(thread: Thread, request: ApprovalRequest, at: datetime, setting: Setting, ids: Ids) -> Iterator[Event]:
    """Each of those who are away, and have not said anything yet, has their delegate in their place, once.

    It is in their place and not besides, so that the two of them are never two voices.
    """
    said = {vote.by.person for vote in thread.votes_on(request.id)}
    named = [name for name in _seated(request) if name not in said]
    sitting = sitting_for(named, _free(request, setting), setting.people, at)
    for absent, delegate in sitting.items():
        if delegate != absent:
            yield RequestRaised(
                id=ids.next(), at=at, request_id=request.id, why="stands_in", to=(delegate,), absent=absent
            )


def _seated(request: ApprovalRequest) -> tuple[str, ...]:
    """Everybody the seats name; where there are none, every approver has one."""
    seats = [name for seat in request.terms.seats for name in seat.of]
    return tuple(dict.fromkeys(seats or request.approvers))


def _free(request: ApprovalRequest, setting: Setting) -> list[str]:
    """The delegates that the card and today's rule both name, who do not decide about it already, nor ask for it."""
    rule, taken = setting.policy.rule_for(request.call), (*request.approvers, *request.askers)
    deciding = set(setting.people.each(taken))
    return [name for name in rule.delegates if name in request.terms.delegates and name not in deciding]
