"""Fatigue: how much each approver is asked, and whether they still look. Figures; people draw the conclusions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from agent_core.events import ApprovalRequest, ApprovalResponse, RequestRaised
from gateway.ledger.cases import Case

AT_A_GLANCE = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Load:
    """What one approver was put to. `cards` were shown to them, on `days` different days (UTC), `most` on one.

    Of those they answered, `seconds` is the median time to it; of those they approved, `at_a_glance` is the share that
    took less than five seconds. None where there are none.
    """

    person: str
    cards: int
    days: int
    most: int
    answered: int
    seconds: float | None
    at_a_glance: float | None

    def __str__(self) -> str:
        took = f", half within {self.seconds:.0f} s" if self.seconds is not None else ""
        glance = f", {self.at_a_glance:.0%} approved in under 5 s" if self.at_a_glance is not None else ""
        a_day = self.cards / self.days
        asked = f"{self.person}: {self.cards} cards, {a_day:.1f} a day, {self.most} at most"
        return f"{asked}; answered {self.answered}{took}{glance}"


def loads(cases: Iterable[Case]) -> tuple[Load, ...]:
    """The approvers of these cases, whoever was asked most first."""
    shown: dict[str, list[tuple[datetime, ApprovalResponse | None]]] = {}
    for case in cases:
        for person, since in _asked(case).items():
            shown.setdefault(person, []).append((since, _answer(case, person)))
    return tuple(sorted((_load(*one) for one in shown.items()), key=lambda load: (-load.cards, load.person)))


def silent(load: Load, at_least: int) -> bool:
    """Whether somebody was asked at least so often, and never answered."""
    return load.cards >= at_least and not load.answered


def _asked(case: Case) -> dict[str, datetime]:
    """Whom a case was put to, and when: as it was asked, or as it was raised to them."""
    if not isinstance(case.opening, ApprovalRequest):
        return {}
    since = dict.fromkeys(case.opening.approvers, case.opening.at)
    for event in case.all(RequestRaised):
        since |= {name: event.at for name in event.to if name not in since}
    return since


def _answer(case: Case, person: str) -> ApprovalResponse | None:
    return next((said for said in case.all(ApprovalResponse) if said.author.person == person), None)


def _load(person: str, shown: Sequence[tuple[datetime, ApprovalResponse | None]]) -> Load:
    days = Counter(since.date() for since, _ in shown)
    answers = [(since, said) for since, said in shown if said]
    times = [(said.at - since).total_seconds() for since, said in answers]
    yes = [(said.at - since).total_seconds() for since, said in answers if said.decision == "approve"]
    return Load(
        person=person,
        cards=len(shown),
        days=len(days),
        most=max(days.values()),
        answered=len(answers),
        seconds=median(times) if times else None,
        at_a_glance=sum(time < AT_A_GLANCE for time in yes) / len(yes) if yes else None,
    )
