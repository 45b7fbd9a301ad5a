"""Exporting: decisions as lines of JSON that chain by SHA-256, so that a file can be checked where there is no store.

A line is `{"line": n, "decision": {...}, "hash": h}`; `h` is the SHA-256 in hex of the hash of the line before (of
nothing, for the first) and the line without `hash`, as canonical JSON: keys sorted, no spaces, UTF-8. The last line has
`trailer` in the place of `decision`. What a decision holds is said in `docs/howto/audit.md`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from gateway.ledger.cases import Case
from gateway.ledger.decisions import decision_of
from gateway.ledger.trail import Step

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions: those asked for from `since` on and before `until`, of one tool; empty: all."""

    since: datetime | None = None
    until: datetime | None = None
    tool: str = ""

    def covers(self, case: Case) -> bool:
        """Whether a case is among them."""
        at = case.opening.at
        return (
            (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
            and self.tool in ("", case.opening.call.tool)
        )


@dataclass(frozen=True, slots=True)
class Head:
    """How far the audit chain of a partition goes, and the hash of its last entry."""

    entries: int
    hash: str


def exported(
    cases: Iterable[Case], steps: Mapping[str, Sequence[Step]], heads: Mapping[str, Head], wanted: Wanted, tenant: str
) -> Iterator[str]:
    """The lines of an export, without line ends, the oldest decision first; the last one is the trailer."""
    covered = sorted((case for case in cases if wanted.covers(case)), key=lambda case: (case.opening.at, case.id))
    last, count = "", 0
    for count, case in enumerate(covered, start=1):
        body: dict[str, JsonValue] = {"line": count, "decision": decision_of(case, steps.get(case.thread_id, ()))}
        last, line = _sealed(last, body)
        yield line
    yield _sealed(last, {"line": count + 1, "trailer": _trailer(count, heads, wanted, tenant)})[1]


def _trailer(count: int, heads: Mapping[str, Head], wanted: Wanted, tenant: str) -> JsonValue:
    return {
        "format": FORMAT,
        "tenant": tenant,
        "decisions": count,
        "since": wanted.since.isoformat() if wanted.since else None,
        "until": wanted.until.isoformat() if wanted.until else None,
        "tool": wanted.tool,
        "heads": {partition: {"entries": head.entries, "sha1": head.hash} for partition, head in heads.items()},
    }


def _sealed(last: str, body: dict[str, JsonValue]) -> tuple[str, str]:
    """The hash of a line after one with the hash `last`, and the line."""
    hash = line_hash(last, body)
    return hash, canonical({**body, "hash": hash})


def line_hash(last: str, body: Mapping[str, JsonValue]) -> str:
    """The hash of a line that follows on one with the hash `last`; `body` is the line without its hash."""
    return hashlib.sha256(f"{last}{canonical(body)}".encode()).hexdigest()


def canonical(value: Mapping[str, JsonValue]) -> str:
    """JSON text that is the same for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
