"""Opening: from settings to a store that was found fit, and closed again in order."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gateway.store.access import RedisGuard, RedisTokens
from gateway.store.asked import RedisAsked
from gateway.store.blobs import RedisBlobs
from gateway.store.client import connect
from gateway.store.contacts import RedisContacts, RedisMeter
from gateway.store.embedded import embedded
from gateway.store.evidence import RedisEvidence
from gateway.store.fitness import Found, examine, whole
from gateway.store.installations import RedisInstallations
from gateway.store.links import RedisLinks
from gateway.store.load import RedisLoad
from gateway.store.mailroom import RedisMailroom
from gateway.store.partition import prefixes
from gateway.store.places import RedisPlaces
from gateway.store.roster import RedisRoster
from gateway.store.threads import RedisThreads
from gateway.store.wake import Waker

LISTENING_CONNECTIONS = 2


@dataclass(frozen=True)
class Opened:
    """The rooms of an open store, and what it promises. `whole` is called when a blank store has been gone through."""

    threads: RedisThreads
    mailroom: RedisMailroom
    blobs: RedisBlobs
    links: RedisLinks
    places: RedisPlaces
    tokens: RedisTokens
    guard: RedisGuard
    installations: RedisInstallations
    asked: RedisAsked
    contacts: RedisContacts
    meter: RedisMeter
    load: RedisLoad
    roster: RedisRoster
    evidence: RedisEvidence
    found: Found
    whole: Callable[[], Awaitable[None]]


@contextlib.asynccontextmanager
async def open_store(
    url: str | None,
    directory: Path,
    *,
    partitions: int,
    lease: int = 30_000,
    clock: Callable[[], int] | None = None,
) -> AsyncIterator[Opened]:
    """The store at `url`, or an embedded one in `directory`. `lease` in ms. Raises StoreUnfit, StoreDown.

    Commands and the wake channel have a pool each; nothing of ours blocks on a connection otherwise.
    """
    async with contextlib.AsyncExitStack() as stack:
        where = url if url else await stack.enter_async_context(embedded(directory))
        redis, listening = connect(where), connect(where, connections=LISTENING_CONNECTIONS, timeout=None)
        stack.push_async_callback(redis.aclose)
        stack.push_async_callback(listening.aclose)
        found = await examine(redis, partitions)
        waker = Waker(listening, prefixes(partitions))
        stack.push_async_callback(waker.close)
        threads = RedisThreads(redis, waker, partitions=partitions, lease=lease, clock=clock)
        yield Opened(
            threads=threads,
            mailroom=RedisMailroom(redis, lease),
            blobs=RedisBlobs(redis, partitions),
            links=RedisLinks(redis, partitions),
            places=RedisPlaces(redis),
            tokens=RedisTokens(redis),
            guard=RedisGuard(redis),
            installations=RedisInstallations(redis),
            asked=RedisAsked(redis, partitions),
            contacts=RedisContacts(redis),
            meter=RedisMeter(redis),
            load=RedisLoad(redis),
            roster=RedisRoster(redis),
            evidence=RedisEvidence(redis, partitions),
            found=found,
            whole=partial(whole, redis),
        )
