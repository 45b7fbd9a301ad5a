"""Drafting: from the rule of a call, the people known and the time, the terms it is put to people on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from agent_core.people import People
from agent_core.policy.hours import Hours, later
from agent_core.policy.quorum import could_fill, with_ladder
from agent_core.policy.rules import Panel, Rule
from agent_core.terms import Planned, Seats, Terms


def terms_of(rule: Rule, askers: Collection[str], people: People, hours: Hours | None, now: datetime) -> Terms:
    """What a rule asks for from now on: without those who ask, and with the delegates of those who are away."""
    named = list(people.each([name for panel in rule.panels for name in panel.of]))
    free = [name for name in rule.delegates if name not in named and name not in askers]
    sitting = sitting_for(named, free, people, now)
    seats = tuple(seat for panel in rule.panels for seat in _seats(panel, sitting, askers, people))
    plan = [Planned(due=_due(now, after, hours)) for after in rule.remind_after]
    plan += [
        Planned(due=_due(now, rung.after, hours), to=_without(rung.to, askers), via=rung.via) for rung in rule.ladder
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
    return _due(now, rule.expires_in, hours)


def _due(now: datetime, span: timedelta, hours: Hours | None) -> datetime:
    """In whole milliseconds, as timers are kept: one that rang a part of one too early would be taken for a stray."""
    due = later(now, span, hours)
    return due - timedelta(microseconds=due.microsecond % 1000)


def can_be_met(terms: Terms, people: People, askers: Collection[str] = ()) -> bool:
    """Whether there are people enough for all seats, none of them asking, and nobody is needed twice."""
    return bool(terms.seats) and could_fill(with_ladder(terms.seats, terms), people, askers)


def _seats(panel: Panel, sitting: Mapping[str, str], askers: Collection[str], people: People) -> Iterator[Seats]:
    """`all` is a seat for each of them; who asks, or is nobody known, may not sit, and their seat stays empty.

    Nobody knows who all of a role are, so that seat stays empty, too.
    """
    of = [sitting[name] for name in people.each(panel.of)]
    if panel.need == "all":
        yield from (Seats(of=_without((name,), askers) if people.person(name) else ()) for name in of)
    else:
        yield Seats(of=_without(of, askers), need=panel.need)


def sitting_for(named: Sequence[str], delegates: Sequence[str], people: People, now: datetime) -> Mapping[str, str]:
    """Who is asked for each of the panels' people: the delegate of somebody away, if that one is among those free.

    A delegate stands in for one person, and for none if they are on a panel themselves: two seats are two people.
    """
    free, sitting = list(delegates), {}
    for name in named:
        delegate = _delegate(name, people, now)
        if delegate in free and _is_there(delegate, people, now):
            free.remove(delegate)
            sitting[name] = delegate
        else:
            sitting[name] = name
    return sitting


def _delegate(name: str, people: People, now: datetime) -> str:
    person = people.person(name)
    absence = person.absence(now) if person else None
    return absence.delegate if absence else ""


def _is_there(name: str, people: People, now: datetime) -> bool:
    person = people.person(name)
    return person is not None and not person.left and person.absence(now) is None


def _without(names: Sequence[str], askers: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name not in askers))
