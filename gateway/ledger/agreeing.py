"""Agreeing: whether a thread's log is, record by record, what the audit chain says was written, and when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from agent_core.deliveries import Delivery
from agent_core.events import Allowed, ApprovalRequest, Event, Previewed, RosterChanged, TimerFired, ToolResult
from gateway.entry import Entry, decode
from gateway.ledger.evidence import Deviation, Kept
from gateway.ledger.trail import Step, hash_of


def opened_by(record: bytes) -> str | None:
    """The approval whose gate a record opens; None for any other record, and for one that cannot be read."""
    entry = _decoded(record)
    return entry.event.id if entry and isinstance(entry.event, ApprovalRequest | Allowed) else None


def read_log(kept: Kept) -> tuple[tuple[Entry, ...], tuple[Deviation, ...]]:
    """The entries of a log, up to the first one that cannot be read, which is told."""
    entries: list[Entry] = []
    for record in kept.records:
        entry = _decoded(record)
        if entry is None:
            return tuple(entries), (_about(kept, len(entries) + 1, "cannot be read"),)
        entries.append(entry)
    return tuple(entries), ()


def disagreements(kept: Kept, steps: Sequence[Step], sure: int) -> Iterator[Deviation]:
    """Where a log is not what the chain says of it.

    The first `sure` of the steps were in the chain before the log was read; what later ones wrote may be missing in it.
    """
    length = 0
    for place, step in enumerate(steps):
        if step.what == "rebuild" and not length:
            length = step.seq  # The chain began anew with what was there.
        if not step.writes:
            continue
        if step.seq > len(kept.records):
            if place < sure:
                yield _about(kept, step.seq, "is in the audit chain, and not in the log")
            return
        if step.seq < length or (step.what != "commit" and step.seq != length + 1):
            yield _about(kept, step.seq, f"was written, says the audit chain, when the log had {length}")
        yield from _written(kept, step, length)
        length = step.seq
    if length < len(kept.records):
        yield _about(kept, length + 1, "is in the log, and not in the audit chain")


def _written(kept: Kept, step: Step, length: int) -> Iterator[Deviation]:
    """What one step wrote: these very bytes, each record at its time and, where the chain names it, the very one."""
    if step.written and step.written != hash_of(kept.records[length : step.seq]):
        yield _about(kept, step.seq, "or one written with it is not what was written, says the audit chain")
    for seq in range(length + 1, step.seq + 1):
        entry = _decoded(kept.records[seq - 1])
        if entry is None:
            continue
        if _time(kept.records[seq - 1]) != step.at:
            yield _about(kept, seq, "was written at another time, says the audit chain", entry.event.id)
        elif step.what != "commit" and not _is(entry.event, kept.thread_id, step):
            yield _about(kept, seq, "is not the one the audit chain names", entry.event.id)


def _is(event: Event, thread_id: str, step: Step) -> bool:
    if step.what == "fire":
        return isinstance(event, TimerFired) and event.name == step.id
    if not step.settles:
        return received(thread_id, event.id) == step.id
    match event:
        case Delivery():
            return event.effect_id == step.id
        case ToolResult() | Previewed() | RosterChanged():
            return event.id.partition(":")[2] == step.id
    return False


def received(thread_id: str, event_id: str) -> str:
    """What the store, and so the chain, names an event by that came in. Worked out here for itself, as an auditor."""
    return hashlib.sha256(f"{thread_id}\x1f{event_id}".encode()).hexdigest()[:32]


def _decoded(record: bytes) -> Entry | None:
    try:
        return decode(record)
    except (ValidationError, ValueError, KeyError, TypeError):
        return None


def _time(record: bytes) -> int:
    """When it was appended, in ms, as the store stamped it on."""
    return int(json.loads(record)["at"])


def _about(kept: Kept, seq: int, why: str, event_id: str = "") -> Deviation:
    return Deviation(kept.thread_id, event_id, f"record {seq} {why}")
