"""When somebody in their quiet hours may be written to again: over midnight, across changes of the clocks, anywhere."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from agent_core.people import Person, Quiet
from agent_core.policy.quiet import awake_at

NIGHT = Quiet(start=time(22), end=time(7))


def who(quiet: Quiet | None = NIGHT, zone: str = "") -> Person:
    return Person(id="bo", name="Bo", identities=("sms:+441632960001",), timezone=zone, quiet=quiet)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-21 21:59:59", "2026-11-21 21:59:59"),
        ("2026-11-21 22:00:00", "2026-11-22 07:00:00"),
        ("2026-11-22 00:00:00", "2026-11-22 07:00:00"),
        ("2026-11-22 06:59:59", "2026-11-22 07:00:00"),
        ("2026-11-22 07:00:00", "2026-11-22 07:00:00"),
    ],
)
def test_a_night_is_over_in_the_morning(now: str, then: str) -> None:
    assert awake_at(who(), at(now)) == at(then)


def test_a_nap_begins_and_ends_on_one_day() -> None:
    nap = Quiet(start=time(13), end=time(14))
    assert awake_at(who(nap), at("2026-11-21 13:30:00")) == at("2026-11-21 14:00:00")
    assert awake_at(who(nap), at("2026-11-21 14:30:00")) == at("2026-11-21 14:30:00")


def test_it_is_night_where_they_are() -> None:
    now = at("2026-11-21 13:00:00")
    assert awake_at(who(zone="Asia/Tokyo"), now) == at("2026-11-21 22:00:00")
    assert awake_at(who(zone="Europe/Berlin"), now) == now


@pytest.mark.parametrize(
    ("night", "now", "then"),
    [
        # The clocks go forward in the night of the 29th of March 2026: it is eight hours long.
        (NIGHT, "2026-03-28 21:00:00", "2026-03-29 05:00:00"),
        # They go back in the night of the 25th of October 2026: it is ten hours long.
        (NIGHT, "2026-10-24 20:00:00", "2026-10-25 06:00:00"),
        # A half past two that there is not, and one that there is twice.
        (Quiet(start=time(22), end=time(2, 30)), "2026-03-28 22:00:00", "2026-03-29 01:30:00"),
        (Quiet(start=time(22), end=time(2, 30)), "2026-10-24 22:00:00", "2026-10-25 00:30:00"),
    ],
)
def test_a_night_is_as_long_as_the_clocks_make_it(night: Quiet, now: str, then: str) -> None:
    assert awake_at(who(night, "Europe/Berlin"), at(now)) == at(then)


def test_who_has_no_quiet_hours_is_always_awake() -> None:
    now = at("2026-11-22 03:00:00")
    assert awake_at(who(None), now) == now
    assert awake_at(who(Quiet(start=time(3), end=time(3))), now) == now


@given(
    st.times(),
    st.times(),
    st.sampled_from(["", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
)
def test_nobody_waits_longer_than_a_day_or_is_woken_in_their_quiet_hours(
    start: time, end: time, zone: str, now: datetime
) -> None:
    person = who(Quiet(start=start, end=end), zone)
    then = awake_at(person, now)
    assert now <= then <= now + timedelta(hours=25)
    assert awake_at(person, then) == then
