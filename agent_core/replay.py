"""Replay: a stored log is decided again, turn by turn, with the thoughts it recorded, and compared with itself.

A turn writes without a break, so the log falls into turns where something came in from outside. Nothing is stored for
this but the log: the model's answers are its `ModelCall` events, and the time a turn was given shows in the terms of
the request it put, in the expiry of what it asked, or in the moment until which the approval it heard may be taken
back. It is believed as far as it can be true: not before the last event the turn had read, not after the turn was
written. A log cut off at its end is still a log, and replays.

What the log does not have must be given as it was then: the agent and its policy, the people known, with who was away
or had left, the grants in force, and the channels. Given those of today, a difference may only say that they changed.
Where a turn shows no time of its own, it is taken to have been run as it was written; a grant that began or ended in
the moments between may be a difference, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from agent_core.agent import Thought, scripted
from agent_core.events import (
    ApprovalHeld,
    ApprovalRequest,
    ApprovalResponse,
    Event,
    Inbound,
    InputRequest,
    InputResponse,
    ModelCall,
)
from agent_core.fold import append
from agent_core.linking import CONFIRM_WITHIN
from agent_core.policy.rules import Policy
from agent_core.setting import Setting
from agent_core.thread import Thread
from agent_core.turn import INPUT_EXPIRES_IN, run_turn
from agent_core.values import EPOCH

SettingAt = Callable[[datetime], Setting]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a log and its replay part: the event's place, from 1, and what each has there."""

    seq: int
    recorded: Event | None
    replayed: Event | None


async def replay(thread: Thread, log: Sequence[Event], setting_at: SettingAt) -> Difference | None:
    """The first difference, or None. `thread` is empty.

    `setting_at` gives what was in force at a time: agent, policy, people, grants and channels as they were then.
    """
    for turn in _turns(log):
        thread = append(thread, *log[thread.seq : turn.start])
        recorded = tuple(log[turn.start : turn.stop])
        now = _time_of(thread, recorded, setting_at(recorded[0].at).policy)
        model = scripted(*(_thought(event) for event in recorded if isinstance(event, ModelCall)))
        replayed = await run_turn(thread, setting_at(now), model)
        if difference := _compare(recorded, replayed, turn.start):
            return difference
    return None


def _turns(log: Sequence[Event]) -> Iterator[range]:
    """The places of each run of events that the agent wrote."""
    start = 0
    for place, event in enumerate(log):
        if _came_in(event):
            if start < place:
                yield range(start, place)
            start = place + 1
    if start < len(log):
        yield range(start, len(log))


def _came_in(event: Event) -> bool:
    """Whether an event is from outside. An answer read from words (`cause`) was written by the turn that read it."""
    return isinstance(event, Inbound) and not (isinstance(event, ApprovalResponse | InputResponse) and event.cause)


def _time_of(thread: Thread, recorded: Sequence[Event], policy: Policy) -> datetime:
    """The time the turn was given: as its request shows it, within what is possible; else, when it was written."""
    earliest = thread.recent[-1].at if thread.recent else recorded[0].at
    shown = next((time for event in recorded if (time := _shown_by(event, thread, policy))), recorded[0].at)
    return min(max(shown, earliest), recorded[0].at)


def _shown_by(event: Event, thread: Thread, policy: Policy) -> datetime | None:
    match event:
        case ApprovalRequest():
            drawn = event.terms.drawn
            return drawn if drawn > EPOCH else event.expires_at - policy.rule_for(event.call).expires_in
        case InputRequest(about="", links=links):
            return event.expires_at - (CONFIRM_WITHIN if links else INPUT_EXPIRES_IN)
        case ApprovalHeld(until=datetime() as until):
            request = thread.open_request(event.request_id)
            if isinstance(request, ApprovalRequest):
                return until - policy.rule_for(request.call).undo_within
    return None


def _thought(call: ModelCall) -> Thought:
    return Thought(
        outcome=call.outcome,
        step=call.step,
        detail=call.detail,
        model=call.model,
        input_tokens=call.input_tokens,
        output_tokens=call.output_tokens,
    )


def _compare(recorded: Sequence[Event], replayed: Sequence[Event], start: int) -> Difference | None:
    for place, (old, new) in enumerate(zip_longest(recorded, replayed), start=start + 1):
        if old is None or new is None or old != new.model_copy(update={"at": old.at}):
            return Difference(place, old, new)
    return None
