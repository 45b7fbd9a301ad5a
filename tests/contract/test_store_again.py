"""Sent again: when a reply is lost the same command goes out a second time, and all is as if it had gone out once."""

from __future__ import annotations

import contextlib
import itertools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from gateway.ports import Commit, OpenApproval, Timer
from gateway.store import client
from gateway.store.client import connect, script
from gateway.store.errors import StoreDown, StoreUnfit
from tests.contract.bench import DEAD, DONE, LEASE, NOON, NOTED, Bench, bench_at, message, record, tool
from tests.contract.line import Line
from tests.servers import FIT, Server, running

SCRIPTS = [path.stem for path in (Path(client.__file__).parent / "lua").glob("[a-z]*.lua")]
Break = Callable[[], None]
Move = Callable[[Bench, Break], Awaitable[object]]


@pytest.fixture
async def line(store_server: Server, tmp_path: Path) -> AsyncIterator[Line]:
    async with Line(store_server.socket, tmp_path / "line.sock").laid() as ready:
        yield ready


@contextlib.asynccontextmanager
async def repeatable(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """A bench whose tokens are the same each time. Its server knows all scripts, so that it is work that gets lost."""
    drawn = itertools.count()
    monkeypatch.setattr(secrets, "token_hex", lambda size: f"{next(drawn):0{2 * size}x}")
    async with bench_at(url) as bench:
        for name in SCRIPTS:
            await bench.redis.script_load(script(name).source)
        yield bench


async def kept(bench: Bench) -> dict[bytes, bytes | None]:
    """All keys as serialised. Of the audit stream, whose ids are real times, the last hash stands for all entries."""
    return {name: value for name, (value, _) in (await bench.everything()).items() if not name.endswith(b":au")}


async def ingest(bench: Bench, cut: Break) -> object:
    cut()
    return (await bench.store.ingest("t1", "m1", record())).seq


async def control(bench: Bench, cut: Break) -> object:
    await bench.turn(effects=[tool("fx1")])
    cut()
    return (await bench.store.control("t1", "c1", record(), "stop")).seq


async def claim(bench: Bench, cut: Break) -> object:
    await bench.store.ingest("t1", "m1", record())
    cut()
    return await bench.store.claim(most=1)


async def renew(bench: Bench, cut: Break) -> object:
    await bench.store.ingest("t1", "m1", record())
    claimed = await bench.claim()
    cut()
    return await bench.store.renew(claimed)


async def release(bench: Bench, cut: Break) -> object:
    await bench.store.ingest("t1", "m1", record())
    claimed = await bench.claim()
    cut()
    await bench.store.release(claimed, delay=LEASE)
    return await bench.store.claim()


async def commit(bench: Bench, cut: Break) -> object:
    await bench.store.ingest("t1", "m1", record())
    claimed = await bench.claim()
    cut()
    gate, timer = OpenApproval("a1", "d1", NOON), Timer("x", NOON)
    return await bench.store.commit(claimed, Commit("op", 1, (record(),), (message("fx1"),), (gate,), (timer,)))


async def fire(bench: Bench, cut: Break) -> object:
    await bench.turn(timers=[Timer("x", NOON)])
    cut()
    await bench.store.fire()
    return await bench.store.read("t1")


async def fx_claim(bench: Bench, cut: Break) -> object:
    await bench.approved()
    await bench.turn(effects=[tool("fx1", approval="a1", digest="d1"), tool("fx2")])
    cut()
    return await bench.store.fx_claim("tool")


async def fx_renew(bench: Bench, cut: Break) -> object:
    await bench.turn(effects=[message("fx1")])
    grant = await bench.grant("email")
    cut()
    return await bench.store.fx_renew(grant)


async def fx_done(bench: Bench, cut: Break) -> object:
    await bench.turn(effects=[message("fx1"), message("fx2")])
    grant = await bench.grant("email")
    cut()
    return await bench.store.fx_done(grant, NOTED)


async def fx_retry(bench: Bench, cut: Break) -> object:
    await bench.turn(effects=[message("fx1"), message("fx2")])
    grant = await bench.grant("email")
    cut()
    return await bench.store.fx_retry(grant, delay=9, settled=DEAD)


MOVES: list[Move] = [ingest, control, claim, renew, release, commit, fire, fx_claim, fx_renew, fx_done, fx_retry]


@pytest.mark.parametrize("move", MOVES)
async def test_a_lost_reply_changes_neither_the_answer_nor_a_byte(
    store_server: Server, line: Line, move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with repeatable(store_server.url, monkeypatch) as bench:
        answer, left = await move(bench, lambda: None), await kept(bench)
    async with repeatable(line.url, monkeypatch) as bench:
        assert await move(bench, line.lose_next) == answer
        assert line.lost == 1
        assert await kept(bench) == left


async def test_a_claim_sent_again_after_its_work_is_done_gives_nothing(bench: Bench) -> None:
    await bench.turn(effects=[tool("fx1")])
    grant = await bench.grant()
    random = grant.token.partition("-")[2]
    call = (bench.key("t1", "")[:-1], bench.clock.now, "tool", random, LEASE, 1)
    assert (await client.call(bench.redis, script("fx_claim"), *call))[0][0] == b"fx1"
    await bench.store.fx_done(grant, DONE)
    assert await client.call(bench.redis, script("fx_claim"), *call) == []


async def test_a_server_that_forgot_the_scripts_is_told_them_again(bench: Bench) -> None:
    await bench.turn()
    await bench.redis.script_flush()
    await bench.turn()
    assert len(await bench.store.read("t1")) == 4


async def test_a_store_that_is_gone_is_down_after_the_time_we_give_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.1)
    redis = connect(f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(StoreDown, match="does not answer"):
        await client.call(redis, script("renew"), "hp:{x}", 1, "t1", "token", LEASE)
    await redis.aclose()


@pytest.mark.parametrize("login", ["", "nobody:wrong@"])
async def test_a_store_that_does_not_let_us_in_is_not_asked_again(tmp_path: Path, login: str) -> None:
    async with running("valkey-server", tmp_path, FIT | {"requirepass": "right"}) as server:
        redis = connect(f"unix://{login}{server.socket}")
        with pytest.raises(StoreUnfit, match="credentials"):
            await client.call(redis, script("renew"), "hp:{x}", 1, "t1", "token", LEASE)
        await redis.aclose()
