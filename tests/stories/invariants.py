"""Invariants: what holds at the end of every story, whatever it was about and whoever died in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from agent_core.approvals import digest
from agent_core.deliveries import Delivery
from agent_core.events import Allowed, ApprovalRequest, Event, RequestClosed, TimerFired, ToolCall
from gateway.ports import ThreadStore
from tests.stories.agent import AGENT, Workshop


async def check(logs: dict[str, Sequence[Event]], workshop: Workshop, store: ThreadStore, tenant: str) -> None:
    """Raises AssertionError, saying what is not so."""
    for thread_id, log in logs.items():
        _written_once(log)
        _approved_and_bound(thread_id, log, tenant)
    _ran_as_logged([event for log in logs.values() for event in log if isinstance(event, ToolCall)], workshop)
    report = await store.audit()
    assert not report.broken, f"the audit chain is broken: {report.broken}"


def sent_once(logs: dict[str, Sequence[Event]], posted: Sequence[str]) -> None:
    """What stands where we can look is what the logs know of: nobody who died left a second copy behind."""
    known = {event.provider_id for log in logs.values() for event in log if isinstance(event, Delivery)}
    strays = [name for name in posted if name not in known]
    assert not strays, f"these messages are nobody's: {strays}, but {known} are known"


def _written_once(log: Sequence[Event]) -> None:
    """Whoever came too late wrote nothing. A timer may be set again, under the same name."""
    twice = [id for id, n in Counter(one.id for one in log if not isinstance(one, TimerFired)).items() if n > 1]
    assert not twice, f"this is in the log more than once: {twice}"


def _approved_and_bound(thread_id: str, log: Sequence[Event], tenant: str) -> None:
    """Every call runs by one approval of its own, and its bytes are those that the digest binds."""
    calls = [event for event in log if isinstance(event, ToolCall)]
    leave = {event.request_id for event in log if isinstance(event, RequestClosed) and event.outcome == "approved"}
    leave &= {event.id for event in log if isinstance(event, ApprovalRequest)}
    leave |= {event.id for event in log if isinstance(event, Allowed)}
    for call in calls:
        bound = digest(tenant=tenant, thread_id=thread_id, call=call.call, policy=call.policy, state=call.state)
        assert call.approval in leave, f"nobody approved {call.call}"
        assert call.digest == bound, f"the digest does not bind {call.call}"
    twice = [approval for approval, count in Counter(call.approval for call in calls).items() if count > 1]
    assert not twice, f"approvals that were used more than once: {twice}"
    closed = Counter(event.request_id for event in log if isinstance(event, RequestClosed))
    assert all(count == 1 for count in closed.values()), f"a request ended more than once: {closed}"


def _ran_as_logged(calls: Sequence[ToolCall], workshop: Workshop) -> None:
    """What ran was called, with these very arguments; and what must not run twice was started once."""
    called = Counter(_in_words(call) for call in calls)
    extra = Counter(workshop.ran) - called
    assert not extra, f"this ran and was not called: {extra}"
    for key, words in workshop.calls.items():
        tool = AGENT.tool(words.partition(" ")[0])
        assert tool
        assert tool.repeatable or workshop.starts[key] == 1, f"{words} was started {workshop.starts[key]} times"


def _in_words(call: ToolCall) -> str:
    return " ".join([call.call.tool, *(str(value) for value in json.loads(call.call.arguments).values())])
