"""Evidence: what the store holds about threads and gates, as it was read, and nothing concluded from it yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent_core.events import Event


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of a partition's audit chain: `place` is the stream's id, `hash` what is chained on."""

    partition: str
    place: str
    entry: str
    hash: str


@dataclass(frozen=True, slots=True)
class Gate:
    """An approval as the store's gate has it: its state, digest, and the effect that used it; empty where not said."""

    state: str
    digest: str = ""
    used: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A thread as it is kept: the records of its log, stamped, and the gates of its approvals by id."""

    thread_id: str
    records: tuple[bytes, ...] = ()
    gates: Mapping[str, Gate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placed:
    """An event and its place in the log, from 1."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something that is not as it must be. `event_id` is empty where it is about the thread, or the chain."""

    thread_id: str
    event_id: str
    why: str

    def __str__(self) -> str:
        return f"{self.thread_id} {self.event_id or '-'}: {self.why}"
