"""Comparing: what of the past would be otherwise under another policy. A pure function of the logs, call by call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agent_core.approvals import Gate, gate, needs_of, wordless
from agent_core.events import Allowed, ApprovalRequest, RequestClosed, RequestRaised, Vote
from agent_core.people import People
from agent_core.policy.drafting import approvers_of, expires_at, terms_of
from agent_core.policy.quorum import in_words, seats_of, standing
from agent_core.policy.rules import Policy, Rule
from agent_core.raised import raised
from agent_core.tools import Tool
from agent_core.values import EPOCH, Author
from gateway.ledger.past import Past

_NOBODY = Author(identity="nobody")


@dataclass(frozen=True, slots=True)
class Other:
    """A policy to compare with, the people it speaks of, and the tools by name."""

    policy: Policy
    people: People
    tools: Mapping[str, Tool]


@dataclass(frozen=True, slots=True)
class Compared:
    """A call under the other policy: the place of its rule, from 0 (None: there is none), and what would differ."""

    past: Past
    rule: int | None
    differences: tuple[str, ...]


def compared(pasts: Iterable[Past], other: Other) -> tuple[Compared, ...]:
    """Each call of the past whose tool there still is, under the other policy."""
    return tuple(
        Compared(past, _place(past, other.policy), tuple(_differences(past, other)))
        for past in pasts
        if past.call.tool in other.tools
    )


def summary(calls: Sequence[Compared], policy: Policy) -> Iterator[str]:
    """By rule, how many calls it would speak of and how many of them differ; and which rules would never be used."""
    for place, rule in enumerate(policy.rules):
        mine = [one for one in calls if one.rule == place]
        if mine:
            yield f"{_named(place, rule)}: {len(mine)} calls, {sum(bool(one.differences) for one in mine)} differ"
        else:
            yield f"{_named(place, rule)}: never used"
    if rest := [one for one in calls if one.rule is None]:
        yield f"no rule: {len(rest)} calls, {sum(bool(one.differences) for one in rest)} differ"


def _named(place: int, rule: Rule) -> str:
    return f"rule {place + 1} ({rule.called})"


def _place(past: Past, policy: Policy) -> int | None:
    return next((n for n, rule in enumerate(policy.rules) if rule.speaks_of(past.call)), None)


def _differences(past: Past, other: Other) -> Iterator[str]:
    now, why, today = _today(past, other)
    opening = past.case.opening if past.case else None
    match (past.was, now):
        case ("asked", "ask") if isinstance(opening, ApprovalRequest):
            yield from _on_the_card(opening, today)
            yield from _in_the_end(past, today, other.people)
        case ("asked", "allow" | "run"):
            yield "would run without anybody, and was asked about"
        case ("allowed" | "ran", "ask"):
            yield from _asked_now(past, today, other)
        case (_, "forbid") if past.was != "forbidden":
            yield f"would be forbidden: {why}"
        case ("forbidden", "ask"):
            yield f"would be put to {_names(today.approvers)}, and was forbidden"
        case ("forbidden", "allow" | "run"):
            yield "would run without anybody, and was forbidden"


def _today(past: Past, other: Other) -> tuple[Gate, str, ApprovalRequest]:
    """What the other policy says, why if it forbids, and the card it would make."""
    policy, people, tool = other.policy, other.people, other.tools[past.call.tool]
    rule = policy.rule_for(past.call)
    calendar = policy.calendar(rule)
    askers = tuple(dict.fromkeys(asker.person for asker in past.askers if asker.person))
    terms = terms_of(rule, askers, people, calendar, past.drawn)
    verdict = gate(tool, past.call, past.askers, policy, terms, people)
    card = ApprovalRequest(
        id=past.event_id,
        call=past.call,
        risk=tool.risk,
        digest="",
        requester=past.askers[-1] if past.askers else _NOBODY,
        askers=askers,
        approvers=approvers_of(terms),
        policy=policy.version_for(past.call),
        expires_at=expires_at(rule, calendar, past.drawn),
        needs=needs_of(tool.risk, policy, rule),
        wordless=wordless(tool.risk, policy),
        terms=terms,
    )
    return verdict.gate, verdict.why, _asked_since(card, past, rule)


def _asked_since(card: ApprovalRequest, past: Past, rule: Rule) -> ApprovalRequest:
    """The card with everybody who was asked later, as far as the rule has them."""
    for event in past.case.all(RequestRaised) if past.case else ():
        known = tuple(name for name in event.to if name in rule.names)
        card = raised(card, event.model_copy(update={"to": known})) if known else card
    return card


def _asked_now(past: Past, today: ApprovalRequest, other: Other) -> Iterator[str]:
    opening = past.case.opening if past.case else None
    rule = other.policy.rule_for(past.call)
    if isinstance(opening, Allowed) and opening.grant and rule.grants_up_to and opening.by in today.approvers:
        return  # The grant may stand; the ledger does not have it.
    yield f"would be put to {_names(today.approvers)}, and ran without anybody"


# --- the card


def _on_the_card(then: ApprovalRequest, now: ApprovalRequest) -> Iterator[str]:
    before, after = set(then.approvers), set(now.approvers)
    if more := sorted(after - before):
        yield f"would be put to {_names(more)} as well"
    if fewer := sorted(before - after):
        yield f"would not be put to {_names(fewer)}"
    if (old := _needed(then)) != (new := _needed(now)):
        yield f"would need the yes of {new} and not of {old}"
    for name, a, b in (
        ("time to decide", _span(then, now), _span(now, now)),
        ("proof", then.needs, now.needs),
        ("channels where words do not decide", _names(then.wordless), _names(now.wordless)),
        ("end when nobody decides", then.terms.on_timeout, now.terms.on_timeout),
        ("veto", _veto(then), _veto(now)),
    ):
        if a != b:
            yield f"would have another {name}: {b} and not {a}"


def _span(request: ApprovalRequest, now: ApprovalRequest) -> str:
    """How long it was open, to the minute: of an old card it is not known to the second when it was drawn up."""
    drawn = request.terms.drawn if request.terms.drawn > EPOCH else now.terms.drawn
    return str(timedelta(minutes=round((request.expires_at - drawn).total_seconds() / 60)))


def _needed(request: ApprovalRequest) -> int:
    return sum(panel.need for panel in seats_of(request))


def _veto(request: ApprovalRequest) -> str:
    return "anybody's" if request.terms.veto is None else _names(request.terms.veto)


# --- its end


def _in_the_end(past: Past, today: ApprovalRequest, people: People) -> Iterator[str]:
    closed = past.case.closed if past.case else None
    if past.case is None or closed is None:
        return
    stands = standing(today, [vote for vote in past.case.votes() if _counts(vote, today, people)], people)
    match closed:
        case RequestClosed(outcome="approved", by=by) if by is not None and stands.state != "approved":
            missing = f", with {in_words(stands.missing)} missing" if stands.missing else ""
            yield f"would not have been approved by those who did{missing}"
        case RequestClosed(outcome="denied") if stands.state != "denied":
            yield "would not have been denied by those who did"
        case RequestClosed(outcome="expired") if today.terms.on_timeout == "approve":
            yield "would have run in the end, as nobody denied it"
    if closed.outcome in ("approved", "denied", "answered") and _late(closed, today):
        yield "would have expired before it was decided"


def _late(closed: RequestClosed, today: ApprovalRequest) -> bool:
    return closed.at >= today.expires_at and today.terms.on_timeout != "hold"


def _counts(vote: Vote, today: ApprovalRequest, people: People) -> bool:
    proven = vote.by.assurance == "verified" or vote.by.assurance == today.needs
    return proven and vote.by.person not in today.askers and people.among(vote.by, today.approvers)


def _names(names: Iterable[str]) -> str:
    return ", ".join(names) or "nobody"
