"""`holdpoint people`: who is known, by which identities, who is away and who has left; changes say who made them."""

from __future__ import annotations

import asyncio
import getpass
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from agent_core.people import Absence, Person
from gateway.app import House
from gateway.cli.operate import with_house
from gateway.cli.serve import load_settings, one_line_errors
from gateway.errors import BadChange
from gateway.people import personnel
from gateway.people.changes import Change, Overlaid, Said, described
from gateway.people.personnel import Decide
from gateway.people.tables import changes_of, rows_of
from gateway.store.opening import open_store

app = typer.Typer(no_args_is_help=True, help="People: who is known, by which identities, and who is away or has left.")

Id = Annotated[str, typer.Argument(help="The person's id.")]
Identity = Annotated[str, typer.Argument(help="`email:...`, `sms:+...`, `slack:TEAM/USER`, `discord:...`")]
By = Annotated[str, typer.Option(help="Who says so.")]
Me = Annotated[str, typer.Option(help="Who says so; you, if nobody is named.")]
Why = Annotated[str, typer.Option(help="Why, for the log.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="In UTC.")]


@app.command("list")
def list_people() -> None:
    """Everybody, with their identities."""

    async def show(ready: House) -> None:
        for person in (await ready.roster.fresh()).people.people:
            typer.echo(f"{person.id:12} {_state(person):6} {', '.join(person.identities)}")

    with_house(show)


@app.command()
def show(person_id: Id) -> None:
    """All that is known of somebody, and how it is known whose an identity is."""

    async def look(ready: House) -> None:
        known = await ready.roster.fresh()
        person = known.people.person(person_id)
        if person is None:
            raise BadChange(f"there is no person {person_id}")
        for line in _told(person, known):
            typer.echo(line)

    with_house(look)


@app.command("import")
def import_people(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV with id, name, identities (`;`).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    by: Me = "",
    why: Why = "",
) -> None:
    """Take people from a table: all of it, or nothing if a line is wrong. Nobody is taken away."""

    async def take(ready: House) -> None:
        rows, said = rows_of(file.read_bytes(), ready.identities), _said(by, why or f"import of {file.name}")
        if dry_run:
            known = await ready.roster.fresh()
            _announce(changes_of(rows, known, said), "would be made")
        else:
            _announce(await ready.roster.write(personnel.imported(rows, said)), "made")

    with_house(take)


@app.command()
def link(person_id: Id, identity: Identity, by: By, why: Why = "") -> None:
    """Say that an identity is somebody's, on the word of who knows."""

    async def write(ready: House) -> None:
        await _write(ready, personnel.linked(person_id, ready.identities.parse(identity), _said(by, why)))

    with_house(write)


@app.command()
def unlink(identity: Identity, by: By, why: Why = "") -> None:
    """Say that an identity is not its owner's any more, at once; also one of the file."""

    async def write(ready: House) -> None:
        await _write(ready, personnel.unlinked(ready.identities.parse(identity), _said(by, why)))

    with_house(write)


@app.command()
def away(
    person_id: Id,
    until: Day,
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])] = None,
    delegate: Annotated[str, typer.Option(help="Who is asked instead, as far as rules allow.")] = "",
    by: Me = "",
    why: Why = "",
) -> None:
    """Say that somebody is away; from now, if not said."""
    said = _said(by, why)
    try:
        absence = Absence(since=_utc(since) if since else said.at, until=_utc(until), delegate=delegate)
    except ValueError as error:
        raise typer.BadParameter("an absence ends after it begins") from error
    with_house(lambda ready: _write(ready, personnel.away(person_id, absence, said)))


@app.command()
def back(person_id: Id, by: Me = "", why: Why = "") -> None:
    """Say that somebody is back."""
    with_house(lambda ready: _write(ready, personnel.back(person_id, _said(by, why))))


@app.command()
def left(person_id: Id, by: Me = "", why: Why = "") -> None:
    """Say that somebody is with us no more: they decide nothing from now on, and what they voted does not count."""
    with_house(lambda ready: _write(ready, personnel.left(person_id, _said(by, why))))


@app.command()
def log() -> None:
    """Every change to people and grants, oldest first: when, by whom, what, why."""

    async def show(ready: House) -> None:
        for change in await ready.roster.history():
            why = f"  ({change.why})" if change.why else ""
            typer.echo(f"{change.at:%Y-%m-%d %H:%M}  by {change.by}: {described(change)}{why}")

    with_house(show)


@app.command("begin-again")
def begin_again() -> None:
    """After the changes to people were lost: go on with the file. Look first who in it must not count any more."""

    async def forget() -> None:
        settings = load_settings()
        url = settings.store.url.get_secret_value() if settings.store.url else None
        async with open_store(url, settings.state_dir / "store", partitions=settings.store.partitions) as opened:
            await opened.roster.begin_again()

    with one_line_errors():
        asyncio.run(forget())


async def _write(ready: House, decide: Decide) -> None:
    _announce(await ready.roster.write(decide), "made")


def _announce(changes: Sequence[Change], how: str) -> None:
    for change in changes:
        typer.echo(described(change))
    typer.echo(f"{len(changes)} changes {how}")


def _said(by: str, why: str) -> Said:
    who = by.strip() or getpass.getuser()
    return Said(id=secrets.token_hex(8), at=datetime.now(UTC), by=who, why=why.strip())


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


def _state(person: Person) -> str:
    if person.left:
        return "left"
    return "away" if person.absence(datetime.now(UTC)) else ""


def _told(person: Person, known: Overlaid) -> list[str]:
    told = [f"{person.id}: {person.name}"]
    if person.left:
        told.append("has left")
    if person.timezone:
        told.append(f"time zone {person.timezone}")
    for one in person.away:
        instead = f", {one.delegate} instead" if one.delegate else ""
        told.append(f"away from {one.since:%Y-%m-%d %H:%M} to {one.until:%Y-%m-%d %H:%M} UTC{instead}")
    for identity in person.identities:
        link = known.links.get(identity)
        how = f"{link.proof}, {link.at:%Y-%m-%d %H:%M} UTC, by {link.by}" if link else "in the file"
        told.append(f"{identity}  {how}")
    return told
