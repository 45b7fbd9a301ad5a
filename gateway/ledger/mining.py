"""Mining: rules that the past speaks for, each with its evidence. They are proposed; people write them, or not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

import yaml
from pydantic import JsonValue

from agent_core.events import ApprovalHeld, ApprovalRequest, RequestClosed
from agent_core.values import Risk
from gateway.ledger.cases import Case

Scalar = str | int | float | bool
GRANTS_UP_TO = "PT8H"


@dataclass(frozen=True, slots=True)
class Habit:
    """Calls of one tool with these arguments that were always decided alike. `median` is from request to decision."""

    tool: str
    when: tuple[tuple[str, Scalar], ...]
    outcome: str
    risk: Risk
    ids: frozenset[str]
    by: tuple[tuple[str, int], ...]
    median: timedelta
    approvers: tuple[str, ...]


def habits(cases: Iterable[Case], at_least: int) -> tuple[Habit, ...]:
    """What was decided alike at least so often and never otherwise; of two about the same calls, the narrower one."""
    groups: dict[tuple[str, tuple[tuple[str, Scalar], ...]], list[Case]] = {}
    for case in cases:
        for when in _conditions(case):
            groups.setdefault((case.opening.call.tool, when), []).append(case)
    found = [habit for (tool, when), some in groups.items() if (habit := _habit(tool, when, some, at_least))]
    kept: list[Habit] = []
    for habit in sorted(found, key=lambda one: (-len(one.ids), -len(one.when), one.tool, str(one.when))):
        if not any(habit.ids <= wider.ids for wider in kept):
            kept.append(habit)
    return tuple(kept)


def rule_of(habit: Habit) -> str:
    """The rule that a habit speaks for, as YAML for `rules:`, its evidence above it."""
    rule: dict[str, JsonValue] = {"tool": habit.tool}
    if habit.when:
        rule["when"] = dict(habit.when)
    if habit.outcome == "denied":
        rule["then"] = "forbid"
    elif habit.risk == "low":
        rule["then"] = "auto"
    else:
        rule |= {"approvers": list(habit.approvers), "grants_up_to": GRANTS_UP_TO}
    written = yaml.safe_dump([rule], sort_keys=False, allow_unicode=False, default_flow_style=None, width=120)
    return "\n".join([*(f"# {line}" for line in _evidence(habit)), written.rstrip()])


def _evidence(habit: Habit) -> Iterator[str]:
    who = ", ".join(f"{name} {count}" for name, count in habit.by)
    yield f"{len(habit.ids)} of {len(habit.ids)} {habit.outcome} ({who}), half of them within {_rounded(habit.median)}."
    if habit.outcome == "approved" and habit.risk != "low":
        yield f"Its risk is {habit.risk}: a person stays in charge, and may allow it for some hours at a time."


def _rounded(span: timedelta) -> timedelta:
    return timedelta(seconds=round(span.total_seconds()))


def _conditions(case: Case) -> Iterator[tuple[tuple[str, Scalar], ...]]:
    """All arguments, and each by itself, as far as they are plain values; of a call without any, nothing."""
    arguments = json.loads(case.opening.call.arguments)
    plain = [(name, value) for name, value in arguments.items() if isinstance(value, Scalar)]
    if len(plain) == len(arguments):
        yield tuple(plain)
    if len(arguments) > 1:
        yield from ((pair,) for pair in plain)


def _habit(tool: str, when: tuple[tuple[str, Scalar], ...], cases: Sequence[Case], at_least: int) -> Habit | None:
    """The habit of these cases; None where there is none: too few, another end, a change, or nobody decided."""
    ended = [(case, case.closed) for case in cases if isinstance(case.opening, ApprovalRequest) and case.closed]
    decided = [(case, closed) for case, closed in ended if closed.outcome != "withdrawn"]
    outcomes = {closed.outcome for _, closed in decided}
    if len(decided) < at_least or outcomes not in ({"approved"}, {"denied"}):
        return None
    if not _alone(decided[-1][0]) and outcomes == {"approved"}:
        return None  # Where several must agree, habit is no reason.
    if any(closed.by is None or _changed(case, closed) for case, closed in decided):
        return None
    last = max((case.opening for case, _ in decided), key=lambda opening: opening.at)
    assert isinstance(last, ApprovalRequest)
    return Habit(
        tool=tool,
        when=when,
        outcome=outcomes.pop(),
        risk=last.risk,
        ids=frozenset(case.id for case, _ in decided),
        by=tuple(_voices(case for case, _ in decided).most_common()),
        median=timedelta(seconds=median((end.at - case.opening.at).total_seconds() for case, end in decided)),
        approvers=last.approvers,
    )


def _alone(case: Case) -> bool:
    """Whether one person was enough."""
    return isinstance(case.opening, ApprovalRequest) and sum(panel.need for panel in case.opening.terms.seats) <= 1


def _changed(case: Case, closed: RequestClosed) -> bool:
    """Whether somebody thought twice: changed the arguments, said no on the way, or took it back."""
    meant = "approve" if closed.outcome == "approved" else "deny"
    said_otherwise = any(vote.decision != meant for vote in case.votes())
    took_back = any(held.until is None for held in case.all(ApprovalHeld))
    return closed.call is not None or said_otherwise or took_back


def _voices(cases: Iterable[Case]) -> Counter[str]:
    return Counter(vote.by.person or vote.by.identity for case in cases for vote in case.votes())
