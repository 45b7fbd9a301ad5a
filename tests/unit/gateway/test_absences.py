"""Absences that end early, or go on for longer: what has been of them stays, and who stood in then did so by right."""

from __future__ import annotations

from datetime import timedelta

from agent_core.people import Absence, People
from gateway.people.changes import Away, Back, Overlaid
from tests.unit.core.story import BY_NAME, START

DAY = timedelta(days=1)
OFF = Absence(since=START, until=START + 7 * DAY, delegate="di")


def away(*changes: Away | Back) -> tuple[Absence, ...]:
    bo = Overlaid(BY_NAME).after(changes).people.person("bo")
    assert bo
    return bo.away


def said(n: int, absence: Absence) -> Away:
    return Away(id=f"c{n}", at=START + n * DAY, by="di", person="bo", absence=absence)


def test_who_is_back_was_away_until_then() -> None:
    back = Back(id="b", at=START + 2 * DAY, by="di", person="bo")
    assert away(said(0, OFF), back) == (OFF.model_copy(update={"until": START + 2 * DAY}),)
    assert away(said(0, OFF), back.model_copy(update={"at": START})) == ()


def test_who_stays_away_for_longer_was_away_before() -> None:
    longer = Absence(since=START + 2 * DAY, until=START + 9 * DAY)
    assert away(said(0, OFF), said(2, longer)) == (OFF.model_copy(update={"until": START + 2 * DAY}), longer)


def test_what_was_to_come_of_an_absence_is_replaced() -> None:
    later = Absence(since=START + 4 * DAY, until=START + 5 * DAY)
    assert away(said(-1, OFF), said(-1, later).model_copy(update={"id": "c2"})) == (later,)


def test_people_with_such_absences_are_people_as_any_file_has_them() -> None:
    known = Overlaid(BY_NAME).after([said(0, OFF), Back(id="b", at=START + DAY, by="di", person="bo")])
    assert People.model_validate_json(known.people.model_dump_json()).people == known.people.people
