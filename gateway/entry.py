"""The log entry: an event, and the address it came from, as one record of the store.

The core never sees addresses; the gateway keeps beside each inbound event where its author spoke, and a
`Conversation` is the thread together with the latest address of everyone in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import Field

from adapters.heard import Address
from agent_core.deliveries import Redirect
from agent_core.events import (
    EVENT,
    ApprovalRequest,
    ApprovalResponse,
    Control,
    Event,
    Inbound,
    InputRequest,
    InputResponse,
    RequestClosed,
    RequestRaised,
    UserMessage,
)
from agent_core.fold import append
from agent_core.thread import Thread
from agent_core.values import Frozen
from gateway.ports import Verb

V = TypeVar("V")


class Entry(Frozen):
    """One record of a log, decoded."""

    event: Event
    address: Address | None = None


def encode(event: Event, address: Address | None = None) -> bytes:
    """The record of an event: JSON without `at`, which the store stamps on as it appends."""
    body = event.model_dump_json(exclude={"at"})
    where = "" if address is None else f',"address":{address.model_dump_json()}'
    return f'{{"event":{body}{where}}}'.encode()


def decode(record: bytes) -> Entry:
    """The entry of a record as the store gives it back, stamped."""
    parts = json.loads(record)
    event = EVENT.validate_python({**parts["event"], "at": parts["at"]})
    address = parts.get("address")
    return Entry(event=event, address=Address.model_validate(address) if address else None)


def received_id(record: bytes) -> str | None:
    """The dedupe key of a record that came from outside; None for the agent's own."""
    event = decode(record).event
    return event.id if isinstance(event, Inbound) else None


def control_verb(record: bytes) -> Verb | None:
    """What a record of control says; None for any other."""
    event = decode(record).event
    return event.verb if isinstance(event, Control) else None


class Conversation(Frozen):
    """A thread and where its people are: the latest address of each identity.

    `pressed` is where they last answered by a button or form, if that was since they spoke; `cards` is where everybody
    was when a request that is still open was put to them, by its id: its cards are there. `moved` says which identity
    of a person took the place of one that could not be reached, until that one is heard again; `cards_moved` is the
    same for each open request: how it was when it was put to them, and where its own card went since. Both have as much
    for each time it was raised, by the id of that event.
    """

    thread: Thread
    addresses: dict[str, Address] = Field(default_factory=dict)
    pressed: dict[str, Address] = Field(default_factory=dict)
    cards: dict[str, dict[str, Address]] = Field(default_factory=dict)
    moved: dict[str, str] = Field(default_factory=dict)
    cards_moved: dict[str, dict[str, str]] = Field(default_factory=dict)

    def heard(self, entries: Iterable[Entry]) -> Conversation:
        """The conversation with these entries at its end."""
        after = self
        for entry in entries:
            changes = {"thread": append(after.thread, entry.event), **_places(after, entry)}
            after = after.model_copy(update=changes)
        return after

    def said(self, events: Iterable[Event]) -> Conversation:
        """The conversation after the agent's own events."""
        return self.heard(Entry(event=event) for event in events)


def follow(identity: str, moved: Mapping[str, str]) -> str:
    """Where somebody is reached who was reached at this identity."""
    while identity in moved:
        identity = moved[identity]
    return identity


def _places(before: Conversation, entry: Entry) -> dict[str, object]:
    """What one entry changes in where people are."""
    match entry.event:
        case UserMessage(author=author):
            return _wrote(before, author.identity, entry.address)
        case ApprovalResponse(author=author) | InputResponse(author=author):
            pressed = {author.identity: entry.address} if entry.address else {}
            return {"moved": _without(before.moved, author.identity), "pressed": before.pressed | pressed}
        case ApprovalRequest(id=id) | InputRequest(id=id):
            cards_moved = before.cards_moved | {id: before.moved}
            return {"cards": before.cards | {id: before.addresses}, "cards_moved": cards_moved}
        case RequestRaised(id=id, due=None):
            cards_moved = before.cards_moved | {id: before.moved}
            return {"cards": before.cards | {id: before.addresses}, "cards_moved": cards_moved}
        case RequestClosed(request_id=id):
            gone = (id, *(one.id for one in before.thread.raises if one.request_id == id))
            return {"cards": _without(before.cards, *gone), "cards_moved": _without(before.cards_moved, *gone)}
        case Redirect(due=None) as redirect:
            return _went(before, redirect)
    return {}


def _wrote(before: Conversation, identity: str, address: Address | None) -> dict[str, object]:
    back = {"moved": _without(before.moved, identity)}
    if address is None:
        return {**back}
    addresses = before.addresses | {identity: address}
    return {**back, "addresses": addresses, "pressed": _without(before.pressed, identity)}


def _went(before: Conversation, redirect: Redirect) -> dict[str, object]:
    """What comes later follows an event that went another way; if it was a card, that one is there now."""
    card, to = redirect.cause, redirect.to
    changes: dict[str, object] = {"moved": _moved(before.moved, redirect)}
    if card in before.cards:
        there = {to: before.addresses[to]} if to in before.addresses else {}
        changes["cards"] = before.cards | {card: before.cards[card] | there}
    if card in before.cards_moved:
        changes["cards_moved"] = before.cards_moved | {card: _moved(before.cards_moved[card], redirect)}
    return changes


def _moved(moved: dict[str, str], redirect: Redirect) -> dict[str, str]:
    """Nobody is led on from where something goes to now, so that no way can ever lead in a circle."""
    if redirect.to == redirect.instead_of:
        return moved
    return _without(moved, redirect.to) | {redirect.instead_of: redirect.to}


def _without(known: dict[str, V], *keys: str) -> dict[str, V]:
    return {name: value for name, value in known.items() if name not in keys}


def load(thread_id: str, tenant: str, snapshot: bytes | None, records: Iterable[bytes]) -> Conversation:
    """The conversation of a thread from its snapshot, if any, and the records after it."""
    start = (
        Conversation.model_validate_json(snapshot)
        if snapshot
        else Conversation(thread=Thread(id=thread_id, tenant=tenant))
    )
    return start.heard(decode(record) for record in records)
