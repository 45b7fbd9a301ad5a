"""Conditions: what a request asks for before it may run, and where its decisions stand, in words for its card. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.text import one_line
from agent_core.events import ApprovalRequest, RequestRaised, Vote
from agent_core.values import Author

_AT_THE_END = {
    "deny": "",
    "hold": "it stays open and waits for an answer",
    "escalate": "it is not done, and somebody is called to help",
    "approve": "IT RUNS, unless somebody said no before",
}
_WHY_AGAIN = {
    "reminder": "A reminder: this still waits for a decision.",
    "time": "You are asked as well, as nobody has decided this yet.",
    "undelivered": "You are asked as well, as others could not be reached.",
    "too_few": "You are asked as well, as too few of those asked before are left.",
}


def rows_of(request: ApprovalRequest) -> Iterator[tuple[str, str]]:
    """Who has to agree, and whatever is not as usual: whose no ends it, and what happens when nobody decides."""
    terms = request.terms
    usual = len(terms.seats) < 2 and all(panel.need == 1 for panel in terms.seats)
    needed = "; and ".join(f"{panel.need} of {', '.join(panel.of) or 'nobody'}" for panel in terms.seats)
    yield ("Approvers", ", ".join(request.approvers)) if usual else ("Needed", needed)
    if terms.veto is not None:
        yield "Whose no ends it", ", ".join(terms.veto) or "nobody's alone"
    elif not usual:
        yield "Whose no ends it", "anybody's of them"
    if terms.delegates:
        yield "May be handed to", ", ".join(terms.delegates)
    if said := _AT_THE_END[terms.on_timeout]:
        yield "If nobody decides", said


def unusual(request: ApprovalRequest) -> tuple[tuple[str, str], ...]:
    """The rows that an ordinary request, which any one of its approvers decides, does not have."""
    return tuple(row for row in rows_of(request) if row[0] != "Approvers")


def progress(vote: Vote) -> str:
    """`bo approved; still needed: 1 of cy, di.`"""
    did = "approved" if vote.decision == "approve" else "said no"
    return f"{named(vote.by)} {did}; still needed: {one_line(vote.missing)}."


def why_asked(raised: RequestRaised) -> str:
    """Why a card comes again, or to somebody new. Words of a person's that belong to it are in `raised.note`."""
    who = named(raised.by) if raised.by else "Somebody"
    match raised.why:
        case "delegated":
            return f"{who} asks you to decide this in their place."
        case "stands_in":
            return f"You are asked to decide this in the place of {one_line(raised.absent)}, who is away."
        case "answered":
            return f"{who} was asked about this, and answers:"
    return _WHY_AGAIN[raised.why]


def named(author: Author) -> str:
    """Whom people would say it was: the person known, or the identity."""
    return author.person or one_line(author.identity)
