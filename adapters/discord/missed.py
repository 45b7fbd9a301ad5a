"""Missed: what was said in a place while nobody heard, read from there, the oldest first."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from adapters.discord.api import Api
from adapters.discord.payload import CREATED
from adapters.discord.where import CHANNEL, snowflake
from adapters.wire import Json, children, words

log = structlog.get_logger(__name__)

# Ids are made in several places at once, and may come out of their order by so much, in microseconds.
OVERLAP = 2_000_000


@dataclass(frozen=True)
class Told:
    """An event: its name, what it says, and the bytes. `read_back`: Discord did not send it, we asked."""

    event: str
    data: Json = field(repr=False)
    raw: bytes = field(repr=False)
    read_back: bool = False


@dataclass(frozen=True)
class Bounds:
    """What hearing may cost: messages read of a place, a page of them, places read at once, events that wait in one.

    `wait` seconds is how long one event is tried, `outage` how long Discord is asked, `pause` to `longest` seconds
    between two tries.
    """

    messages: int = 1000
    page: int = 100
    places: int = 4
    queue: int = 1000
    wait: float = 600.0
    outage: float = 6 * 3600.0
    pause: float = 1.0
    longest: float = 30.0
    drain: float = 10.0
    tell_every: float = 1.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic


BOUNDS = Bounds()


@dataclass(frozen=True)
class Page:
    """Messages of a place, the oldest first, as the gateway would have sent them; and after which to read on."""

    told: Sequence[Told]
    last: str


async def page(api: Api, place: str, after: str, bounds: Bounds) -> Page:
    """The next messages of a place. Raises Refused, TryLater, OutcomeUnknown."""
    params: dict[str, str | int] = {"after": after, "limit": bounds.page}
    found = await api.call("GET", "/channels/{channel_id}/messages", channel_id=place, params=params)
    messages = sorted((one for one in children({"": found}, "") if words(one, "id").isdigit()), key=_id)
    return Page([_told(one, place) for one in messages], words(messages[-1], "id") if messages else after)


async def pages(
    read: Callable[[str], Awaitable[Page]], place: str, since: int, bounds: Bounds
) -> AsyncGenerator[Page, None]:
    """What was said in a place since a moment, in microseconds since the epoch, page by page; no more than is bound."""
    after, left = snowflake(since - OVERLAP), bounds.messages
    while left > 0:
        found = await read(after)
        if found.told:
            yield found
        if len(found.told) < bounds.page:
            return
        after, left = found.last, left - len(found.told)
    log.warning("more was said than is read", source=CHANNEL, place=place, read=bounds.messages)


def _id(message: Json) -> int:
    return int(words(message, "id"))


def _told(message: Json, place: str) -> Told:
    data = {**message, "channel_id": place}
    return Told(CREATED, data, json.dumps({"t": CREATED, "d": data}).encode(), read_back=True)
