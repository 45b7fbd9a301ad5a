"""The log entry: an event, and the address it came from, as one record of the store.

The core never sees addresses; the gateway keeps beside each inbound event where its author spoke, and a
`Conversation` is the thread together with the latest address of everyone in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from pydantic import Field

from adapters.base import Address
from agent_core.events import EVENT, Control, Event, Inbound, UserMessage
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
    """A thread and where its people are: the latest address of each identity."""

    thread: Thread
    addresses: dict[str, Address] = Field(default_factory=dict)

    def heard(self, entries: Iterable[Entry]) -> Conversation:
        """The conversation with these entries at its end."""
        thread, addresses = self.thread, dict(self.addresses)
        for entry in entries:
            thread = append(thread, entry.event)
            if isinstance(entry.event, UserMessage) and entry.address is not None:
                addresses[entry.event.author.identity] = entry.address
        return Conversation(thread=thread, addresses=addresses)

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
