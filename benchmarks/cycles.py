"""Approval cycles: how many a second, how long each half takes, how much processor; house and bare loop in turn.

Rounds of the two alternate, so that whatever else the machine does falls on both; a ratio is the median of the rounds'.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from benchmarks import bare
from benchmarks.scene import Scene, at_work, mail_from_ana
from gateway.entry import decode


@dataclass(frozen=True)
class Cycle:
    """Of one cycle, in seconds. `asked` and `answered` are as people see it: until the words go out of the house.

    `parked` and `done` are by the store's own clock (whole milliseconds), from log entry to log entry.
    """

    asked: float
    answered: float
    parked: float
    done: float


@dataclass(frozen=True)
class Round:
    """Cycles in one stretch. `client` and `server` are processor seconds per cycle."""

    per_second: float
    client: float
    server: float
    cycles: tuple[Cycle, ...] = ()


@dataclass(frozen=True)
class Rounds:
    """The two contestants' rounds, in pairs."""

    house: tuple[Round, ...]
    bare: tuple[Round, ...]

    def ratio(self, of: Callable[[Round], float]) -> float:
        """The house's figure over the bare loop's, pair by pair: the median."""
        return median(of(ours) / of(theirs) for ours, theirs in zip(self.house, self.bare, strict=True))


async def compare(on: Scene, *, rounds: int, cycles: int, at_once: int) -> Rounds:
    """So many rounds of so many cycles each, so many of them under way at the same time."""
    ours, theirs = [], []
    for number in range(rounds + 1):
        bare_round = await _round(on, lambda: _bare(on), cycles, at_once)
        async with at_work(on):
            house_round = await _round(on, lambda: _house(on), cycles, at_once)
        if number:  # The first round warms up.
            ours.append(house_round)
            theirs.append(bare_round)
    return Rounds(tuple(ours), tuple(theirs))


async def _round(on: Scene, cycle: Callable[[], Awaitable[Cycle | None]], cycles: int, at_once: int) -> Round:
    left = iter(range(cycles))
    done: list[Cycle | None] = []

    async def driver() -> None:
        for _ in left:
            done.append(await cycle())

    server, client, wall = await _server_seconds(on), time.process_time(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(driver())
    wall, client = time.perf_counter() - wall, time.process_time() - client
    server = await _server_seconds(on) - server
    measured = tuple(one for one in done if one)
    return Round(cycles / wall, client / cycles, server / cycles, measured)


async def _bare(on: Scene) -> None:
    await bare.cycle(on.redis, secrets.token_hex(8))


async def _house(on: Scene) -> Cycle:
    """One mail, one approval through the signed-in door, one answer."""
    name = secrets.token_hex(8)
    thread_id = on.house.keyring.thread_id("email", name)
    card, answer = on.mail.card(thread_id), on.mail.answer(thread_id)
    began = time.perf_counter()
    await on.house.inbound.accept(mail_from_ana(name))
    request = await card
    asked = time.perf_counter()
    threads = on.house.door().threads
    await threads.decide("bo", thread_id, request.id, "approve", reason="", digest=request.digest, key=name)
    await answer
    done = time.perf_counter()
    parked, finished = await _by_the_log(on, thread_id)
    return Cycle(asked - began, done - asked, parked, finished)


async def _by_the_log(on: Scene, thread_id: str) -> tuple[float, float]:
    """Message to request, and decision to answer, as the store stamped them."""
    at: dict[str, datetime] = {}
    for record in await on.house.opened.threads.read(thread_id):
        event = decode(record).event
        at.setdefault(event.type, event.at)
    parked = (at["approval_request"] - at["user_message"]).total_seconds()
    return parked, (at["agent_message"] - at["approval_response"]).total_seconds()


async def _server_seconds(on: Scene) -> float:
    used = await on.redis.info("cpu")
    return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])
