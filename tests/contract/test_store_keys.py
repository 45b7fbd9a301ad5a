"""The keys: nothing is on the server that the head of the Lua prelude does not name, and one transition is one slot."""

from __future__ import annotations

import re
from pathlib import Path

from redis.crc import key_slot

import gateway.store
from gateway.ports import OpenApproval, Settled, Snapshot, Timer
from gateway.store.partition import prefixes
from tests.contract.bench import DONE, LEASE, NOON, PARTITIONS, Bench, message, record, tool

PRELUDE = Path(gateway.store.__file__).parent / "lua" / "_prelude.lua"
EXPIRING = {"dd", "op"}


def schema() -> dict[str, tuple[str, re.Pattern[str]]]:
    """Kind of key -> its type and its form, as documented."""
    rows = re.findall(r"^--   :(\w+)(\S*) +(list|hash|string|zset|stream) ", PRELUDE.read_text(), re.MULTILINE)
    return {kind: (type_, form(f":{kind}{rest}")) for kind, rest, type_ in rows}


def form(documented: str) -> re.Pattern[str]:
    """What a name like `:ap:<tid>:<id>` matches; only its last part may have colons of its own."""
    open_end = re.sub(r"<\w+>$", ".+", documented)
    return re.compile(re.sub(r"<\w+>", "[^:]+", open_end))


async def everything_happens(bench: Bench) -> None:
    """Every kind of key comes to be."""
    await bench.approved()
    both = [tool("fx1", approval="a1", digest="d1"), tool("fx2"), message("fx3"), message("fx4", lane="mail:cy")]
    await bench.turn(effects=both, timers=[Timer("x", NOON + LEASE)], approvals=[OpenApproval("a2", "d", NOON)])
    await bench.store.fx_done(await bench.grant("email"), DONE)
    await bench.commit(await bench.claim(), snapshot=Snapshot(1, b"folded"))
    await bench.store.fx_retry(await bench.grant("email"), delay=9, settled=DONE)
    await bench.store.fx_done(await bench.grant(), Settled("failed", DONE.record, wakes=False))
    await bench.grant()
    await bench.store.control("t1", "c1", record("pause"), "pause")
    await bench.claim()
    for name in ("t2", "t3", "t4", "t5"):
        await bench.store.ingest(name, "m1", record())


async def test_every_key_is_of_a_documented_kind_and_type(bench: Bench) -> None:
    await everything_happens(bench)
    documented, seen = schema(), set()
    for name in await bench.everything():
        prefix, brace, rest = name.decode().partition("}")
        kind = rest.split(":")[1]
        assert prefix + brace in prefixes(PARTITIONS)
        type_, pattern = documented[kind]
        assert pattern.fullmatch(rest), rest
        assert await bench.redis.type(name) == type_.encode()
        seen.add(kind)
    assert seen == set(documented)


async def test_only_what_may_be_forgotten_expires(bench: Bench) -> None:
    await everything_happens(bench)
    expiring = {name for name, (_, until) in (await bench.everything()).items() if until != -1}
    kinds = {name.decode().partition("}")[2].split(":")[1] for name in expiring}
    assert kinds == EXPIRING | {"fx"}
    ended = {name.decode().rpartition(":")[2] for name in expiring if b":fx:" in name}
    assert ended <= {"fx3", "fx4"}
    assert len(ended) == 1


async def test_all_keys_of_a_thread_are_in_one_slot_and_every_script_is_told_that_slot(bench: Bench) -> None:
    await bench.approved()
    await bench.turn(effects=[tool("fx1"), message("fx2")], timers=[Timer("x", NOON + 1)])
    await bench.grant()
    names = list(await bench.everything())
    assert len(names) > 12
    assert len({key_slot(name) for name in names}) == 1
    (only,) = {name.partition(b"}")[0] + b"}" for name in names}
    assert key_slot(only) == key_slot(names[0])


async def test_the_scripts_name_no_key_outside_their_partition() -> None:
    for path in PRELUDE.parent.glob("*.lua"):
        quoted = re.findall(r"redis\.call\('(?!TIME|PUBLISH)\w+', *([^,)]+)", path.read_text())
        assert all(not name.startswith(("'", '"')) for name in quoted), (path.name, quoted)
