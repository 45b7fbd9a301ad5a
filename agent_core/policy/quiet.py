"""Quiet: when somebody may be written to again who is not to be disturbed now. Pure; by the clocks where they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from agent_core.people import Person, Quiet

_DAY = timedelta(days=1)


def awake_at(person: Person, now: datetime) -> datetime:
    """The end of the quiet hours they are in; `now` when they are in none. Without a time zone, UTC is meant.

    Hours that end when they begin are none, so that nothing waits for ever.
    """
    if person.quiet is None:
        return now
    zone = ZoneInfo(person.timezone or "UTC")
    today = now.astimezone(zone).date()
    for evening in (today - _DAY, today):
        begin, end = _span(person.quiet, evening, zone)
        if begin <= now < end:
            return end
    return now


def _span(quiet: Quiet, on: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The quiet hours that begin on a day, in UTC. A time that clocks show twice is taken for the first of the two."""
    over_midnight = _DAY if quiet.end < quiet.start else timedelta(0)
    times = (datetime.combine(on, quiet.start, zone), datetime.combine(on + over_midnight, quiet.end, zone))
    begin, end = (at.astimezone(UTC) for at in times)
    return begin, end
