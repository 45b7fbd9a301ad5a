"""`holdpoint audit`: whether what is on record holds together, and decisions as a file to be checked elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.app import House
from gateway.cli.operate import with_house
from gateway.ledger.agreeing import opened_by
from gateway.ledger.cases import Case
from gateway.ledger.evidence import Deviation, Kept, Link
from gateway.ledger.exporting import Head, Wanted, exported
from gateway.ledger.offline import faults
from gateway.ledger.trail import Step, first_break, steps_by_thread
from gateway.ledger.verifying import Court
from gateway.store.evidence import RedisEvidence

app = typer.Typer(help="Check what is on record, and take it elsewhere.")
Chains = Mapping[str, tuple[Sequence[Link], str]]
When = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="UTC")]


@dataclass(frozen=True, slots=True)
class Looked:
    """All there is: the threads, the chains read before them and the chains read after them."""

    threads: tuple[Kept, ...]
    before: Chains
    after: Chains

    @property
    def steps(self) -> Mapping[str, Sequence[Step]]:
        """What the chains say of each thread."""
        return _steps(self.after)


@app.callback(invoke_without_command=True)
def audit(context: typer.Context) -> None:
    """Check what is on record; without a word more, that is `audit verify`."""
    if context.invoked_subcommand is None:
        verify()


@app.command()
def verify() -> None:
    """Check the chain, and that every log, approval and run is as it says; exit code 1 when not."""

    async def check(ready: House) -> None:
        found = await _look(ready.opened.evidence)
        broken = {name: place for name, chain in found.after.items() if (place := first_break(*chain))}
        for partition, place in broken.items():
            typer.echo(f"{partition}: broken at {place}")
        deviations = _deviations(court_of(ready), found)
        for deviation in deviations:
            typer.echo(deviation)
        entries = sum(len(links) for links, _ in found.after.values())
        typer.echo(f"{entries} entries, {'broken' if broken else 'whole'}")
        cases = sum(len(court_of(ready).cases(kept)) for kept in found.threads)
        typer.echo(f"{len(found.threads)} threads, {cases} decisions, {len(deviations) or 'no'} deviations")
        if broken or deviations:
            raise typer.Exit(1)

    with_house(check)


@app.command()
def export(since: When = None, until: When = None, tool: str = "") -> None:
    """Decisions as lines of JSON, to standard output; `audit check FILE` verifies them anywhere."""
    wanted = Wanted(_utc(since), _utc(until), tool)

    async def write(ready: House) -> None:
        found, court = await _look(ready.opened.evidence), court_of(ready)
        cases: list[Case] = [case for kept in found.threads for case in court.cases(kept)]
        heads = {name: Head(len(links), links[-1].hash) for name, (links, _) in found.after.items() if links}
        for line in exported(cases, found.steps, heads, wanted, court.tenant):
            typer.echo(line)

    with_house(write)


@app.command()
def check(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]) -> None:
    """Verify an export by itself, with no store; exit code 1 when something is wrong with it."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    found = list(faults(lines))
    for fault in found:
        typer.echo(fault)
    typer.echo(f"{max(len(lines) - 1, 0)} decisions, {'broken' if found else 'whole'}")
    if found:
        raise typer.Exit(1)


def court_of(ready: House) -> Court:
    """What the records of this house are judged by."""
    return Court(ready.settings.tenant, ready.people, ready.tools)


async def _look(evidence: RedisEvidence) -> Looked:
    """The chains are read on both sides of the logs, so that what is written meanwhile is no deviation."""
    before = await evidence.chains()
    threads = tuple([kept async for kept in evidence.threads(opened_by)])
    return Looked(threads, before, await evidence.chains())


def _deviations(court: Court, found: Looked) -> list[Deviation]:
    before, after = _steps(found.before), found.steps
    logs = {kept.thread_id for kept in found.threads}
    gone = [Kept(name) for name in sorted(set(before) - logs)]
    return [
        deviation
        for kept in (*found.threads, *gone)
        for deviation in court.deviations(kept, after.get(kept.thread_id, ()), len(before.get(kept.thread_id, ())))
    ]


def _steps(chains: Chains) -> Mapping[str, Sequence[Step]]:
    found: dict[str, Sequence[Step]] = {}
    for links, _ in chains.values():
        found |= steps_by_thread(list(links))
    return found


def _utc(given: datetime | None) -> datetime | None:
    return given.replace(tzinfo=UTC) if given else None
