"""The fence: whoever does not hold the lease changes nothing, not one byte of one key, whatever it tries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from gateway.ports import Claim, Commit, Fenced, Grant, NewEffect, OpenApproval, Snapshot, Timer
from tests.contract.bench import DEAD, DONE, LEASE, Bench, message, record

FORGED: dict[str, Callable[[str], str]] = {
    "empty": lambda token: "",
    "guessed": lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
    "the counter alone": lambda token: token.partition("-")[0],
    "longer": lambda token: token + "0",
}


def everything_at_once(claim: Claim) -> Commit:
    """A turn that would touch every kind of key."""
    return Commit(
        op="foreign",
        seq=claim.seq,
        records=(record("foreign"),),
        effects=(NewEffect("foreign", "email", "mail:bo", 0, b"to bo"),),
        approvals=(OpenApproval("foreign", "d", 1),),
        timers=(Timer("foreign", 1),),
        snapshot=Snapshot(1, b"foreign"),
    )


@dataclass(frozen=True)
class Held:
    """A thread and an effect, both leased."""

    claim: Claim
    grant: Grant


async def held(bench: Bench) -> Held:
    """One claim and one grant."""
    await bench.turn(effects=[message("fx1"), message("fx2")])
    await bench.store.ingest("t1", "more", record())
    return Held(await bench.claim(), await bench.grant("email"))


async def commit(bench: Bench, by: Held) -> bool:
    return not isinstance(await bench.store.commit(by.claim, everything_at_once(by.claim)), Fenced)


async def renew(bench: Bench, by: Held) -> bool:
    return await bench.store.renew(by.claim)


async def release(bench: Bench, by: Held) -> bool:
    return await bench.store.release(by.claim, delay=7)


async def fx_renew(bench: Bench, by: Held) -> bool:
    return await bench.store.fx_renew(by.grant)


async def fx_done(bench: Bench, by: Held) -> bool:
    return await bench.store.fx_done(by.grant, DONE)


async def fx_retry(bench: Bench, by: Held) -> bool:
    return await bench.store.fx_retry(by.grant, delay=7, settled=DEAD)


Move = Callable[[Bench, Held], Awaitable[bool]]
MOVES: list[Move] = [commit, renew, release, fx_renew, fx_done, fx_retry]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("move", MOVES)
async def test_a_foreign_token_changes_nothing(bench: Bench, move: Move, forged: str) -> None:
    real = await held(bench)
    forge = FORGED[forged]
    foreign = Held(
        replace(real.claim, token=forge(real.claim.token)), replace(real.grant, token=forge(real.grant.token))
    )
    bench.clock.forward(1)
    before = await bench.everything()
    assert not await move(bench, foreign)
    assert await bench.everything() == before
    assert await move(bench, real)


@pytest.mark.parametrize("move", MOVES)
async def test_a_predecessor_that_was_replaced_changes_nothing(bench: Bench, move: Move) -> None:
    late = await held(bench)
    bench.clock.forward(LEASE)
    present = Held(await bench.claim(), await bench.grant("email"))
    bench.clock.forward(1)
    before = await bench.everything()
    assert not await move(bench, late)
    assert await bench.everything() == before
    assert await move(bench, present)


@pytest.mark.parametrize("move", [commit, renew, release, fx_renew])
async def test_after_its_end_the_holder_is_a_stranger_too(bench: Bench, move: Move) -> None:
    past = await held(bench)
    await bench.commit(past.claim)
    await bench.store.fx_done(past.grant, DONE)
    before = await bench.everything()
    assert not await move(bench, past)
    assert await bench.everything() == before


async def test_settling_what_was_settled_says_yes_again_and_changes_nothing(bench: Bench) -> None:
    past = await held(bench)
    assert await fx_done(bench, past)
    before = await bench.everything()
    assert await fx_done(bench, past)
    assert await fx_retry(bench, past)
    assert await bench.everything() == before
