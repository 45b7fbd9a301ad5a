"""`holdpoint grants`: for a while, calls need nobody, because somebody who may approve them said so."""

from __future__ import annotations

import getpass
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
import yaml
from pydantic import ValidationError

from agent_core.policy.grants import Grant
from config.settings import problems
from gateway.app import House
from gateway.cli.operate import with_house
from gateway.people import personnel
from gateway.people.changes import Said, described

app = typer.Typer(no_args_is_help=True, help="Standing grants: what needs nobody for a while, by leave of whom.")


@app.command()
def add(
    tool: Annotated[str, typer.Argument(help="The tool whose calls are granted.")],
    to: Annotated[list[str], typer.Option(help="To whom; may be said more than once.")],
    by: Annotated[str, typer.Option(help="The person who grants it, and may approve it alone.")],
    hours: Annotated[float, typer.Option(min=0.01, help="For how long, from now.")],
    when: Annotated[str, typer.Option(help="Conditions on arguments as in a rule: `{environment: staging}`.")] = "{}",
    why: Annotated[str, typer.Option(help="Why, for the log.")] = "",
) -> None:
    """Grant calls of a tool, as far as a rule allows it."""
    said = Said(id=secrets.token_hex(8), at=datetime.now(UTC), by=getpass.getuser(), why=why)
    made = {"id": said.id, "tool": tool, "when": _conditions(when), "to": to, "by": by, "reason": why}
    try:
        grant = Grant.model_validate(made | {"since": said.at, "until": said.at + timedelta(hours=hours)})
    except ValidationError as error:
        raise typer.BadParameter(problems(error)) from error

    async def write(ready: House) -> None:
        for change in await ready.roster.write(personnel.granted(grant, ready.policy, said)):
            typer.echo(f"{grant.id}  {described(change)}")

    with_house(write)


@app.command("list")
def list_grants() -> None:
    """The grants in force."""

    async def show(ready: House) -> None:
        for grant in (await ready.roster.fresh()).in_force(datetime.now(UTC)):
            when = {name: test.model_dump(exclude_defaults=True, mode="json") for name, test in grant.when.items()}
            told = f"{grant.tool} {when or 'whatever it is called with'} to {', '.join(grant.to)}"
            typer.echo(f"{grant.id}  {told} by {grant.by} until {grant.until:%Y-%m-%d %H:%M} UTC")

    with_house(show)


@app.command()
def end(grant_id: str, why: Annotated[str, typer.Option(help="Why, for the log.")] = "") -> None:
    """End a grant before its time."""
    said = Said(id=secrets.token_hex(8), at=datetime.now(UTC), by=getpass.getuser(), why=why)

    async def write(ready: House) -> None:
        for change in await ready.roster.write(personnel.ended(grant_id, said)):
            typer.echo(described(change))

    with_house(write)


def _conditions(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise typer.BadParameter("the conditions are no YAML") from error
