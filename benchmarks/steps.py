"""Steps: how long one turn takes on a thread with a long past, which must not grow with the past's length."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from benchmarks.scene import Scene, TalkingModel, mail_from_ana
from gateway.worker import THREADS, Worker


@dataclass(frozen=True)
class Step:
    """The median time, in seconds, from the claim of a thread with so many events to the end of its commit."""

    events: int
    seconds: float


async def time_steps(on: Scene, pasts: Sequence[int], *, turns: int) -> list[Step]:
    """One thread for each past; their turns are measured in alternation."""
    worker = replace(on.house.worker(), model=TalkingModel())
    names = {past: secrets.token_hex(8) for past in pasts}
    for past, name in names.items():
        await _live(on, worker, name, past)
    taken: dict[int, list[float]] = {past: [] for past in pasts}
    for _ in range(turns):
        for past, name in names.items():
            taken[past].append(await _turn(on, worker, name))
    return [Step(past, median(times)) for past, times in taken.items()]


async def _live(on: Scene, worker: Worker, name: str, events: int) -> None:
    """Talk until the log is about so long: each exchange adds a message, the model's call and an answer."""
    for _ in range(max(events // 3, 1)):
        await _turn(on, worker, name)


async def _turn(on: Scene, worker: Worker, name: str) -> float:
    await on.house.inbound.accept(mail_from_ana(name, "And what about the other one?"))
    while True:
        began = time.perf_counter()
        if claims := await on.house.opened.threads.claim():
            await worker.work(claims[0])
            return time.perf_counter() - began
        await on.house.opened.threads.wait_for_work(THREADS, timeout=worker.poll)
