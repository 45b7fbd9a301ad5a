"""What was put to a conversation: kept once, in order, so many, by a hashed name; and what the threads make of it."""

from __future__ import annotations

import asyncio

import pytest

from agent_core.deliveries import Delivery
from agent_core.values import Author
from gateway.asked import CLOSED_KEPT
from gateway.store import asked
from gateway.store.asked import KEPT_SECONDS, RedisAsked
from tests.contract.bench import NOON, PARTITIONS, Bench
from tests.contract.exchange import ANA, BO, BO_TOO, Exchange, approval, exchange_at, field, question


@pytest.fixture
def at(valkey_bench: Bench) -> Exchange:
    return exchange_at(valkey_bench)


# --- the store


async def test_what_was_put_is_kept_once_the_latest_first_by_identity(bench: Bench) -> None:
    store = RedisAsked(bench.redis, PARTITIONS)
    for entry, moment in ((b"one", 1), (b"three", 3), (b"two", 2), (b"one", 1)):
        await store.note(BO, entry, NOON + moment)
    assert await store.all(BO) == [b"three", b"two", b"one"]
    assert await store.all(ANA) == []
    await store.drop(BO, [b"two", b"never"])
    await store.drop(BO, [])
    assert await store.all(BO) == [b"three", b"one"]


async def test_only_the_latest_stay_and_not_for_ever(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "MOST", 3)
    store = RedisAsked(bench.redis, PARTITIONS)
    await asyncio.gather(*(store.note(BO, b"%d" % n, NOON + n) for n in range(9)))
    assert await store.all(BO) == [b"8", b"7", b"6"]
    (name,) = await bench.everything()
    assert 0 < await bench.redis.ttl(name) <= KEPT_SECONDS


async def test_no_number_is_in_the_name(bench: Bench) -> None:  # SM-34
    await RedisAsked(bench.redis, PARTITIONS).note(BO, b"one", NOON)
    (name,) = await bench.everything()
    assert b"7700900002" not in name


# --- the book


async def test_what_is_open_is_read_from_the_threads(at: Exchange) -> None:
    await at.ask("t1", approval("r1"))
    await at.ask("t2", question("q2"))
    await at.ask("t3", approval("r3"))
    await at.close("t1", "r1")
    found = await at.book.standing(BO)
    assert [(one.place.request_id, one.request is not None) for one in found] == [
        ("r3", True),
        ("q2", True),
        ("r1", False),
    ]
    assert [one.place.request_id for one in await at.book.open(BO)] == ["r3", "q2"]
    assert await at.book.open(BO_TOO) == ()


async def test_a_form_stands_once_where_it_was_asked_last(at: Exchange) -> None:
    await at.ask("t1", question("q1"))
    await at.ask("t2", approval("r2"))
    await at.ask("t1", field("f1", "q1"))
    await at.ask("t1", field("f2", "q1"))
    form, other = await at.book.open(BO)
    assert (form.place.request_id, form.put.cause, other.place.request_id) == ("q1", "f2", "r2")
    # What it says no more is forgotten.
    assert len(await at.book.asked.all(BO)) == 2


async def test_of_what_was_closed_the_latest_is_remembered(at: Exchange) -> None:
    for number in range(CLOSED_KEPT + 3):
        await at.ask(f"t{number}", approval(f"r{number}"))
        await at.close(f"t{number}", f"r{number}")
    await at.ask("open", approval("r"))
    found = await at.book.standing(BO)
    assert [one.place.request_id for one in found] == ["r", *(f"r{n}" for n in range(CLOSED_KEPT + 2, 2, -1))]
    assert len(await at.book.asked.all(BO)) == CLOSED_KEPT + 1


async def test_a_thread_that_is_lost_has_nothing_open(at: Exchange) -> None:
    await at.ask("t1", approval("r1"))
    await at.bench.redis.delete(at.bench.key("t1", "ev", "t1"))
    assert await at.book.open(BO) == ()
    assert await at.text("m1", "hello") == at.own()


async def test_the_book_survives_a_restart_and_its_loss_makes_nothing_count(at: Exchange) -> None:
    code = await at.ask("t1", approval("r1"))
    assert await exchange_at(at.bench).text("m1", f"A {code}") == "t1"
    await at.bench.redis.delete(*[name async for name in at.bench.redis.scan_iter(match="*:as:*")])
    assert await at.text("m2", f"A {code}") == at.own()
    assert await at.answered(at.own()) is None


# --- what became of what was sent


async def test_an_opt_out_fails_all_that_is_open_there_once(at: Exchange) -> None:  # SM-11
    await at.ask("t1", approval("r1"))
    await at.ask("t2", question("q2"))
    await at.ask("t2", field("f2", "q2"))
    await at.ask("t3", approval("r3"))
    await at.ask("t4", approval("r4"), to=BO_TOO)
    await at.close("t3", "r3")
    for _ in range(2):
        await at.lost("SM1")
    ended = {thread: await at.events(thread, Delivery) for thread in ("t1", "t2", "t3", "t4")}
    assert {thread: [(one.id, one.effect_id, one.cause) for one in found] for thread, found in ended.items()} == {
        "t1": [("lost:SM1:fx-r1", "fx-r1", "r1")],
        "t2": [("lost:SM1:fx-f2", "fx-f2", "f2")],
        "t3": [],
        "t4": [],
    }
    (told,) = ended["t1"]
    assert (told.to, told.outcome, told.detail, told.again) == (BO, "failed", "opted out", False)


async def test_of_a_message_only_the_first_end_counts(at: Exchange) -> None:  # SM-08
    await at.ask("t1", approval("r1"))
    assert await at.returned("t1", "SM1", arrived=False, why="unreachable")
    assert await at.returned("t1", "SM1", arrived=True)
    assert await at.returned("t1", "SM2", arrived=True)
    first, second = await at.events("t1", Delivery)
    assert (first.id, first.outcome, first.detail, first.effect_id, first.cause, first.to) == (
        "status:SM1",
        "failed",
        "unreachable",
        "fx1",
        "r1",
        BO,
    )
    assert (second.id, second.outcome, second.detail) == ("status:SM2", "delivered", "")


async def test_what_is_said_of_a_thread_we_do_not_have_begins_none(at: Exchange) -> None:
    assert not await at.returned("nowhere", "SM1", arrived=False)
    assert await at.bench.store.threads() == []


async def test_nobody_is_named_in_the_log_by_a_number_that_is_not_theirs(at: Exchange) -> None:
    """A restricted author is the number's person as far as a name goes; a stranger's number is nobody's."""
    await at.text("m1", "Hello")
    stranger = "sms:+447700900999"
    await at.text("m2", "Hello", by=stranger)
    heard = {said.author.identity: said.author for found in (await at.heard()).values() for said in found}
    assert (heard[BO].person, heard[BO].assurance) == ("bo", "restricted")
    assert heard[stranger] == Author(identity=stranger, assurance="restricted")
