"""The shared line: a code finds its thread and no other, wrong ones count, and what comes again goes where it went.

Everything is real but the platform: desk, log, book and counters, on a server.
"""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from tests.contract.bench import Bench
from tests.contract.exchange import ANA, BO, BO_TOO, Exchange, SameCodes, approval, exchange_at, field, question


@pytest.fixture
def at(valkey_bench: Bench) -> Exchange:
    return exchange_at(valkey_bench)


def other_than(*codes: str) -> str:
    """Six digits that are none of these."""
    return next(f"{n:06d}" for n in range(99) if f"{n:06d}" not in codes)


# --- where a message belongs


async def test_without_anything_asked_a_message_is_the_persons_own(at: Exchange) -> None:  # SM-17
    assert await at.text("m1", "Hello") == at.own(BO)
    assert await at.text("m2", "Hello", by=ANA) == at.own(ANA) != at.own(BO)


async def test_each_code_finds_its_own_request(at: Exchange) -> None:  # SM-14
    codes = {f"t{n}": await at.ask(f"t{n}", approval(f"r{n}")) for n in range(3)}
    for thread, code in codes.items():
        assert await at.text(f"m-{thread}", f"A {code}") == thread
        assert await at.answered(thread) == f"r{thread[1:]}"
        assert await at.text(f"n-{thread}", f"{code[:3]} {code[3:]}") == thread


async def test_a_message_without_a_code_belongs_to_what_was_asked_last(at: Exchange) -> None:
    await at.ask("t1", approval("r1"))
    await at.ask("t2", approval("r2"))
    assert await at.text("m1", "yes") == "t2"
    assert await at.answered("t2") is None
    await at.close("t2", "r2")
    assert await at.text("m2", "yes") == "t1"
    await at.close("t1", "r1")
    assert await at.text("m3", "yes") == at.own()


async def test_a_field_asked_again_is_what_was_asked_last(at: Exchange) -> None:
    await at.ask("t1", question("q1"))
    await at.ask("t2", approval("r2"))
    assert await at.text("m1", "Monday") == "t2"
    await at.ask("t1", field("f1", "q1"))
    assert await at.text("m2", "Monday") == "t1"


async def test_the_code_of_a_question_finds_it_though_something_else_was_asked_since(at: Exchange) -> None:
    code = await at.ask("t1", question("q1"))
    await at.ask("t2", question("q2"))
    assert await at.text("m1", f"{code} Monday") == "t1"
    assert await at.answered("t1") == "q1"


async def test_the_code_of_what_was_closed_lately_is_told_so_in_its_thread(at: Exchange) -> None:
    code = await at.ask("t1", approval("r1"))
    await at.ask("t2", approval("r2"))
    await at.close("t1", "r1")
    for number in range(9):
        assert await at.text(f"m{number}", f"A {code}") == "t1"
    assert await at.answered("t1") == "r1"


# --- codes that do not fit


async def test_the_code_of_another_number_is_a_wrong_one(at: Exchange) -> None:
    code = await at.ask("t1", approval("r1"))
    assert await at.text("m1", f"A {code}", by=ANA) == at.own(ANA)
    assert await at.answered(at.own(ANA)) is None
    # Not even from another number of the same person: it was not put there.
    assert await at.text("m2", f"A {code}", by=BO_TOO) == at.own(BO_TOO)
    assert await at.answered(at.own(BO_TOO)) is None


async def test_two_numbers_of_one_person_are_two_conversations(at: Exchange) -> None:
    one, two = await at.ask("t1", approval("r1")), await at.ask("t2", approval("r2"), to=BO_TOO)
    assert await at.text("m1", "hm") == "t1"
    assert await at.text("m2", "hm", by=BO_TOO) == "t2"
    assert await at.text("m3", f"A {two}") == "t1"
    assert await at.answered("t1") is None
    assert await at.text("m4", f"A {one}") == "t1"
    assert await at.answered("t1") == "r1"


async def test_the_code_of_one_request_decides_no_other_of_the_same_number(at: Exchange) -> None:
    code = await at.ask("t1", approval("r1"))
    await at.ask("t1", approval("r2"))
    await at.text("m1", f"A {code}")
    assert await at.answered("t1") == "r1"


