"""Told: an event that somebody was told, found again in its log, and drawn for a page where it can be read whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from adapters.layout import Facts, Prose, Quoted, Words, layout
from adapters.text import visible
from agent_core.events import Event, FieldRequest, InputRequest, Notice, Outbound, Request, RequestClosed, Vote
from gateway.threads import Threads


class Told(NamedTuple):
    """An event, and the request it speaks of, if any."""

    event: Outbound
    request: Request | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part of a page. `rows` are names with their values; a line of anything else has a value only."""

    kind: Literal["words", "quoted", "facts"]
    rows: tuple[tuple[str, str], ...]


async def find(threads: Threads, thread_id: str, event_id: str) -> Told | None:
    """The event that was sent; None if there is no such event. Raises NoSuchThread, StoreError."""
    asked: dict[str, Request] = {}
    async for event in _log(threads, thread_id):
        if isinstance(event, Request):
            asked[event.id] = event
        if event.id == event_id and isinstance(event, Outbound):
            return Told(event, asked.get(about(event)))
    return None


async def ending(threads: Threads, thread_id: str, request_id: str) -> RequestClosed | None:
    """How a request ended, however long ago; None while it is open. Raises NoSuchThread, StoreError."""
    async for event in _log(threads, thread_id):
        if isinstance(event, RequestClosed) and event.request_id == request_id:
            return event
    return None


def drawn(told: Told) -> tuple[Drawn, ...]:
    """The event as a page shows it: what the agent and others say is set apart, and nothing is hidden in it."""
    found = []
    for block in layout(told.event, role="watch", request=told.request):
        match block:
            case Words(text):
                found.append(Drawn("words", _lines(text)))
            case Prose(text) | Quoted(text):
                found.append(Drawn("quoted", _lines(visible(text))))
            case Facts(rows):
                found.append(Drawn("facts", rows))
    return tuple(found)


def about(event: Outbound) -> str:
    """The id of the request an event speaks of; empty if it speaks of none."""
    match event:
        case RequestClosed(request_id=id) | Vote(request_id=id) | FieldRequest(request_id=id):
            return id
        case Notice(about=id) | InputRequest(about=id):
            return id
    return ""


async def _log(threads: Threads, thread_id: str) -> AsyncIterator[Event]:
    after = 0
    while events := await threads.events(thread_id, after=after):
        for event in events:
            yield event
        after += len(events)


def _lines(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(("", line) for line in text.split("\n"))
