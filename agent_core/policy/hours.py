"""Hours: when somebody is at work, in a time zone of their own, and how long something takes that only counts then."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator

from agent_core.values import Frozen, TimeOfDay

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Nothing waits longer for hours to come than this many days, or its own time, if that is longer.
_LOOK_AHEAD = 366


@cache
def _zones() -> frozenset[str]:
    """All there are; to look is to read a directory of files."""
    return frozenset(available_timezones())


class Hours(Frozen):
    """Open from `start` until before `end` on these days, by the clocks of `timezone` (IANA); never on a holiday."""

    timezone: str = "UTC"
    days: tuple[Day, ...] = Field(default=("mon", "tue", "wed", "thu", "fri"), min_length=1)
    start: TimeOfDay = time(9)
    end: TimeOfDay = time(17)
    holidays: tuple[date, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, given: str) -> str:
        if given not in _zones():
            raise ValueError("there is no such time zone")
        return given

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.start >= self.end:
            raise ValueError("hours end after they start")
        return self

    def day(self, on: date) -> tuple[datetime, datetime] | None:
        """When that day begins and ends, in UTC; None on a day off.

        A time that the clocks leave out, or show twice, is taken as `zoneinfo` does, the first of the two.
        """
        if DAYS[on.weekday()] not in self.days or on in self.holidays:
            return None
        zone = ZoneInfo(self.timezone)
        begin, end = (datetime.combine(on, at, zone).astimezone(UTC) for at in (self.start, self.end))
        return (begin, end) if begin < end else None

    def local(self, at: datetime) -> date:
        """The date there."""
        return at.astimezone(ZoneInfo(self.timezone)).date()


def later(start: datetime, span: timedelta, hours: Hours | None) -> datetime:
    """The moment when so much time has passed since, counting only these hours; None: all of them.

    Where a year has not that many of them, it is in a year, so that nothing waits for ever.
    """
    if hours is None:
        return start + span
    left, first = span, hours.local(start)
    for n in range(_LOOK_AHEAD):
        open_ = hours.day(first + timedelta(days=n))
        if open_ is None or open_[1] <= start:
            continue
        begin = max(start, open_[0])
        if begin + left <= open_[1]:
            return begin + left
        left -= open_[1] - begin
    return start + max(span, timedelta(days=_LOOK_AHEAD))
