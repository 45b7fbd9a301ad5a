"""The mailroom: raw messages and the position behind them are kept together, by one reader, until they are settled."""

from __future__ import annotations

import pytest

from adapters.base import Kept, Position
from gateway.store.errors import StoreFull
from gateway.store.mailroom import ROOM, RedisMailroom
from tests.contract.bench import Bench

INBOX = "imap:bot@example.test/INBOX"
ONE, TWO = Kept("7.1", b"Subject: one\r\n\r\nHello \xff\x00."), Kept("7.2", b"Subject: two\r\n\r\n")


@pytest.fixture
def room(bench: Bench) -> RedisMailroom:
    return RedisMailroom(bench.redis)


async def test_a_mailbox_that_was_never_read_has_no_position(room: RedisMailroom) -> None:
    assert await room.position(INBOX) is None
    assert await room.waiting(INBOX) == []
    assert await room.quarantined(INBOX) == []


async def test_messages_are_kept_byte_by_byte_in_order_with_their_position(room: RedisMailroom) -> None:
    assert await room.seize(INBOX, "reader")
    assert await room.keep(INBOX, "reader", Position(7, 1), [ONE])
    assert await room.keep(INBOX, "reader", Position(7, 2), [TWO])
    assert await room.position(INBOX) == Position(7, 2)
    assert await room.waiting(INBOX) == [ONE, TWO]
    assert await room.waiting(INBOX, most=1) == [ONE]


