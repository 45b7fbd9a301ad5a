"""The adapters' ports: what every channel offers the gateway, and the shapes that pass between the two.

An adapter translates. It turns raw bytes of its platform into `Received`, and a `Parcel` into whatever the platform
shows a person. It knows nothing of threads, people or policies; what a channel cannot do is data in `Capabilities`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol

from agent_core.events import Outbound, Request, UserMessage
from agent_core.values import Frozen

Role = Literal["decide", "watch"]


class Address(Frozen):
    """Where a conversation lives in a channel. Only the channel's own adapter reads inside `ref`."""

    channel: str
    ref: str


class Received(Frozen):
    """One message as understood by its adapter, still without a thread.

    `conversation` is the platform's root of the conversation, from which a new thread's id is derived. `token` is the
    reply token of ours the message carries, if any: it names the thread (and the request) and outranks the
    conversation. `code` is the decision code the person typed. The message's id is the same for every redelivery.
    """

    message: UserMessage
    address: Address
    conversation: str
    token: str | None = None
    code: str | None = None


class Ignored(Frozen):
    """Read, and deliberately not passed on: automatic mail, our own mail, a bounce. `kind` is for the operator."""

    kind: str
    detail: str = ""


class Ticket(Frozen):
    """How one recipient may decide one request: a code to type and a page to open."""

    code: str
    url: str


class Parcel(Frozen):
    """One outbound event for one recipient.

    `reply_token` comes back with the answer. `role` is `decide` for those who may answer the event and `watch` for
    those who are only told. `request` is the card that a `RequestClosed` or `Notice` speaks of.
    """

    effect_id: str
    thread_id: str
    reply_token: str
    identity: str
    address: Address
    event: Outbound
    role: Role
    ticket: Ticket | None = None
    request: Request | None = None


class Receipt(Frozen):
    """The far end took it, under this id of its own."""

    provider_id: str


class Capabilities(Frozen):
    """What a channel can do. `pull` channels are read by their people and never sent to."""

    buttons: bool = False
    edits: bool = False
    pull: bool = False
    text_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """How far a mailbox has been read: messages above `uid`, as long as `validity` stands."""

    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A raw message as it came; `id` is the same whenever it is fetched again."""

    id: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Raw messages, and the position to read on from once they are kept."""

    position: Position
    messages: tuple[Kept, ...]


class Adapter(Protocol):
    """A channel that can be sent to."""

    @property
    def channel(self) -> str:
        """The name its identities begin with."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    def address_of(self, identity: str) -> Address:
        """Where to start a conversation with an identity of this channel."""
        ...

    async def send(self, parcel: Parcel) -> Receipt:
        """Show the event to the recipient. Raises TryLater, Rejected or OutcomeUnknown."""
        ...


class ListeningAdapter(Adapter, Protocol):
    """A channel that is read by asking: the gateway keeps the raw message first and understands it afterwards."""

    @property
    def source(self) -> str:
        """The name of what is read, in the mailroom."""
        ...

    def listen(self, since: Position | None) -> AsyncIterator[Batch]:
        """Raw messages as they come, for ever; survives reconnects. Raises SourceDown when the platform refuses us."""
        ...

    def read(self, kept: Kept) -> Received | Ignored:
        """Verify and parse, pure. Raises Unreadable."""
        ...
