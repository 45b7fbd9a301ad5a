"""`python -m benchmarks`: measure everything in one run and print the tables of `docs/performance.md`."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks.cycles import Cycle, Round, Rounds, compare
from benchmarks.parked import Parked, park
from benchmarks.scene import scene
from benchmarks.steps import Step, time_steps


@dataclass(frozen=True)
class Size:
    """How much is measured: the whole thing, or just enough to see that the benchmark works."""

    rounds: int
    cycles: int
    parked: int
    pasts: tuple[int, ...]
    turns: int


WHOLE = Size(rounds=7, cycles=400, parked=20_000, pasts=(10, 100, 1_000, 5_000), turns=200)
QUICK = Size(rounds=1, cycles=10, parked=20, pasts=(10, 40), turns=3)
AT_ONCE = (1, 32)


async def measure(size: Size) -> list[str]:
    """All tables, as lines of markdown."""
    lines = [await _machine()]
    for at_once in AT_ONCE:
        async with scene() as on:
            rounds = await compare(on, rounds=size.rounds, cycles=size.cycles, at_once=at_once)
        lines += ["", f"### {at_once} at a time", "", *_cycles(rounds)]
    async with scene() as on:
        lines += ["", "### Parked threads", "", *_parked(await park(on, size.parked))]
    async with scene() as on:
        lines += ["", "### One turn", "", *_steps(await time_steps(on, size.pasts, turns=size.turns))]
    return lines


async def _machine() -> str:
    async with scene() as on:
        found = await on.redis.info("server")
        durability = on.house.opened.found.durability
    server = found.get("valkey_version") or found["redis_version"]
    name = found.get("server_name", "redis")
    where = f"Python {platform.python_version()}, {name} {server}, {os.cpu_count()} processors, {platform.machine()}"
    return f"{where}; durability {durability}: every write is on disk before it is acknowledged."


def _cycles(rounds: Rounds) -> Iterator[str]:
    yield "| | bare loop | Holdpoint | ratio |"
    yield "|---|---|---|---|"
    yield _row("cycles per second", rounds, lambda one: one.per_second, "{:.0f}")
    yield _row("processor, ours, per cycle (ms)", rounds, lambda one: one.client * 1e3, "{:.2f}")
    yield _row("processor, the store's, per cycle (ms)", rounds, lambda one: one.server * 1e3, "{:.2f}")
    yield ""
    yield "| | p50 (ms) | p99 (ms) |"
    yield "|---|---|---|"
    cycles = [cycle for one in rounds.house for cycle in one.cycles]
    yield _times("in → parked, by the log", cycles, lambda one: one.parked)
    yield _times("in → card handed to the channel", cycles, lambda one: one.asked)
    yield _times("decided → done, by the log", cycles, lambda one: one.done)
    yield _times("decided → answer handed to the channel", cycles, lambda one: one.answered)


def _row(name: str, rounds: Rounds, of: Callable[[Round], float], form: str) -> str:
    theirs, ours = median(map(of, rounds.bare)), median(map(of, rounds.house))
    return f"| {name} | {form.format(theirs)} | {form.format(ours)} | {rounds.ratio(of):.2f} |"


def _times(name: str, cycles: Sequence[Cycle], of: Callable[[Cycle], float]) -> str:
    cuts = quantiles(map(of, cycles), n=100)
    return f"| {name} | {cuts[49] * 1e3:.1f} | {cuts[98] * 1e3:.1f} |"


def _parked(parked: Parked) -> Iterator[str]:
    yield f"| {parked.threads} threads | bytes each |"
    yield "|---|---|"
    yield f"| in memory | {parked.memory:.0f} |"
    yield f"| in memory, nothing but the log in a plain list | {parked.bare:.0f} |"
    yield f"| ratio | {parked.ratio:.2f} |"
    yield f"| written to the append-only file on the way | {parked.disk:.0f} |"


def _steps(steps: Sequence[Step]) -> Iterator[str]:
    yield "| events before | ms, median | of the shortest past's |"
    yield "|---|---|---|"
    for step in steps:
        yield f"| {step.events} | {step.seconds * 1e3:.2f} | {step.seconds / steps[0].seconds:.2f} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure Holdpoint beside a bare redis-py loop.")
    parser.add_argument("--quick", action="store_true", help="only see that it works; the figures mean nothing")
    print("\n".join(asyncio.run(measure(QUICK if parser.parse_args().quick else WHOLE))))
