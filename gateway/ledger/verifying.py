"""Verifying: everything that can be checked about a thread, put together; each thing that is not so is one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent_core.people import People
from agent_core.tools import Tool
from gateway.ledger.agreeing import disagreements, read_log
from gateway.ledger.cases import Case, cases_of
from gateway.ledger.evidence import Deviation, Kept
from gateway.ledger.proving import runs_without_leave, unopened, unproven
from gateway.ledger.trail import Step
from gateway.ledger.voices import unheard_of


@dataclass(frozen=True, slots=True)
class Court:
    """What is judged by: whose house it is, the people known today, and the tools by name."""

    tenant: str
    people: People
    tools: Mapping[str, Tool]

    def cases(self, kept: Kept) -> tuple[Case, ...]:
        """The cases of a thread, as far as its log can be read."""
        return cases_of(self.tenant, kept.thread_id, [entry.event for entry in read_log(kept)[0]])

    def deviations(self, kept: Kept, steps: Sequence[Step], sure: int) -> Iterator[Deviation]:
        """All that is not as it must be. `steps` are what the chain says of the thread; see `disagreements`."""
        entries, unreadable = read_log(kept)
        log = [entry.event for entry in entries]
        cases = cases_of(self.tenant, kept.thread_id, log)
        yield from unreadable
        yield from disagreements(kept, steps, sure)
        yield from unopened(kept, cases)
        yield from runs_without_leave(kept.thread_id, log, cases, self.tools)
        for case in cases:
            yield from unproven(case, kept.gates.get(case.id), steps)
            yield from unheard_of(case, log, self.people)
