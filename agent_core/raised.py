"""Raised: a request that others are asked about as well, or instead, or that waits longer than it was to."""

from __future__ import annotations

from agent_core.events import ApprovalRequest, RequestKept, RequestRaised
from agent_core.terms import Seats, Terms

# Why somebody is asked in another's place, and not besides.
_INSTEAD = ("delegated", "stands_in")


def raised(request: ApprovalRequest, event: RequestRaised | RequestKept) -> ApprovalRequest:
    """The request after that event, which may speak of another one."""
    if event.request_id != request.id:
        return request
    if isinstance(event, RequestKept):
        # Once: when that time is over as well, it is the end.
        over = request.terms.model_copy(update={"on_timeout": "deny"})
        return request.model_copy(update={"expires_at": event.until, "terms": over})
    return request.model_copy(update={"approvers": _approvers(request, event), "terms": joined(request, event)})


def joined(request: ApprovalRequest, event: RequestRaised) -> Terms:
    """The terms with these persons on its first panel or, in somebody's place, on that one's.

    Of a decision handed on they have the veto, too; for somebody away they only sit, as when a request is drawn up.
    """
    terms = request.terms
    if not (terms.seats and _changes(event)):
        return terms
    first, *others = terms.seats
    if event.why in _INSTEAD:
        seats = tuple(seat.model_copy(update={"of": _asked(seat.of, event)}) for seat in terms.seats)
        passed_on = terms.veto is not None and event.why == "delegated"
        veto = _asked(terms.veto or (), event) if passed_on else terms.veto
        return terms.model_copy(update={"seats": seats, "veto": veto})
    seats = (Seats(of=_asked(first.of, event), need=first.need), *others)
    return terms.model_copy(update={"seats": seats})


def _changes(event: RequestRaised) -> bool:
    return event.why in ("time", "undelivered", "too_few", *_INSTEAD)


def _approvers(request: ApprovalRequest, event: RequestRaised) -> tuple[str, ...]:
    """Everybody who may decide: who is away and has a veto keeps that."""
    kept = (event.absent,) if event.absent and event.absent in (request.terms.veto or ()) else ()
    return tuple(dict.fromkeys((*_asked(request.approvers, event), *kept)))


def _asked(names: tuple[str, ...], event: RequestRaised) -> tuple[str, ...]:
    if not _changes(event):
        return names
    if event.why in _INSTEAD:
        giver = event.absent or (event.by.person if event.by else None)
        return tuple(dict.fromkeys(new for name in names for new in (event.to if name == giver else (name,))))
    return tuple(dict.fromkeys((*names, *event.to)))
