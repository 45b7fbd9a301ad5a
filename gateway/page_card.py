"""The card on the decision page: everything somebody must see before they decide, from the stored bytes. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from adapters.conditions import named, rows_of
from adapters.layout import CONSEQUENCES
from adapters.text import mixed_scripts, one_line, visible
from agent_core.events import ApprovalRequest, Vote
from gateway.page_form import unchangeable


def card(request: ApprovalRequest, votes: Sequence[Vote]) -> dict[str, object]:
    """What the template `decide.html` is filled with, beside its form."""
    arguments = json.loads(request.call.arguments)
    requester = request.requester
    return {
        "tool": one_line(request.call.tool),
        "version": one_line(request.call.version),
        "arguments": [(one_line(n), visible(json.dumps(v, ensure_ascii=False))) for n, v in arguments.items()],
        "exact": visible(request.call.arguments),
        "odd": one_line(", ".join(mixed_scripts(request.call.arguments))),
        "risk": request.risk,
        "requester": f"{requester.person or ''} ({one_line(requester.identity)}, {requester.assurance})",
        "terms": tuple(rows_of(request)),
        "expires": f"{request.expires_at:%Y-%m-%d %H:%M} UTC",
        "policy": request.policy,
        "denied_before": one_line(request.denied_before),
        "consequences": visible(request.consequences),
        "consequences_of": CONSEQUENCES,
        "reason": visible(request.reason),
        "digest": request.digest,
        "votes": [_vote(vote) for vote in votes],
        "missing": one_line(votes[-1].missing) if votes else "",
        "delegates": request.terms.delegates,
        "fixed": unchangeable(request),
    }


def _vote(vote: Vote) -> tuple[str, str]:
    """Who said what, and their words."""
    return f"{named(vote.by)} {'approved' if vote.decision == 'approve' else 'said no'}", visible(vote.reason)
