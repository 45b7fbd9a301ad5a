"""Raised: a request that others are asked about as well, or instead, or that waits longer than it was to."""

from __future__ import annotations

from agent_core.events import ApprovalRequest, RequestKept, RequestRaised
from agent_core.terms import Seats, Terms


def raised(request: ApprovalRequest, event: RequestRaised | RequestKept) -> ApprovalRequest:
    """The request after that event, which may speak of another one."""
    if event.request_id != request.id:
        return request
    if isinstance(event, RequestKept):
        # Once: when that time is over as well, it is the end.
        over = request.terms.model_copy(update={"on_timeout": "deny"})
        return request.model_copy(update={"expires_at": event.until, "terms": over})
    return request.model_copy(update={"approvers": _asked(request.approvers, event), "terms": joined(request, event)})


def joined(request: ApprovalRequest, event: RequestRaised) -> Terms:
    """The terms with these persons on its first panel or, of a decision handed on, in their place, veto and all."""
    terms = request.terms
    if not (terms.seats and _changes(event)):
        return terms
    first, *others = terms.seats
    if event.why == "delegated":
        seats = tuple(seat.model_copy(update={"of": _asked(seat.of, event)}) for seat in terms.seats)
        veto = None if terms.veto is None else _asked(terms.veto, event)
        return terms.model_copy(update={"seats": seats, "veto": veto})
    seats = (Seats(of=_asked(first.of, event), need=first.need), *others)
    return terms.model_copy(update={"seats": seats})


def _changes(event: RequestRaised) -> bool:
    return event.why in ("time", "undelivered", "delegated")


def _asked(names: tuple[str, ...], event: RequestRaised) -> tuple[str, ...]:
    if not _changes(event):
        return names
    if event.why == "delegated":
        giver = event.by.person if event.by else None
        return tuple(dict.fromkeys(new for name in names for new in (event.to if name == giver else (name,))))
    return tuple(dict.fromkeys((*names, *event.to)))
