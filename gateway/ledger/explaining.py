"""Explaining: what a policy would do with a call now, in words: which rule, why, who decides, until when."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from agent_core.approvals import gate, needs_of, wordless
from agent_core.people import People
from agent_core.policy.drafting import approvers_of, expires_at, terms_of
from agent_core.policy.quorum import in_words
from agent_core.policy.rules import Condition, Policy, Rule
from agent_core.terms import Terms
from agent_core.tools import Tool
from agent_core.values import Author, Call


def explained(call: Call, tool: Tool, asker: Author, policy: Policy, people: People, now: datetime) -> Iterator[str]:
    """Lines `what: how it is`, the decisive ones first."""
    rule = policy.rule_for(call)
    calendar = policy.calendar(rule)
    terms = terms_of(rule, [asker.person] if asker.person else [], people, calendar, now)
    verdict = gate(tool, call, [asker], policy, terms, people)
    yield f"call: {call.tool} {call.arguments}"
    yield f"rule: {_which(rule, policy)}"
    yield from (f"because: {line}" for line in _why(rule, call))
    yield f"then: {_THEN[verdict.gate]}{f', because {verdict.why}' if verdict.why else ''}"
    if verdict.gate == "ask":
        yield from _card(rule, terms, tool, policy)
        yield f"expires: {expires_at(rule, calendar, now):%Y-%m-%d %H:%M} UTC, then: {terms.on_timeout}"
    yield f"version: {policy.version_for(call)}"


_THEN: Mapping[str, str] = {
    "run": "it runs, as the tool needs no leave and no rule speaks of it",
    "allow": "it runs without anybody, on record",
    "ask": "people are asked",
    "forbid": "it may not run",
}


def _which(rule: Rule, policy: Policy) -> str:
    places = [place for place, one in enumerate(policy.rules, start=1) if one is rule]
    return f"{places[0]} ({rule.called})" if places else "none"


def _why(rule: Rule, call: Call) -> Iterator[str]:
    """Each condition, with what the argument is. Those of other rules that came first did not hold."""
    arguments = json.loads(call.arguments)
    for path, condition in rule.when.items():
        value = arguments
        for name in (path,) if path in arguments else path.split("."):
            value = value[name]
        yield f"{path} is {json.dumps(value, ensure_ascii=True)}, which is {_condition(condition)}"


def _condition(condition: Condition) -> str:
    said = condition.model_dump(mode="json", exclude_defaults=True)
    return ", ".join(f"{name} {json.dumps(value, ensure_ascii=True)}" for name, value in said.items())


def _card(rule: Rule, terms: Terms, tool: Tool, policy: Policy) -> Iterator[str]:
    """What the card says, and where it goes."""
    yield f"needed: {in_words(terms.seats)}"
    via = f", by {', '.join(rule.via)}" if rule.via else ""
    yield f"asked: {', '.join(approvers_of(terms))}{via}"
    yield f"veto: {'anybody of them' if terms.veto is None else ', '.join(terms.veto) or 'nobody'}"
    if terms.delegates:
        yield f"may be handed to: {', '.join(terms.delegates)}"
    needs = needs_of(tool.risk, policy, rule)
    weak = "a text message is enough" if needs == "restricted" else "a text message is not enough"
    yield f"risk: {tool.risk}, for which {weak}"
    if channels := wordless(tool.risk, policy):
        yield f"not by words on: {', '.join(channels)}"
    for step in terms.plan:
        done = f"{', '.join(step.to)} asked as well" if step.to else "a reminder"
        yield f"{step.due:%Y-%m-%d %H:%M} UTC: {done}"
    if rule.undo_within:
        yield f"may be taken back for: {rule.undo_within}"
    if tool.previews:
        yield "shown with it: what the tool says it would do"
