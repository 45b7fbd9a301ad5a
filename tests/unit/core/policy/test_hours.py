"""Hours: how long something takes that only counts while somebody is at work, by the clocks on their wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from agent_core.policy.hours import DAYS, Hours, later
from tests.unit.core.policy.cases import MANY, SOME

BERLIN = Hours(timezone="Europe/Berlin")
NEW_YORK = Hours(timezone="America/New_York")
NIGHTS = Hours(timezone="Europe/Berlin", days=DAYS, start=time(0, 30), end=time(6))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "start", "span", "end"),
    [
        (None, "2026-11-20 16:00", 8, "2026-11-21 00:00"),
        (BERLIN, "2026-11-20 09:00", 2, "2026-11-20 11:00"),
        # over a weekend, and from one
        (BERLIN, "2026-11-20 15:00", 2, "2026-11-23 09:00"),
        (BERLIN, "2026-11-21 12:00", 2, "2026-11-23 10:00"),
        # exactly until they close, and not until they open again
        (BERLIN, "2026-11-20 14:00", 2, "2026-11-20 16:00"),
        (BERLIN, "2026-11-20 16:00", 2, "2026-11-23 10:00"),
        # the clocks go back on 2026-10-25 and forward on 2026-03-29 there
        (BERLIN, "2026-10-23 14:00", 2, "2026-10-26 09:00"),
        (BERLIN, "2026-03-27 15:00", 2, "2026-03-30 08:00"),
        # and on 2026-11-01 and 2026-03-08 here
        (NEW_YORK, "2026-10-30 20:00", 2, "2026-11-02 15:00"),
        (NEW_YORK, "2026-03-06 21:00", 2, "2026-03-09 14:00"),
        # within the hours: that night has an hour more of them, or one less
        (NIGHTS, "2026-10-24 22:30", 6.5, "2026-10-25 05:00"),
        (NIGHTS, "2026-10-23 22:30", 6.5, "2026-10-24 23:30"),
        (NIGHTS, "2026-03-28 23:30", 5.5, "2026-03-29 23:30"),
    ],
)
def test_only_the_hours_count(hours: Hours | None, start: str, span: float, end: str) -> None:
    assert later(moment(start), timedelta(hours=span), hours) == moment(end)


def test_a_holiday_is_like_a_weekend() -> None:
    hours = BERLIN.model_copy(update={"holidays": (date(2026, 12, 25),)})

    assert later(moment("2026-12-24 15:00"), timedelta(hours=2), hours) == moment("2026-12-28 09:00")


@pytest.mark.parametrize("span", [timedelta(0), timedelta(microseconds=1)])
def test_no_time_at_all_is_over_when_they_open(span: timedelta) -> None:
    assert later(moment("2026-11-21 12:00"), span, BERLIN) == moment("2026-11-23 08:00") + span


def test_hours_that_the_clocks_leave_out_are_none_that_day() -> None:
    gap = Hours(timezone="Europe/Berlin", days=DAYS, start=time(2, 15), end=time(3, 10))

    assert gap.day(date(2026, 3, 29)) is None
    assert gap.day(date(2026, 3, 30)) == (moment("2026-03-30 00:15"), moment("2026-03-30 01:10"))


calendars = st.builds(
    Hours,
    timezone=st.sampled_from(("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")),
    days=st.sets(st.sampled_from(DAYS), min_size=1).map(tuple),
    start=st.times(max_value=time(11, 59)),
    end=st.times(min_value=time(12)),
    holidays=st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5).map(tuple),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(0), timedelta(days=366))


@given(hours=calendars, start=moments, some=st.lists(spans, min_size=2, max_size=3))
@SOME
def test_more_time_is_never_over_earlier_and_nothing_waits_for_ever(
    hours: Hours, start: datetime, some: list[timedelta]
) -> None:
    ends = [later(start, span, hours) for span in sorted(some)]

    assert all(one <= two for one, two in pairwise(ends))
    assert all(start + span <= end <= start + timedelta(days=367) for span, end in zip(sorted(some), ends, strict=True))


@given(hours=calendars, start=moments, span=st.timedeltas(timedelta(seconds=1), timedelta(hours=40)))
@MANY
def test_it_is_over_when_somebody_is_there(hours: Hours, start: datetime, span: timedelta) -> None:
    end = later(start, span, hours)
    if end == start + timedelta(days=366):
        return  # They have not as many hours in a year.
    open_ = hours.day(hours.local(end))

    assert open_ is not None
    assert open_[0] < end <= open_[1]


@pytest.mark.parametrize(
    "wrong", [{"timezone": "Europe/Nowhere"}, {"start": "17:00", "end": "09:00"}, {"start": "09:00", "end": "09:00"}]
)
def test_hours_that_never_open_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Hours.model_validate(wrong)
