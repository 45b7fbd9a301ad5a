"""The gate: who may be written to, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from adapters.base import Parcel
from adapters.sms.account import Quiet
from adapters.sms.contacts import Contact
from adapters.sms.gate import Closed, gate, quiet_until
from agent_core.events import Notice, RequestClosed
from agent_core.values import Author
from tests.unit.adapters.cards import APPROVED, CALLED, CARD, QUESTION, SAID
from tests.unit.adapters.sms.shown import LINE, NEXT, PHONE, parcel

NOON = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
AGREED = Contact(consent="by hand", consent_at=NOON - timedelta(days=10), greeted=True)
QUIETLY = replace(LINE, quiet=Quiet(time(22), time(7), "Europe/London"))
LATE = CARD.model_copy(update={"expires_at": NIGHT + timedelta(days=1)})


def judge(
    parcel_: Parcel | None = None, contact: Contact = AGREED, *, line: object = None, now: datetime = NOON
) -> Closed | None:
    return gate(LINE if line is None else line, parcel_ or parcel(CARD), contact, Contact(), now)  # type: ignore[arg-type]


def changed(**values: object) -> Contact:
    return AGREED.model_copy(update=values)


def test_who_agreed_may_be_written_to() -> None:  # SM-13
    assert judge() is None


@pytest.mark.parametrize(
    ("contact", "why"),
    [
        (Contact(), "no consent is recorded"),
        (changed(out=True), "opted out"),
        (changed(barred="a landline"), "cannot be written to: a landline"),
        (
            changed(consent_at=NOON - timedelta(days=90)),
            "not heard from for 90 days: the number may be somebody else's",
        ),
        (changed(consent_at=None), "not heard from for 90 days: the number may be somebody else's"),
    ],
)
def test_who_did_not_or_not_any_more_is_not(contact: Contact, why: str) -> None:  # SM-13, SM-17, SM-23
    assert judge(contact=contact) == Closed(why)


def test_whoever_was_heard_since_is_known_to_be_there() -> None:
    old = NOON - timedelta(days=400)
    assert judge(contact=changed(consent_at=old, heard_at=NOON - timedelta(days=89))) is None
    assert judge(contact=changed(consent_at=old, heard_at=NOON - timedelta(days=91))) is not None


def test_what_we_heard_of_our_own_sender_holds_everything_back() -> None:  # SM-10, SM-21
    closed = gate(LINE, parcel(CARD), AGREED, Contact(barred="not registered"), NOON)
    assert closed == Closed("our sender cannot write: not registered")


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+33612345678", "not a country we write to"),
        ("+449098790018", "a number that costs extra"),
        ("+447700900123", None),
        ("+447911123456", None),  # Guernsey by its range, priced as +44.
        ("nobody", "not a telephone number"),
    ],
)
def test_only_numbers_of_countries_that_may_be_written_to_and_none_that_cost_extra(
    number: str, why: str | None
) -> None:
    # SM-23, SM-29
    assert judge(parcel(CARD, number=number)) == (Closed(why) if why else None)


def test_nobody_may_be_written_to_where_no_country_is_named() -> None:  # SM-23
    assert judge(line=replace(LINE, countries=())) == Closed("not a country we write to")


def test_what_has_expired_is_not_sent() -> None:  # SM-21
    assert judge(now=CARD.expires_at) == Closed("it expired before it could be sent")


# --- quiet hours


def test_nobody_is_woken() -> None:  # SM-13
    assert judge(parcel(LATE), line=QUIETLY, now=NIGHT) == Closed("quiet hours", wait=900.0)
    assert judge(parcel(LATE), line=QUIETLY, now=NIGHT + timedelta(hours=7, minutes=55)) == Closed("quiet hours", 300.0)
    assert judge(parcel(LATE), line=QUIETLY, now=NIGHT + timedelta(hours=8)) is None


def test_it_is_quiet_by_the_clock_of_whom_it_is_quiet_for() -> None:  # SM-13
    assert judge(parcel(LATE), changed(zone="Asia/Tokyo"), line=QUIETLY, now=NIGHT) is None
    assert judge(parcel(LATE), changed(zone="America/New_York"), line=QUIETLY, now=NIGHT) is None
    assert judge(parcel(LATE), changed(zone="Europe/Athens"), line=QUIETLY, now=NIGHT) is not None


def test_what_would_expire_meanwhile_goes_another_way_at_once() -> None:  # SM-13
    soon = CARD.model_copy(update={"expires_at": NIGHT + timedelta(hours=8)})
    assert judge(parcel(soon), line=QUIETLY, now=NIGHT) == Closed("quiet hours until after it expires")


def test_whoever_wrote_just_now_is_awake() -> None:
    assert judge(parcel(LATE), changed(heard_at=NIGHT - timedelta(minutes=14)), line=QUIETLY, now=NIGHT) is None
    assert judge(parcel(LATE), changed(heard_at=NIGHT - timedelta(minutes=15)), line=QUIETLY, now=NIGHT) is not None


OWN = RequestClosed(id="c9", request_id="r1", outcome="approved", by=Author(identity=f"sms:{PHONE}"))


@pytest.mark.parametrize(
    ("parcel_", "waits"),
    [
        (parcel(OWN), False),
        (parcel(APPROVED), True),
        (parcel(NEXT), False),
        (parcel(Notice(id="n1", to="x", kind="unclear", cause="m1")), False),
        (parcel(Notice(id="n2", to="x", kind="undelivered")), True),
        (parcel(SAID), True),
        (parcel(CALLED), True),
        (parcel(QUESTION.model_copy(update={"expires_at": LATE.expires_at})), True),
    ],
)
def test_what_answers_somebody_is_never_held_back(parcel_: Parcel, waits: bool) -> None:
    assert (judge(parcel_, line=QUIETLY, now=NIGHT) is not None) == waits


@pytest.mark.parametrize(
    ("begins", "ends", "now", "until"),
    [
        (time(22), time(7), datetime(2026, 11, 20, 22, 0, tzinfo=UTC), datetime(2026, 11, 21, 7, 0, tzinfo=UTC)),
        (time(22), time(7), datetime(2026, 11, 21, 6, 59, tzinfo=UTC), datetime(2026, 11, 21, 7, 0, tzinfo=UTC)),
        (time(22), time(7), datetime(2026, 11, 21, 7, 0, tzinfo=UTC), None),
        (time(22), time(7), datetime(2026, 11, 20, 21, 59, tzinfo=UTC), None),
        (time(1), time(7), datetime(2026, 11, 21, 1, 0, tzinfo=UTC), datetime(2026, 11, 21, 7, 0, tzinfo=UTC)),
        (time(1), time(7), datetime(2026, 11, 21, 0, 59, tzinfo=UTC), None),
        (time(1), time(7), datetime(2026, 11, 21, 7, 0, tzinfo=UTC), None),
        # The night the clocks go forward, 02:00 becomes 03:00 at 01:00 UTC.
        (time(22), time(7), datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
    ],
)
def test_quiet_hours_at_their_edges(begins: time, ends: time, now: datetime, until: datetime | None) -> None:
    zone = "Europe/London"
    assert quiet_until(Quiet(begins, ends, zone), "", now) == until
