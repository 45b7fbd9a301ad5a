"""The log entry: an event, and the address it came from, as one record of the store.

The core never sees addresses; the gateway keeps beside each inbound event where its author spoke, and a
`Conversation` is the thread together with the latest address of everyone in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from pydantic import Field

from adapters.heard import Address
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
    UserMessage,
)
from agent_core.thread import Thread, append
from agent_core.values import Frozen
from gateway.ports import Verb


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
    was when a request that is still open was put to them, by its id: its cards are there.
    """

    thread: Thread
    addresses: dict[str, Address] = Field(default_factory=dict)
    pressed: dict[str, Address] = Field(default_factory=dict)
    cards: dict[str, dict[str, Address]] = Field(default_factory=dict)

    def heard(self, entries: Iterable[Entry]) -> Conversation:
        """The conversation with these entries at its end."""
        thread, addresses, pressed, cards = self.thread, dict(self.addresses), dict(self.pressed), dict(self.cards)
        for entry in entries:
            thread = append(thread, entry.event)
            match entry.event, entry.address:
                case UserMessage(author=author), Address() as address:
                    addresses[author.identity] = address
                    pressed.pop(author.identity, None)
                case ApprovalResponse(author=author) | InputResponse(author=author), Address() as address:
                    pressed[author.identity] = address
                case ApprovalRequest(id=id) | InputRequest(id=id), _:
                    cards[id] = dict(addresses)
                case RequestClosed(request_id=id), _:
                    cards.pop(id, None)
        return Conversation(thread=thread, addresses=addresses, pressed=pressed, cards=cards)

    def said(self, events: Iterable[Event]) -> Conversation:
        """The conversation after the agent's own events."""
        return self.heard(Entry(event=event) for event in events)


def load(thread_id: str, tenant: str, snapshot: bytes | None, records: Iterable[bytes]) -> Conversation:
    """The conversation of a thread from its snapshot, if any, and the records after it."""
    start = (
        Conversation.model_validate_json(snapshot)
        if snapshot
        else Conversation(thread=Thread(id=thread_id, tenant=tenant))
    )
    return start.heard(decode(record) for record in records)
