"""Stranded: a request that too few are left to decide. Nothing decides it instead, and nobody goes without a word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from agent_core.events import ApprovalRequest, Escalation, Event, Notice
from agent_core.people import People
from agent_core.setting import Ids, Setting
from agent_core.thread import Thread


def strand(thread: Thread, request: ApprovalRequest, at: datetime, setting: Setting, ids: Ids) -> Iterator[Event]:
    """Who asked for it, and those who help when the agent is at a loss, hear of it, once. It stays open."""
    if request.id in thread.stranded:
        return
    helpers = tuple(name for name in setting.policy.escalate_to if _is_with_us(name, setting.people))
    told, detail = request.requester.identity, ", ".join(helpers) or "nobody"
    yield Notice(id=ids.next(), at=at, to=told, kind="too_few", about=request.id, detail=detail)
    if helpers:
        until = f"{request.expires_at:%Y-%m-%d %H:%M} UTC"
        reason = f"too few are left who may decide about {request.call.tool}; the request stays open until {until}"
        yield Escalation(id=ids.next(), at=at, to=helpers, reason=reason, about=request.id)


def answering(setting: Setting) -> Setting:
    """The same, with whoever has no identity any more as if they had left: nothing can come from them."""
    known = tuple(one if one.identities else one.model_copy(update={"left": True}) for one in setting.people.people)
    return replace(setting, people=People.model_construct(people=known, groups=setting.people.groups))


def _is_with_us(name: str, people: People) -> bool:
    person = people.person(name)
    return person is not None and bool(person.identities) and not person.left
