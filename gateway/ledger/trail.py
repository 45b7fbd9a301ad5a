"""The trail: the audit chain of a partition, read; whether it is whole, and which records it speaks of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.ledger.evidence import Link

# A turn and whatever else may append more than one record, or none, says how long the log was after it.
_WRITING = ("ingest", "pause", "resume", "stop", "commit", "fire")
_SETTLED = ("fx_sent", "fx_failed", "fx_unknown", "fx_refused", "fx_dead")


@dataclass(frozen=True, slots=True)
class Step:
    """What an entry says: `what` was done to a thread, `id` by which key, when (`at`, ms).

    `seq` is how long the log was then; of a claim, the attempt. `written` is the hash of the records that were appended
    (`hash_of`); empty in entries of before there was one.
    """

    what: str
    thread_id: str
    id: str
    seq: int
    at: int
    written: str = ""

    @property
    def writes(self) -> bool:
        """Whether it stands for what was appended to the log."""
        return self.what in _WRITING or self.what in _SETTLED

    @property
    def settles(self) -> bool:
        """Whether it is the end of an effect."""
        return self.what in _SETTLED

    @property
    def starts(self) -> bool:
        """Whether an effect was begun by it, a tool's behind the gate; once, tools were begun as they were claimed."""
        return self.what in ("fx_begin", "fx_claim:start")


def step_of(link: Link) -> Step | None:
    """What an entry says; None where it is none of ours."""
    match link.entry.split(" "):
        case [what, thread_id, id, seq, at, *written] if seq.isdigit() and at.isdigit() and len(written) < 2:
            return Step(what, thread_id, id, int(seq), int(at), *written)
    return None


def hash_of(records: Iterable[bytes]) -> str:
    """The hash of records as the store appended them together: each chained to the one before; `-` of none."""
    last = "-"
    for record in records:
        last = hashlib.sha1(last.encode() + record, usedforsecurity=False).hexdigest()
    return last


def first_break(links: Iterable[Link], head: str) -> str:
    """The place of the first entry that does not follow from the one before; `head` where the last one is not there.

    `head` is the hash of the last entry as the store has it apart; empty when all is well.
    """
    last, found = "", not head
    for link in links:
        last = hashlib.sha1(f"{last}{link.entry}".encode(), usedforsecurity=False).hexdigest()
        if last != link.hash or step_of(link) is None:
            return link.place
        found = found or last == head
    return "" if found and (head or not last) else "head"


def steps_by_thread(links: Sequence[Link]) -> dict[str, list[Step]]:
    """The steps of each thread, in order."""
    found: dict[str, list[Step]] = {}
    for step in map(step_of, links):
        if step:
            found.setdefault(step.thread_id, []).append(step)
    return found
