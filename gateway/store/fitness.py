"""Fitness: is this server fit to be trusted with promises? Asked once at the start, from the server itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from redis.asyncio import Redis

from gateway.store.client import patiently
from gateway.store.errors import StoreUnfit

SCHEMA = 1
REDIS_FLOOR = (7, 0, 0)
VALKEY_FLOOR = (8, 0, 0)
META = "hp:meta"
WHOLE = "whole"

Durability = Literal["standard", "single", "strict"]


@dataclass(frozen=True)
class Server:
    """What the server says of itself."""

    product: str
    version: tuple[int, ...]
    role: str
    replicas: int
    settings: dict[str, str]


@dataclass(frozen=True)
class Found:
    """The durability class in force, and whether the logs must be gone through first: the store is new, or was emptied.

    A store is blank until `whole` is called: whoever is killed in between leaves the work to the next.
    """

    durability: Durability
    blank: bool


async def examine(redis: Redis, partitions: int) -> Found:
    """What the server promises. Raises StoreUnfit with one line that says what to change."""
    server = await _ask(redis)
    for complaint in _complaints(server):
        raise StoreUnfit(complaint)
    await patiently(lambda: _same_layout(redis, partitions))
    known = await patiently(lambda: redis.hexists(META, WHOLE))
    return Found(_durability(server), blank=not known)


async def whole(redis: Redis) -> None:
    """Remember that every thread that has a log has all the rest, too."""
    await patiently(lambda: redis.hset(META, WHOLE, "1"))


async def _ask(redis: Redis) -> Server:
    info: dict[str, Any] = await patiently(lambda: redis.info("everything"))
    wanted = ("maxmemory-policy", "appendonly", "appendfsync", "min-replicas-to-write")
    settings: dict[Any, Any] = await patiently(lambda: redis.config_get(*wanted))
    version = str(info.get("valkey_version") or info["redis_version"])
    return Server(
        product="Valkey" if "valkey_version" in info else "Redis",
        version=tuple(int(part) for part in version.split(".")[:3]),
        role=info["role"],
        replicas=int(info.get("connected_slaves", 0)),
        settings={_text(name): _text(value) for name, value in settings.items()},
    )


def _complaints(server: Server) -> list[str]:
    """What makes the server unfit, the gravest first."""
    floor = VALKEY_FLOOR if server.product == "Valkey" else REDIS_FLOOR
    said = server.settings
    found = {
        f"{server.product} {_dotted(server.version)} is too old: {_dotted(floor)} or newer is needed": (
            server.version < floor
        ),
        "the server is a replica: connect to the primary": server.role != "master",
        f"maxmemory-policy is {said['maxmemory-policy']}: it must be noeviction": (
            said["maxmemory-policy"] != "noeviction"
        ),
        "appendonly is off: without it a restart loses acknowledged messages": said["appendonly"] != "yes",
        "appendfsync is no: it must be always or everysec": said["appendfsync"] == "no",
    }
    return [complaint for complaint, true in found.items() if true]


def _durability(server: Server) -> Durability:
    if server.settings["appendfsync"] != "always":
        return "standard"
    return "strict" if server.replicas and int(server.settings["min-replicas-to-write"]) else "single"


async def _same_layout(redis: Redis, partitions: int) -> None:
    """The number of partitions and the schema are written at the first start and never change."""
    ours = {"partitions": partitions, "schema": SCHEMA}
    for name, value in ours.items():
        await redis.hsetnx(META, name, str(value))
    theirs = {name: int(await redis.hget(META, name) or 0) for name in ours}
    if theirs != ours:
        raise StoreUnfit(f"the store was made with {theirs}, and we are set to {ours}")


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
