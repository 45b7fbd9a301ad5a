"""The adapters' ports: what every channel offers the gateway, and the shapes that pass between the two.

An adapter translates. It turns raw bytes of its platform into `Received`, and a `Parcel` into whatever the platform
shows a person. It knows nothing of threads, people or policies; what a channel cannot do is data in `Capabilities`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from adapters.heard import Address, Heard, Ignored
from agent_core.events import Outbound, Request, RequestRaised
from agent_core.values import Author, Frozen, Proof

Role = Literal["decide", "watch"]


class Ticket(Frozen):
    """How one recipient may decide one request: a code to type, a page to open, or what a button carries.

    The page asks for a code, too: `code`, or where words must not decide `page_code`, which is good for nothing else.
    """

    code: str = ""
    url: str = ""
    button: str = ""
    page_code: str = ""


class Open(Frozen):
    """A request that waits for a recipient's answer, and how they answer it."""

    request: Request
    ticket: Ticket


class Parcel(Frozen):
    """One outbound event for one recipient.

    `reply_token` comes back with the answer. `role` is `decide` for those who may answer the event and `watch` for
    those who are only told. `request` is the card that the event speaks of, and `shown` the far end's id of this
    recipient's copy of it, on channels that can redraw it. `page` is where the recipient, and nobody else, can read the
    event whole. `others` is what else waits for the recipient, on channels where all threads share one conversation;
    `together` is what is put to them by this very message, too. `repeat`: it may have been sent before. `reference`
    names the thread where people can read it, in the subject of a mail. `raised` is why a card comes again, or to
    somebody who was not asked at first.
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
    shown: str = ""
    page: str = ""
    others: tuple[Open, ...] = ()
    together: tuple[Open, ...] = ()
    repeat: bool = False
    reference: str = ""
    raised: RequestRaised | None = None


class Receipt(Frozen):
    """The far end took it, under this id of its own. `conversation` is where answers to it come from, if new.

    `at` is when that began, in microseconds since the epoch, on channels that read later what they missed; `place` is
    where they will read it, if that has another name than the conversation.
    """

    provider_id: str
    conversation: str = ""
    at: int = 0
    place: str = ""


class Capabilities(Frozen):
    """What a channel can do. `pull` channels are read by their people and never sent to.

    `finds`: what may have been sent before is looked for, and sent again only if it is not there. `shared`: all threads
    speak to a person in one and the same conversation, so that only a code tells which one an answer is for. `paced`:
    forms are asked field by field. `brief`: a button carries so little that its ticket must be a short one. `subjects`:
    a message has a subject, which may be all of ours that an answer brings back. `proof` is how sure it is, at its
    best, who wrote something.
    """

    edits: bool = False
    finds: bool = False
    pull: bool = False
    shared: bool = False
    paced: bool = False
    brief: bool = False
    subjects: bool = False
    proof: Proof = "verified"


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


@dataclass(frozen=True, slots=True)
class HttpCall:
    """What a platform posted to us: the body as it came, byte by byte, since that is what was signed."""

    body: bytes
    headers: Mapping[str, str]
    query: str = ""


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What the platform is told."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for somebody, and what a button that answers it carries."""

    request: Request
    button: str


class Desk(Protocol):
    """What the gateway does for a channel that is pushed to: take things in, and say what is on the desk."""

    async def take(self, heard: Heard, raw: bytes | None = None) -> bool:
        """Store what came in; from here on it cannot be lost. False: it is no concern of ours. Raises BadTicket."""
        ...

    async def request(self, ticket: str, seal: str) -> Request | None:
        """The open request a button stands for; None when it is not open any more. Raises BadTicket."""
        ...

    async def waiting(self, author: Author, seal: str) -> Sequence[Waiting]:
        """What waits for somebody, and for those whose role they hold, the oldest first."""
        ...

    async def status(self, conversation: str) -> str | None:
        """What a conversation's thread is doing, in one word; None when there is none."""
        ...

    async def begun(self, places: Mapping[str, int]) -> None:
        """From these moments on places are heard; one that is known stays as it is. Raises StoreError."""
        ...

    async def heard(self, places: Mapping[str, int]) -> None:
        """Remember when places of the channel were last heard, in microseconds since the epoch; never backwards."""
        ...

    async def places(self) -> Mapping[str, int]:
        """The places heard in the last 30 days, and when last."""
        ...

    async def turn(self, name: str, seconds: int) -> bool:
        """Whether it is ours to do the thing of this name, among all processes; nobody else gets it for so long."""
        ...


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


class WebhookAdapter(Adapter, Protocol):
    """A channel whose platform posts to us."""

    async def receive(self, call: HttpCall, desk: Desk) -> HttpReply:
        """Verify, parse, and store by the desk before saying that we have it."""
        ...

    async def begin(self, desk: Desk) -> None:
        """We are about to be posted to: find out since when we were not, and read meanwhile what was missed."""
        ...


class SocketAdapter(Adapter, Protocol):
    """A channel that is heard over a connection of our own making."""

    @property
    def source(self) -> str:
        """What only one process at a time may be connected to; empty if several may."""
        ...

    async def hear(self, desk: Desk, stopping: asyncio.Event) -> None:
        """Stay connected until `stopping`, storing by the desk before anything is acknowledged."""
        ...


class Source(Protocol):
    """What is read by asking: the gateway keeps the raw message first and understands it afterwards."""

    @property
    def name(self) -> str:
        """What the mailroom calls it."""
        ...

    def listen(self, since: Position | None) -> AsyncIterator[Batch]:
        """Raw messages as they come, for ever; survives reconnects. Raises SourceDown when the platform refuses us."""
        ...

    async def read(self, kept: Kept) -> Heard | Ignored:
        """Verify and parse. Raises Unreadable."""
        ...


class ListeningAdapter(Adapter, Protocol):
    """A channel that has something to be read."""

    @property
    def sources(self) -> Sequence[Source]:
        """All there is to be read, each by one process at a time."""
        ...
