"""`holdpoint tokens`: make, list and revoke API tokens."""

from __future__ import annotations

from typing import Annotated, get_args

import typer

from gateway.access import Scope
from gateway.app import House
from gateway.cli.operate import with_house

app = typer.Typer(no_args_is_help=True, help="API tokens: who may call, as whom, for what.")


@app.command()
def create(
    person: Annotated[str, typer.Argument(help="The person the token speaks as.")],
    scopes: Annotated[str, typer.Option(help="Comma-separated: read, write, approve, admin.")] = "read,write",
    days: Annotated[int, typer.Option(min=1, max=365)] = 30,
) -> None:
    """Make a token and print it. It cannot be shown again."""
    wanted = tuple(scope for scope in get_args(Scope) if scope in scopes.split(","))
    if len(wanted) != len(scopes.split(",")):
        raise typer.BadParameter(f"scopes are {', '.join(get_args(Scope))}")

    async def make(ready: House) -> None:
        if ready.people.person(person) is None:
            raise typer.BadParameter(f"there is no person {person} in {ready.settings.people_file}")
        typer.echo(await ready.access.create(person, wanted, days=days))

    with_house(make)


@app.command("list")
def list_tokens() -> None:
    """The tokens, the one that expires first in front."""

    async def show(ready: House) -> None:
        for grants in await ready.access.all():
            typer.echo(f"{grants.id}  {grants.person:12} {','.join(grants.scopes):24} until {grants.expires:%Y-%m-%d}")

    with_house(show)


@app.command()
def revoke(token_id: str) -> None:
    """Take a token back."""

    async def take(ready: House) -> None:
        if not await ready.access.revoke(token_id):
            raise typer.BadParameter(f"there is no token {token_id}")

    with_house(take)
