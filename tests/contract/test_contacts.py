"""Contacts: what is known of a number is what its owner said, and no more goes out than may."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from adapters.meter import Meter
from adapters.sms.contacts import Contact, Contacts
from agent_core.people import People, Person
from gateway.contacts import KnownContacts
from gateway.store.contacts import RedisContacts, RedisMeter
from tests.contract.bench import Bench

BO, STRANGER, OURS = "sms:+447700900002", "sms:+447700900999", "sms:+447700900100"
PEOPLE = People(people=(Person(id="bo", name="Bo", identities=(BO,), timezone="Europe/London"),))
THEN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = THEN + timedelta(hours=1)


@pytest.fixture
def contacts(bench: Bench) -> KnownContacts:
    return KnownContacts(RedisContacts(bench.redis), PEOPLE)


async def test_of_whom_nothing_is_known_there_is_the_time_zone_at_most(contacts: KnownContacts) -> None:  # SM-13
    port: Contacts = contacts
    assert await port.find(STRANGER) == Contact()
    assert await port.find(BO) == Contact(zone="Europe/London")


def test_a_time_zone_that_does_not_exist_is_refused_when_people_are_read() -> None:
    with pytest.raises(ValidationError, match="there is no such time zone"):
        Person(id="bo", name="Bo", identities=(BO,), timezone="Europe/Atlantis")


async def test_who_writes_first_may_be_answered(contacts: KnownContacts) -> None:  # SM-13
    await contacts.heard(BO, THEN)
    await contacts.heard(BO, LATER)
    await contacts.heard(BO, THEN)
    found = await contacts.find(BO)
    assert (found.consent, found.consent_at, found.heard_at, found.out) == ("wrote to us", THEN, LATER, False)


async def test_who_writes_is_there_whatever_was_thought_of_the_number(contacts: KnownContacts) -> None:
    await contacts.bar(BO, "unreachable")
    assert (await contacts.find(BO)).barred == "unreachable"
    await contacts.heard(BO, THEN)
    assert (await contacts.find(BO)).barred == ""


async def test_an_opt_out_stays_until_they_say_otherwise(contacts: KnownContacts) -> None:  # SM-11
    await contacts.heard(BO, THEN)
    await contacts.opted_out(BO, THEN)
    await contacts.heard(BO, LATER)
    await contacts.consented(BO, "signed form", LATER)
    assert (await contacts.find(BO)).out
    await contacts.opted_in(BO, LATER)
    found = await contacts.find(BO)
    assert (found.out, found.consent, found.consent_at) == (False, "asked to hear from us again", LATER)


async def test_who_opted_out_before_anything_else_did_not_agree_by_writing(contacts: KnownContacts) -> None:
    await contacts.opted_out(STRANGER, THEN)
    await contacts.heard(STRANGER, LATER)
    found = await contacts.find(STRANGER)
    assert (found.out, found.consent, found.heard_at) == (True, "", LATER)


async def test_consent_noted_by_an_operator_says_how_it_was_given(contacts: KnownContacts) -> None:  # SM-13
    await contacts.consented(BO, "signed form", THEN)
    await contacts.heard(BO, LATER)
    found = await contacts.find(BO)
    assert (found.consent, found.consent_at) == ("signed form", THEN)


async def test_a_sender_of_ours_that_was_stopped_goes_on_when_an_operator_says_so(contacts: KnownContacts) -> None:
    await contacts.bar(OURS, "not registered")
    await contacts.unbar(OURS)
    await contacts.unbar(OURS)
    assert (await contacts.find(OURS)).barred == ""


async def test_who_was_greeted_stays_greeted(contacts: KnownContacts) -> None:
    await contacts.greeted(BO)
    await contacts.greeted(BO)
    assert (await contacts.find(BO)).greeted
    assert not (await contacts.find(STRANGER)).greeted


async def test_no_name_of_a_key_is_a_number_and_nothing_is_forgotten(bench: Bench) -> None:  # SM-34
    contacts = KnownContacts(RedisContacts(bench.redis), PEOPLE)
    await contacts.opted_out(BO, THEN)
    await RedisMeter(bench.redis).take(f"{BO}:hour", 1, most=2, seconds=60)
    everything = await bench.everything()
    assert len(everything) == 2
    assert not any(b"7700900002" in name for name in everything)
    assert await bench.redis.ttl(next(name for name in everything if b"contact" in name)) == -1


# --- how much goes out


async def test_what_is_too_much_is_not_counted_and_told_how_long_to_wait(bench: Bench) -> None:  # SM-22
    meter: Meter = RedisMeter(bench.redis)
    assert await meter.take("hour", 3, most=5, seconds=3600) == 0
    assert 3500 < await meter.take("hour", 3, most=5, seconds=3600) <= 3600
    assert await meter.take("hour", 2, most=5, seconds=3600) == 0
    assert await meter.take("hour", 1, most=5, seconds=3600) > 0
    assert await meter.take("another", 1, most=5, seconds=3600) == 0


async def test_the_window_begins_with_what_is_counted_first_and_is_not_moved_by_more(bench: Bench) -> None:
    meter = RedisMeter(bench.redis)
    await meter.take("hour", 1, most=5, seconds=3600)
    (name,) = await bench.everything()
    await bench.redis.expire(name, 5)
    await meter.take("hour", 1, most=5, seconds=3600)
    assert 0 < await meter.take("hour", 9, most=5, seconds=3600) <= 5
    await bench.redis.delete(name)
    assert await meter.take("hour", 5, most=5, seconds=3600) == 0


async def test_to_look_counts_nothing(bench: Bench) -> None:
    meter = RedisMeter(bench.redis)
    assert await meter.take("doubts", 0, most=1, seconds=60) == 0
    assert await bench.everything() == {}
    await meter.take("doubts", 2, most=9, seconds=60)
    assert await meter.take("doubts", 0, most=1, seconds=60) > 0


async def test_what_never_fits_waits_for_as_long_as_a_window_is(bench: Bench) -> None:
    assert await RedisMeter(bench.redis).take("hour", 6, most=5, seconds=60) == 60
    assert await bench.everything() == {}


async def test_of_many_at_once_no_more_get_through_than_may(bench: Bench) -> None:  # SM-22
    meter = RedisMeter(bench.redis)
    waits = await asyncio.gather(*(meter.take("hour", 1, most=20, seconds=60) for _ in range(60)))
    assert waits.count(0) == 20
