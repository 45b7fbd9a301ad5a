"""How often the reader knocks: later and later, and at most ten times an hour in vain."""

from __future__ import annotations

import pytest

from adapters.email.fetching.pace import Knocks, Patience, knocks


class Clock:
    """Stands still until it is set."""

    now = 5000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1), (2, 2), (5, 16), (9, 256)])
def test_each_pause_is_about_twice_as_long(failures: int, seconds: float) -> None:  # EM-07
    pauses = [Patience().pause(failures) for _ in range(200)]
    assert all(seconds * 0.5 <= pause <= min(seconds * 1.5, 300) for pause in pauses)
    assert len(set(pauses)) > 100


@pytest.mark.parametrize("failures", [10, 100, 100_000])
def test_no_pause_is_longer_than_five_minutes(failures: int) -> None:  # EM-07
    assert all(150 <= Patience().pause(failures) <= 300 for _ in range(200))


def test_the_eleventh_login_in_an_hour_waits_until_the_first_is_an_hour_old() -> None:  # EM-07
    clock = Clock()
    gate = Knocks(clock)
    for _ in range(10):
        assert gate.wait(Patience()) == 0
        gate.knock()
        clock.now += 60
    assert gate.wait(Patience()) == 3000
    clock.now += 3000
    assert gate.wait(Patience()) == 0
    gate.knock()
    assert gate.wait(Patience()) == 60


def test_a_login_that_was_of_use_does_not_count() -> None:  # EM-07
    clock = Clock()
    gate = Knocks(clock)
    for _ in range(50):
        assert gate.wait(Patience()) == 0
        gate.well(gate.knock())
        clock.now += 1


def test_all_who_read_an_account_knock_at_one_door() -> None:  # EM-07
    assert knocks("imap.example.test", 993, "us") is knocks("imap.example.test", 993, "us")
    assert knocks("imap.example.test", 993, "us") is not knocks("imap.example.test", 993, "them")
