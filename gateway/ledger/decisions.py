"""Decisions: a case as it is exported. Who was asked, what they said and how it was proven; nothing said besides."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import BaseModel, JsonValue

from agent_core.deliveries import Delivery
from agent_core.events import (
    Allowed,
    ApprovalHeld,
    ApprovalRequest,
    ApprovalResponse,
    InputRequest,
    InputResponse,
    RequestKept,
    RequestRaised,
    ToolResult,
    Vote,
)
from agent_core.values import Author, Fact
from gateway.consequences import effect_id
from gateway.ledger.cases import Case
from gateway.ledger.trail import Step


def decision_of(case: Case, steps: Sequence[Step]) -> dict[str, JsonValue]:
    """The case with everything that led to its end. `steps` are what the chain says of its thread."""
    return {
        "tenant": case.tenant,
        "thread": case.thread_id,
        "id": case.id,
        "at": case.opening.at.isoformat(),
        "call": _json(case.opening.call),
        "digest": case.opening.digest,
        "policy": case.opening.policy,
        **(_allowed(case.opening) if isinstance(case.opening, Allowed) else _asked(case.opening)),
        "told": [_told(event) for event in case.all(Delivery)],
        "raised": [_fact(event) for event in (*case.all(RequestRaised), *case.all(RequestKept))],
        "said": [_said(event) for event in (*case.all(ApprovalResponse), *case.all(InputResponse))],
        "asked_back": [_fact(event) for event in case.all(InputRequest)],
        "votes": [_fact(event) for event in case.all(Vote)],
        "held": [_fact(event) for event in case.all(ApprovalHeld)],
        "closed": _fact(case.closed) if case.closed else None,
        "run": _run(case, steps),
        "log": [case.seq, *(one.seq for one in case.events)],
        "chain": _position(case, steps),
    }


def _allowed(opening: Allowed) -> dict[str, JsonValue]:
    return {"kind": "allowed", "rule": opening.rule, "grant": opening.grant, "by": opening.by}


def _asked(opening: ApprovalRequest) -> dict[str, JsonValue]:
    return {
        "kind": "asked",
        "rule": opening.terms.rule,
        "terms": _json(opening.terms),
        "requester": _who(opening.requester),
        "askers": list(opening.askers),
        "approvers": list(opening.approvers),
        "needs": opening.needs,
        "wordless": list(opening.wordless),
        "risk": opening.risk,
        "expires_at": opening.expires_at.isoformat(),
        "reason": opening.reason,
        "consequences": opening.consequences,
        "state": opening.state,
    }


def _told(event: Delivery) -> JsonValue:
    return {
        "to": event.to,
        "at": event.at.isoformat(),
        "outcome": event.outcome,
        "effect": event.effect_id,
        "far_end": event.provider_id,
    }


def _said(event: ApprovalResponse | InputResponse) -> JsonValue:
    """What somebody answered. Of a form that asked the requester back, what was filled in is part of the decision."""
    said = _fact(event)
    return {**said, "author": _who(event.author)}


def _run(case: Case, steps: Sequence[Step]) -> JsonValue:
    """The run: which call, when the gate let it start, and how it ended; not what the tool said, but its hash."""
    call, result = case.call, case.result
    if call is None:
        return None
    effect = effect_id(case.thread_id, call.id)
    return {
        **_fact(call),
        "effect": effect,
        "starts": [step.at for step in steps if step.starts and step.id == effect],
        "result": _result(result) if result else None,
    }


def _result(result: ToolResult) -> JsonValue:
    told = hashlib.sha256(result.content.encode()).hexdigest()
    return {"id": result.id, "at": result.at.isoformat(), "outcome": result.outcome, "content_sha256": told}


def _position(case: Case, steps: Sequence[Step]) -> JsonValue:
    """Which entry of the audit chain wrote the request: what was done, and how long the log was then."""
    wrote = next((step for step in steps if step.writes and step.seq >= case.seq), None)
    return {"entry": f"{wrote.what} {wrote.id}", "seq": wrote.seq, "at": wrote.at} if wrote else None


def _fact(event: Fact) -> dict[str, JsonValue]:
    return {**_json(event, exclude={"schema_version", "at"}), "at": event.at.isoformat()}


def _who(author: Author) -> dict[str, JsonValue]:
    return _json(author)


def _json(value: BaseModel, exclude: set[str] | None = None) -> dict[str, JsonValue]:
    made: dict[str, JsonValue] = value.model_dump(mode="json", exclude=exclude)
    return made
