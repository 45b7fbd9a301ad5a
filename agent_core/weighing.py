"""Weighing: how a request stands by its card and by today's policy, which both must be met before anything runs."""

from __future__ import annotations

from agent_core.approvals import not_theirs
from agent_core.events import ApprovalRequest, Vote
from agent_core.policy.drafting import approvers_of, terms_of
from agent_core.policy.quorum import Standing, standing
from agent_core.raised import raised
from agent_core.setting import Setting
from agent_core.thread import Thread


def weigh(thread: Thread, request: ApprovalRequest, setting: Setting, *more: Vote) -> Standing:
    """How a request stands with these votes as well: approved only if it is so by its terms and by today's.

    A vote that would not count today does not count.
    """
    votes = [v for v in (*thread.votes_on(request.id), *more) if _counts(v, request, setting)]
    shown = standing(request, votes, setting.people)
    if shown.state != "approved":
        return shown
    return standing(_today(thread, request, setting), votes, setting.people)


def _counts(vote: Vote, request: ApprovalRequest, setting: Setting) -> bool:
    return not not_theirs(vote.by, request, setting.policy, setting.people)


def _today(thread: Thread, request: ApprovalRequest, setting: Setting) -> ApprovalRequest:
    """The request as today's policy would have put it, with everybody who was asked since, as far as it names them."""
    rule = setting.policy.rule_for(request.call)
    calendar = setting.policy.calendar(rule)
    terms = terms_of(rule, request.askers, setting.people, calendar, request.terms.drawn)
    today = request.model_copy(update={"terms": terms, "approvers": approvers_of(terms)})
    for event in (one for one in thread.raises if one.request_id == request.id):
        known = tuple(name for name in event.to if name in rule.names)
        today = raised(today, event.model_copy(update={"to": known})) if known else today
    return today
