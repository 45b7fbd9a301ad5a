"""Drafting: from the rule of a call, the people known and the time, the terms it is put to people on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from agent_core.people import People
from agent_core.policy.hours import Hours, later
from agent_core.policy.quorum import could_fill
from agent_core.policy.rules import Panel, Rule
from agent_core.terms import Planned, Seats, Terms


def terms_of(rule: Rule, askers: Collection[str], people: People, hours: Hours | None, now: datetime) -> Terms:
    """What a rule asks for from now on: without those who ask, and with the delegates of those who are away."""
    seats = tuple(seat for panel in rule.panels for seat in _seats(panel, rule, askers, people, now))
    plan = [Planned(due=later(now, after, hours)) for after in rule.remind_after]
    plan += [
        Planned(due=later(now, rung.after, hours), to=_without(rung.to, askers), via=rung.via) for rung in rule.ladder
    ]
    terms = Terms(
        drawn=now,
        rule=rule.called,
        seats=seats,
        veto=None if rule.veto is None else _without(tuple(people.each(rule.veto)), askers),
        plan=tuple(sorted(plan, key=lambda step: step.due)),
        on_timeout=rule.on_timeout,
        delegates=_without(rule.delegates, askers),
    )
    return terms.model_copy(update={"asked": approvers_of(terms)})


def approvers_of(terms: Terms) -> tuple[str, ...]:
    """Everybody who may take a seat, or has a veto, each once."""
    return tuple(dict.fromkeys((*(name for panel in terms.seats for name in panel.of), *(terms.veto or ()))))


def expires_at(rule: Rule, hours: Hours | None, now: datetime) -> datetime:
    """When a request by this rule expires."""
    return later(now, rule.expires_in, hours)


def can_be_met(terms: Terms, people: People) -> bool:
    """Whether there are people enough for all seats, and nobody is needed twice."""
    if not terms.seats:
        return False
    later = tuple(name for step in terms.plan for name in step.to)
    seats = (terms.seats[0].model_copy(update={"of": (*terms.seats[0].of, *later)}), *terms.seats[1:])
    return could_fill(seats, people)


def _seats(panel: Panel, rule: Rule, askers: Collection[str], people: People, now: datetime) -> Iterator[Seats]:
    """`all` is a seat for each of them; who asks may not sit, and their seat stays empty."""
    of = tuple(dict.fromkeys(_sitting(name, rule, people, now) for name in people.each(panel.of)))
    if panel.need == "all":
        yield from (Seats(of=_without((name,), askers)) for name in of)
    else:
        yield Seats(of=_without(of, askers), need=panel.need)


def _sitting(name: str, rule: Rule, people: People, now: datetime) -> str:
    """Who is asked for this one: their delegate while they are away, as far as the rule knows that one."""
    person = people.person(name)
    absence = person.absence(now) if person else None
    return absence.delegate if absence and absence.delegate in rule.delegates else name


def _without(names: Sequence[str], askers: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in askers)