async def test_a_code_that_two_open_requests_have_decides_neither(valkey_bench: Bench) -> None:
    at = exchange_at(valkey_bench, SameCodes(b"a secret for tests only"))
    await at.ask("t1", approval("r1"))
    await at.ask("t2", approval("r2"))
    for number in range(9):
        assert await at.text(f"m{number}", "A 123456") == "t2"
        assert await at.answered("t2") is None
    await at.close("t2", "r2")
    assert await at.text("m10", "A 123456") == "t1"
    assert await at.answered("t1") == "r1"


async def test_after_five_wrong_codes_none_is_heard_the_right_one_neither(at: Exchange) -> None:  # SM-15
    code = await at.ask("t1", approval("r1"))
    with capture_logs() as logged:
        for number in range(5):
            assert await at.text(f"m{number}", f"A {other_than(code)}") == "t1"
    assert [one["log_level"] for one in logged if one["event"] == "codes guessed"] == ["error"]
    assert BO.partition(":")[2] not in repr(logged)
    for id, text in (("m6", f"A {other_than(code)}"), ("m7", f"A {code}"), ("m8", code)):
        assert await at.text(id, text) is None
    assert await at.text("m11", "I did not write these.") == "t1"
    assert await at.answered("t1") is None
    assert await at.text("m9", "Hello", by=ANA) == at.own(ANA)
    assert await at.text("m10", "Hello", by=BO_TOO) == at.own(BO_TOO)


async def test_the_silence_ends_with_the_hour_and_what_was_not_heard_in_it_stays_so(at: Exchange) -> None:
    code = await at.ask("t1", approval("r1"))
    for number in range(5):
        await at.text(f"m{number}", f"A {other_than(code)}")
    assert await at.text("late", f"A {code}") is None
    (name,) = [name async for name in at.bench.redis.scan_iter(match="hp:tries:guesses:*")]
    assert 3500 < await at.bench.redis.ttl(name) <= 3600
    await at.bench.redis.delete(name)
    assert await at.text("late", f"A {code}") is None
    assert await at.text("again", f"A {code}") == "t1"


async def test_guesses_at_the_same_moment_are_counted_one_by_one(at: Exchange) -> None:
    code = await at.ask("t1", approval("r1"))
    guesses = [other_than(code) for _ in range(40)]
    before = len((await at.heard())["t1"])
    await asyncio.gather(*(at.desk.take(at.said(f"m{n}", f"A {guess}")) for n, guess in enumerate(guesses)))
    assert len((await at.heard())["t1"]) - before == 5


async def test_a_wrong_code_that_comes_again_is_one(at: Exchange) -> None:
    code = await at.ask("t1", approval("r1"))
    for _ in range(9):
        await at.text("m1", f"A {other_than(code)}")
    assert await at.text("m2", f"A {code}") == "t1"


async def test_six_digits_that_answer_a_question_or_speak_of_an_order_are_no_wrong_codes(at: Exchange) -> None:
    for number in range(6):
        assert await at.text(f"m{number}", f"Where is order 10423{number}?") == at.own()
    await at.ask("t1", approval("r1"))
    await at.ask("t2", question("q2"))
    for number in range(6):
        assert await at.text(f"n{number}", f"10423{number}") == "t2"


async def test_approvals_cannot_be_tried_out_uncounted_while_a_question_is_open(at: Exchange) -> None:
    code = await at.ask("t1", approval("r1"))
    await at.ask("t2", question("q2"))
    assert await at.text("m1", code) == "t2"
    assert await at.answered("t2") is None
    assert await at.text("m2", f"A {code}") == "t1"
    assert await at.text("m3", f"A {other_than(code)}") == "t1"
    assert await at.answered("t1") is None


# --- again


async def test_a_redelivery_goes_where_it_went_though_the_request_is_closed_and_another_asked(at: Exchange) -> None:
    code = await at.ask("t1", approval("r1"))
    for id, text in (("m1", f"A {code}"), ("m2", "thanks")):
        assert await at.text(id, text) == "t1"
    await at.close("t1", "r1")
    await at.ask("t2", approval("r2"))
    for id, text in (("m1", f"A {code}"), ("m2", "thanks")):
        assert await at.text(id, text) is None
    assert [said.id for said in (await at.heard())["t1"]] == ["m1", "m2"]
    assert (await at.heard())["t2"] == []
    assert await at.text("m3", "thanks") == "t2"
