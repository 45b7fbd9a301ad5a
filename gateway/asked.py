"""The book of what was put to people who have one conversation with us for all threads: a text message names none.

It is an index and no more. Whether a request is open is read from its thread each time, so that what the book has lost
can make an answer ask back, and never count wrongly.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.heard import Lost
from agent_core.deliveries import Delivery
from agent_core.events import Outbound, Request
from agent_core.thread import Thread
from agent_core.values import Frozen
from gateway.consequences import millis
from gateway.entry import encode
from gateway.errors import NoSuchThread
from gateway.keyring import Place
from gateway.storage import Asked
from gateway.threads import Threads

# Answers to what is closed are told so, as long as it is among so many.
CLOSED_KEPT = 10


class Put(Frozen):
    """A request as it was put to somebody: by the effect that carried the event `cause` of this type."""

    place: Place
    effect_id: str
    cause: str
    type: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of it: the request while it is open, None when it was closed lately."""

    put: Put
    request: Request | None

    @property
    def place(self) -> Place:
        """The thread, and the request in it."""
        return self.put.place


@dataclass(frozen=True)
class Book:
    """What was put to each identity of the channels where all threads share a conversation."""

    asked: Asked
    threads: Threads

    async def note(self, identity: str, place: Place, effect_id: str, event: Outbound, at: datetime) -> None:
        """Note what is about to be put to somebody; `at` is when it was logged that it should be. Raises StoreError."""
        put = Put(place=place, effect_id=effect_id, cause=event.id, type=event.type)
        await self.asked.note(identity, put.model_dump_json().encode(), millis(at))

    async def standing(self, identity: str) -> tuple[Standing, ...]:
        """What was put to an identity and is open, or was closed lately, the latest first. Raises StoreError."""
        kept: dict[Place, Standing] = {}
        threads: dict[str, Thread | None] = {}
        over: list[bytes] = []
        closed = 0
        for entry in await self.asked.all(identity):
            put = Put.model_validate_json(entry)
            id = put.place.thread_id
            if id not in threads:
                threads[id] = await self._thread(id)
            request = _open(threads[id], put.place)
            # Of a form there is an entry for each field that was asked: the last one says where it stands.
            if put.place in kept or (request is None and closed == CLOSED_KEPT):
                over.append(entry)
                continue
            closed += request is None
            kept[put.place] = Standing(put, request)
        await self.asked.drop(identity, over)
        return tuple(kept.values())

    async def lose(self, lost: Lost, *, but: str = "") -> None:
        """What waits for an answer from there has not arrived, as it turns out; `but` an effect that says so itself.

        Raises StoreError.
        """
        for one in await self.open(lost.identity):
            if one.put.effect_id == but:
                continue
            ended = Delivery(
                id=f"lost:{lost.id}:{one.put.effect_id}",
                effect_id=one.put.effect_id,
                cause=one.put.cause,
                to=lost.identity,
                outcome="failed",
                detail=lost.why,
            )
            await self.threads.store.ingest(one.place.thread_id, ended.id, encode(ended))

    async def open(self, identity: str) -> tuple[Standing, ...]:
        """What was put to an identity and is open, the latest first. Raises StoreError."""
        return still_open(await self.standing(identity))

    async def _thread(self, thread_id: str) -> Thread | None:
        with contextlib.suppress(NoSuchThread):
            return await self.threads.thread(thread_id)
        return None


def still_open(standing: Sequence[Standing]) -> tuple[Standing, ...]:
    """Those whose request is open."""
    return tuple(one for one in standing if one.request)


def _open(thread: Thread | None, place: Place) -> Request | None:
    return thread.open_request(place.request_id) if thread else None