async def test_what_waits_is_taken_out_as_far_as_it_fits_and_one_too_large_alone(room: RedisMailroom) -> None:
    # EM-12: what packs well counts as what it unpacks to.
    large = [Kept(f"7.{number}", bytes([number]) * (ROOM // 2)) for number in (3, 4, 5)]
    huge = Kept("7.6", b"x" * (ROOM * 2))
    assert await room.seize(INBOX, "reader")
    assert await room.keep(INBOX, "reader", Position(7, 6), [*large, huge, ONE, TWO])
    taken = []
    while waiting := await room.waiting(INBOX):
        taken.append([kept.id for kept in waiting])
        for kept in waiting:
            await room.settle(INBOX, kept.id)
    assert taken == [["7.3", "7.4"], ["7.5"], ["7.6"], ["7.1", "7.2"]]


async def test_what_is_posted_is_kept_once_whoever_reads_and_moves_no_position(room: RedisMailroom) -> None:
    # EM-15
    assert await room.seize(INBOX, "reader")
    assert await room.keep(INBOX, "reader", Position(7, 1), [ONE])
    await room.post(INBOX, TWO)
    await room.post(INBOX, TWO)
    await room.post("email:posted@example.test", ONE)
    assert await room.waiting(INBOX) == [ONE, TWO]
    assert await room.position(INBOX) == Position(7, 1)
    assert await room.waiting("email:posted@example.test") == [ONE]


async def test_two_readers_of_one_mailbox_are_one_and_a_half_too_many(room: RedisMailroom) -> None:
    # EM-01
    assert await room.seize(INBOX, "first")
    assert not await room.seize(INBOX, "second")
    assert await room.seize(INBOX, "first")
    assert await room.seize("imap:other@example.test/INBOX", "second")
    assert not await room.keep(INBOX, "second", Position(7, 9), [TWO])
    assert await room.position(INBOX) is None
    assert await room.waiting(INBOX) == []


async def test_a_reader_that_leaves_is_followed_at_once_and_nobody_is_sent_away(room: RedisMailroom) -> None:
    assert await room.seize(INBOX, "first")
    await room.leave(INBOX, "second")
    assert not await room.seize(INBOX, "second")
    await room.leave(INBOX, "first")
    assert await room.seize(INBOX, "second")
    await room.leave(INBOX, "first")
    assert not await room.seize(INBOX, "third")


async def test_a_reader_that_was_late_keeps_nothing_and_the_next_one_goes_on(bench: Bench, room: RedisMailroom) -> None:
    assert await room.seize(INBOX, "late")
    assert await room.keep(INBOX, "late", Position(7, 1), [ONE])
    await _lease_over(bench)
    assert not await room.keep(INBOX, "late", Position(7, 2), [TWO])
    assert await room.seize(INBOX, "next")
    assert await room.position(INBOX) == Position(7, 1)
    assert await room.keep(INBOX, "next", Position(7, 2), [TWO])
    assert await room.waiting(INBOX) == [ONE, TWO]


async def test_a_message_fetched_twice_is_kept_once(room: RedisMailroom) -> None:
    await room.seize(INBOX, "reader")
    await room.keep(INBOX, "reader", Position(7, 1), [ONE, ONE])
    await room.keep(INBOX, "reader", Position(7, 1), [ONE])
    assert await room.waiting(INBOX) == [ONE]


async def test_a_mailbox_made_anew_is_read_from_its_start(room: RedisMailroom) -> None:
    await room.seize(INBOX, "reader")
    await room.keep(INBOX, "reader", Position(7, 900), [])
    await room.keep(INBOX, "reader", Position(8, 0), [])
    assert await room.position(INBOX) == Position(8, 0)
    await room.keep(INBOX, "reader", Position(8, 1), [Kept("8.1", ONE.raw)])
    assert await room.waiting(INBOX) == [Kept("8.1", ONE.raw)]


async def test_a_settled_message_is_gone_and_settling_it_again_harms_nothing(room: RedisMailroom) -> None:
    await room.seize(INBOX, "reader")
    await room.keep(INBOX, "reader", Position(7, 2), [ONE, TWO])
    await room.settle(INBOX, ONE.id)
    await room.settle(INBOX, ONE.id)
    assert await room.waiting(INBOX) == [TWO]
    await room.settle(INBOX, "never seen")
    assert await room.waiting(INBOX) == [TWO]


@pytest.mark.parametrize("why", ["no boundary", ""])
async def test_a_message_nobody_understands_is_set_aside_whole(room: RedisMailroom, why: str) -> None:
    await room.seize(INBOX, "reader")
    await room.keep(INBOX, "reader", Position(7, 2), [ONE, TWO])
    await room.quarantine(INBOX, ONE.id, why)
    assert await room.waiting(INBOX) == [TWO]
    assert await room.quarantined(INBOX) == [(ONE, why or "no reason given")]


async def test_messages_set_aside_are_not_fetched_again(room: RedisMailroom) -> None:
    await room.seize(INBOX, "reader")
    await room.keep(INBOX, "reader", Position(7, 1), [ONE])
    await room.quarantine(INBOX, ONE.id, "no boundary")
    await room.keep(INBOX, "reader", Position(7, 1), [ONE])
    assert await room.waiting(INBOX) == []


async def test_a_full_store_keeps_nothing_and_forgets_nothing(bench: Bench, room: RedisMailroom) -> None:
    await room.seize(INBOX, "reader")
    await room.keep(INBOX, "reader", Position(7, 1), [ONE])
    await bench.redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreFull):
            await room.keep(INBOX, "reader", Position(7, 2), [TWO])
        assert await room.position(INBOX) == Position(7, 1)
        await room.settle(INBOX, ONE.id)
    finally:
        await bench.redis.config_set("maxmemory", 0)
    assert await room.waiting(INBOX) == []


async def test_what_is_kept_of_one_mailbox_is_in_one_slot(bench: Bench, room: RedisMailroom) -> None:
    await room.seize(INBOX, "reader")
    await room.keep(INBOX, "reader", Position(7, 2), [ONE, TWO])
    await room.quarantine(INBOX, ONE.id, "no boundary")
    names = {name.decode() for name in await bench.everything()}
    assert {name.partition("}:")[2] for name in names} == {"lease", "at", "todo", "raw", "aside"}
    assert len({name.partition("}")[0] for name in names}) == 1
    assert not any("bot@" in name for name in names)


async def _lease_over(bench: Bench) -> None:
    """The reader's lease runs out, now."""
    (name,) = [name async for name in bench.redis.scan_iter(match="*:lease")]
    assert await bench.redis.pttl(name) > 0
    await bench.redis.pexpire(name, 1)
    while await bench.redis.exists(name):
        await bench.redis.ping()
