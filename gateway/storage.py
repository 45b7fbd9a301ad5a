"""The smaller ports of the store: all that is kept beside threads, each kind in a room of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from adapters.base import Kept, Position


class Mailroom(Protocol):
    """Raw messages, kept before anyone understands them. A *source* is one mailbox of one account."""

    async def seize(self, source: str, holder: str) -> bool:
        """Take or renew the reader's lease of a source. False: another reader holds it."""

    async def leave(self, source: str, holder: str) -> None:
        """Give the lease up, if it is ours, so that the next reader need not wait for its end."""

    async def position(self, source: str) -> Position | None:
        """Where to read on; None for a source never read."""

    async def keep(self, source: str, holder: str, position: Position, raw: Sequence[Kept]) -> bool:
        """Store messages and the new position in one transition. False: not the holder any more."""

    async def post(self, source: str, kept: Kept) -> None:
        """Store a message that was brought to us, whoever reads the source."""

    async def waiting(self, source: str, *, most: int = 50) -> list[Kept]:
        """Kept messages not settled yet, oldest first."""

    async def settle(self, source: str, kept_id: str) -> None:
        """The message is in a thread's log (or needs none)."""

    async def quarantine(self, source: str, kept_id: str, why: str) -> None:
        """The message cannot be understood: set it aside for an operator, whole."""

    async def quarantined(self, source: str) -> list[tuple[Kept, str]]:
        """What was set aside, and why."""


class Blobs(Protocol):
    """Raw envelopes by content, so that events can point at what really came."""

    async def put(self, thread_id: str, raw: bytes) -> str:
        """Keep bytes with a thread; returns `sha256:<hex>`."""

    async def get(self, thread_id: str, pointer: str) -> bytes | None:
        """The bytes again, or None when retention has passed."""


class Links(Protocol):
    """Conversations that answers to something of ours come from: where they belong, opaque to the store."""

    async def put(self, channel: str, conversation: str, place: bytes) -> None:
        """Remember where answers from this conversation belong."""

    async def get(self, channel: str, conversation: str) -> bytes | None:
        """Where they belong, if the conversation is one of those."""

    async def first(self, channel: str, message: str, conversation: str) -> str:
        """The conversation in which a message was first seen: this one, unless there was a copy of it before."""

    async def seen(self, channel: str, message: str) -> str | None:
        """The conversation in which a message was first seen, if that was noted."""

    async def shorten(self, name: str, opens: bytes) -> None:
        """Keep what a short link of this name opens, for as long as links are good."""

    async def opened(self, name: str) -> bytes | None:
        """What the short link of this name opens, if there is one."""


class Asked(Protocol):
    """What was put to the identities of channels where all threads share a conversation, opaque to the store."""

    async def note(self, identity: str, entry: bytes, at: int) -> None:
        """Remember what was put to an identity, and when, in ms; the same entry is remembered once."""

    async def all(self, identity: str) -> list[bytes]:
        """What was put to it, the latest first: as much of it as is kept."""

    async def drop(self, identity: str, entries: Sequence[bytes]) -> None:
        """Forget entries."""


class ContactStore(Protocol):
    """What is known of identities, as named texts. Never forgotten by itself: people who opted out are among them."""

    async def read(self, identity: str) -> Mapping[str, str]:
        """All that is known of it."""

    async def write(self, identity: str, known: Mapping[str, str], *, once: bool = False) -> None:
        """Set these, all at once; with `once`, only as far as nothing stands there yet."""

    async def clear(self, identity: str, *names: str) -> None:
        """Forget these."""


class Places(Protocol):
    """Where a channel was heard, and when last, in microseconds since the epoch. What a place is, its adapter knows."""

    async def note(self, channel: str, heard: Mapping[str, int]) -> None:
        """Remember places and when they were heard; never earlier than known already."""

    async def begin(self, channel: str, heard: Mapping[str, int]) -> None:
        """Remember places as heard from these moments on; those known already are left as they are."""

    async def known(self, channel: str) -> Mapping[str, int]:
        """The places heard in the last 30 days, the latest if they are very many."""


class RosterStore(Protocol):
    """What was said of people since their file was written, in order, opaque to the store. Kept for good."""

    async def since(self, seen: int) -> list[bytes]:
        """The changes after so many. Raises RosterLost when changes that were there are gone."""

    async def append(self, seen: int, bodies: Sequence[bytes]) -> bool:
        """Add these, all or none, if there are exactly so many before. False: there are others by now."""

    async def reviewed(self) -> int:
        """How many changes the threads that wait have been told of; 0 when that is not known."""

    async def note_reviewed(self, seen: int) -> None:
        """The threads that wait have been told of so many."""

    async def begin_again(self) -> None:
        """Changes that are lost are not missed any more."""


class TokenStore(Protocol):
    """API tokens by the SHA-256 of the token; the token itself is nowhere."""

    async def put(self, digest: str, body: bytes) -> None:
        """Keep what a token may do."""

    async def get(self, digest: str) -> bytes | None:
        """What the token with this digest may do."""

    async def all(self) -> Mapping[str, bytes]:
        """Every token's digest and what it may do."""

    async def drop(self, digest: str) -> bool:
        """Revoke. False: there was no such token."""


class Guard(Protocol):
    """Counts tries, across all processes."""

    async def allow(self, name: str, *, most: int, seconds: int) -> bool:
        """Count one try; False when there were more than `most` within `seconds`."""

    async def spent(self, name: str, *, most: int) -> bool:
        """Whether so many tries are counted by now; counts none."""


@dataclass(frozen=True, slots=True)
class Joining:
    """A card on its way to somebody: `what` it is, and the `entry` by which one that goes with others is known.

    `window` is for how long cards are gathered, `patience` how long one waits for another to take it along, in ms;
    `most` go together. `crowded`: it waits for others even if it is the first.
    """

    what: str
    entry: bytes
    window: int
    patience: int
    most: int
    crowded: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is to be done with a card: it goes, waits for `ms`, or leads those of these `entries`.

    `with`: it goes with another one; `ended` is what the far end calls that, empty while it is not there.
    """

    what: Literal["go", "wait", "lead", "with"]
    ms: int = 0
    entries: tuple[bytes, ...] = ()
    ended: str = ""


class LoadStore(Protocol):
    """What goes to whom lately, under names of people and channels, and which cards go together."""

    async def room(self, name: str, what: str, *, most: int, now: int) -> int:
        """Count once what goes out: 0, or in how many ms there is room for it in the hour before."""

    async def leave(self, name: str, what: str) -> None:
        """It does not go out now, and is not counted."""

    async def gather(self, name: str, joining: Joining, *, now: int) -> Gathered:
        """What is to be done with a card to somebody."""

    async def ended(self, name: str, leader: str, how: str) -> None:
        """How the one ended that others went with: by the far end's name for it, empty if it did not go out."""


class InstallationStore(Protocol):
    """Sealed installations by name, opaque to the store, and turns to do what may be done only once."""

    async def put(self, name: str, body: bytes) -> None:
        """Keep a body, in place of any other."""

    async def get(self, name: str) -> bytes | None:
        """The body of this name."""

    async def swap(self, name: str, before: bytes, after: bytes) -> bool:
        """Put a body in place of exactly this other one. False: it is not there any more."""

    async def turn(self, name: str, seconds: int) -> bool:
        """Whether the turn of this name is the caller's; for so long nobody else gets it."""
