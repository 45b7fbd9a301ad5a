"""What the policy allows passes the gate like what a person approved: in one commit, for these bytes, once."""

from __future__ import annotations

from gateway.ports import PREVIEW_LANE, CloseApproval, NewEffect, OpenApproval
from tests.contract.bench import DONE, LEASE, MINUTE, NOON, REFUSED, Bench, tool

OPEN = OpenApproval("a1", "d1", NOON + 15 * MINUTE)
ALLOWED = CloseApproval("a1", "approved", NOON + 15 * MINUTE)


def preview(id: str) -> NewEffect:
    """A tool is asked what it would do."""
    return NewEffect(id, PREVIEW_LANE, PREVIEW_LANE, 0, b"")


async def test_what_is_allowed_opens_its_gate_and_starts_by_one_commit(bench: Bench) -> None:
    await bench.turn(approvals=[OPEN, ALLOWED], effects=[tool("fx1", approval="a1", digest="d1")])

    grant = await bench.grant()
    assert (grant.id, grant.mode, grant.approval, grant.digest) == ("fx1", "start", "a1", "d1")
    assert await bench.store.fx_done(grant, DONE)


async def test_it_starts_once_and_only_with_its_own_bytes(bench: Bench) -> None:
    twice = [tool("fx1", approval="a1", digest="d1"), tool("fx2", approval="a1", digest="d1")]
    await bench.turn(approvals=[OPEN, ALLOWED], effects=[tool("fx0", approval="a1", digest="other"), *twice])

    seen = []
    for _ in range(3):
        grant = await bench.grant()
        seen.append((grant.id, grant.mode, grant.why))
        assert await bench.store.fx_done(grant, REFUSED if grant.mode == "refused" else DONE)
    assert seen == [("fx0", "refused", "changed"), ("fx1", "start", ""), ("fx2", "refused", "used")]
    await bench.turn(effects=[tool("fx3", approval="a1", digest="d1")])
    assert (await bench.grant()).why == "used"


async def test_it_does_not_start_for_ever(bench: Bench) -> None:
    await bench.turn(approvals=[OPEN, ALLOWED], effects=[tool("fx1", approval="a1", digest="d1")])
    bench.clock.forward(15 * MINUTE)

    grant = await bench.grant()
    assert (grant.mode, grant.why) == ("refused", "lapsed")


async def test_a_question_waits_for_no_tool_and_no_pause(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1"), preview("p1")])
    assert (await bench.grant()).id == "fx1"
    await bench.store.control("t1", "c1", b'{"event":{"type":"control"}}', "pause")

    asked = await bench.grant(PREVIEW_LANE)
    assert (asked.id, asked.mode) == ("p1", "start")
    assert await bench.store.fx_done(asked, DONE)


async def test_questions_of_one_thread_are_asked_in_order(bench: Bench) -> None:
    await bench.turn(effects=[preview("p1"), preview("p2")])

    for expected in ("p1", "p2"):
        asked = await bench.grant(PREVIEW_LANE)
        assert asked.id == expected
        assert await bench.store.fx_claim(PREVIEW_LANE) == []
        assert await bench.store.fx_done(asked, DONE)


async def test_a_question_whose_asker_was_lost_is_asked_again(bench: Bench) -> None:
    await bench.turn(effects=[preview("p1")])
    lost = await bench.grant(PREVIEW_LANE)
    bench.clock.forward(LEASE)

    again = await bench.grant(PREVIEW_LANE)
    assert (again.id, again.mode, again.attempt) == ("p1", "recover", 2)
    assert not await bench.store.fx_done(lost, DONE)
    assert await bench.store.fx_done(again, DONE)
