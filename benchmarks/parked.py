"""Parked threads: what a thread that waits for a human costs in memory and on disk, beside its bare log."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass

from redis.asyncio import Redis

from benchmarks.scene import Scene, at_work, mail_from_ana

AT_ONCE = 64
COPIED = 500


@dataclass(frozen=True)
class Parked:
    """Bytes per parked thread: in the server's memory, in its append-only file, and as nothing but a list of records.

    `processes` is how many processes of ours a parked thread holds, which is none: the roles are not running.
    """

    threads: int
    memory: float
    disk: float
    bare: float

    @property
    def ratio(self) -> float:
        """Memory over that of the bare log."""
        return self.memory / self.bare


async def park(on: Scene, threads: int) -> Parked:
    """Park so many threads, stop every role, and weigh them."""
    memory, disk = await _memory(on.redis), await _disk(on.redis)
    async with at_work(on):
        await _ask(on, threads)
    await _settled(on)
    weighed = (await _memory(on.redis) - memory) / threads
    written = (await _disk(on.redis) - disk) / threads
    return Parked(threads, weighed, written, await _bare(on, min(threads, COPIED)))


async def _ask(on: Scene, threads: int) -> None:
    left = iter(range(threads))

    async def driver() -> None:
        for _ in left:
            name = secrets.token_hex(8)
            card = on.mail.card(on.house.keyring.thread_id("email", name))
            await on.house.inbound.accept(mail_from_ana(name))
            await card

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(driver())


async def _settled(on: Scene) -> None:
    """Let the last deliveries be written down."""
    async with at_work(on):
        for listed in await on.house.opened.threads.threads(most=AT_ONCE):
            while await _moving(on, listed.id):
                await on.house.opened.threads.wait_for_work("settled", timeout=0.05)


async def _moving(on: Scene, thread_id: str) -> bool:
    return any(one.state in {"pending", "sending"} for one in await on.house.opened.threads.effects(thread_id))


async def _bare(on: Scene, copied: int) -> float:
    """The same records in plain lists."""
    listed = await on.house.opened.threads.threads(most=copied)
    logs = [await on.house.opened.threads.read(one.id) for one in listed]
    before = await _memory(on.redis)
    for log in logs:
        await on.redis.rpush(f"bare:{secrets.token_hex(10)}", *log)
    return (await _memory(on.redis) - before) / len(logs)


async def _memory(redis: Redis) -> int:
    found = await redis.info("memory")
    return int(found["used_memory"] - found.get("mem_clients_normal", 0) - found.get("mem_aof_buffer", 0))


async def _disk(redis: Redis) -> int:
    with contextlib.suppress(KeyError):
        return int((await redis.info("persistence"))["aof_current_size"])
    return 0
