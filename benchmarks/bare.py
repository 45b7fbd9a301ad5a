"""The bare loop: the fewest commands one approval cycle needs, in plain redis-py. The yardstick, not a product.

Lists as queues, a list as log, `SET NX` so that a tool starts once; what can go in one round trip does. It has no
leases, no fencing, no deduplication, no check of what was approved, no audit and no timers, and its records are
constants. Everything Holdpoint does beyond this is what the ratio pays for.
"""

from __future__ import annotations

from redis.asyncio import Redis

RECORD = b'{"event":{"type":"some_event","id":"0123456789abcdef"},"note":"' + b"x" * 300 + b'"}'


async def cycle(redis: Redis, name: str) -> None:
    """A message in, a card out, a decision in, a tool run, an answer out."""
    await _arrive(redis, name)
    await _turn(redis, name, "out")
    await _carry(redis, name, "out")
    await _arrive(redis, name)
    await _turn(redis, name, "tools")
    await _start(redis, name)
    await _arrive(redis, name)
    await _turn(redis, name, "out")
    await _carry(redis, name, "out")


async def _arrive(redis: Redis, name: str) -> None:
    async with redis.pipeline(transaction=True) as pipe:
        pipe.rpush(f"bare:{name}:log", RECORD)
        pipe.lpush(f"bare:{name}:ready", name)
        await pipe.execute()


async def _turn(redis: Redis, name: str, queue: str) -> None:
    """Take the thread, read its log; write what was decided and hand it on."""
    ready, busy, log = f"bare:{name}:ready", f"bare:{name}:busy", f"bare:{name}:log"
    async with redis.pipeline(transaction=False) as pipe:
        pipe.lmove(ready, busy)
        pipe.lrange(log, 0, -1)
        await pipe.execute()
    async with redis.pipeline(transaction=True) as pipe:
        pipe.rpush(log, RECORD)
        pipe.lrem(busy, 1, name)
        pipe.rpush(f"bare:{name}:{queue}", RECORD)
        await pipe.execute()


async def _carry(redis: Redis, name: str, queue: str) -> None:
    waiting, moving = f"bare:{name}:{queue}", f"bare:{name}:{queue}:moving"
    await redis.lmove(waiting, moving)
    await redis.lpop(moving)


async def _start(redis: Redis, name: str) -> None:
    tools, moving = f"bare:{name}:tools", f"bare:{name}:tools:moving"
    async with redis.pipeline(transaction=True) as pipe:
        pipe.lmove(tools, moving)
        pipe.set(f"bare:{name}:started", 1, nx=True)
        await pipe.execute()
    await redis.lpop(moving)
