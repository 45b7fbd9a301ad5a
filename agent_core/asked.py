"""Asked: what is open between the agent and people, as tuples of events from which those of one request are taken."""

from __future__ import annotations

from typing import TypeVar

from agent_core.events import (
    ApprovalHeld,
    FieldRequest,
    InputRequest,
    Request,
    RequestClosed,
    RequestRaised,
    Vote,
)

About = TypeVar("About", ApprovalHeld, FieldRequest, RequestClosed, RequestRaised, Vote)


def about(events: tuple[About, ...], request_id: str) -> About | None:
    """The event that speaks of a request."""
    return next((e for e in events if e.request_id == request_id), None)


def without(events: tuple[About, ...], request_id: str) -> tuple[About, ...]:
    """The events that speak of other requests."""
    return tuple(e for e in events if e.request_id != request_id)


def put_to(requests: tuple[Request, ...], request_id: str, to: str) -> tuple[Request, ...]:
    """The requests, one question among them being put to somebody there; approvals are put to persons."""
    return tuple(
        r.model_copy(update={"to": to}) if isinstance(r, InputRequest) and r.id == request_id else r for r in requests
    )
