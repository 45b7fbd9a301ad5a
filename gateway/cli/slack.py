"""`holdpoint slack` and `holdpoint parse slack`: set the Slack app up, and see how a payload of Slack is read."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from adapters.slack.manifest import manifest as build
from adapters.slack.meaning import Us
from adapters.slack.payload import understand
from adapters.slack.why import why
from adapters.slack.wire import ident, unwrap, whose
from adapters.wire import Json, children
from gateway.cli.parsing import print_report

app = typer.Typer(no_args_is_help=True, help="Slack: set the app up.")
parse = typer.Typer(no_args_is_help=True, help="See how something a channel sent us is read, and why.")


@app.callback()
def _slack() -> None:
    """Slack: set the app up."""


@parse.callback()
def _parse() -> None:
    """See how something a channel sent us is read, and why."""


@app.command()
def manifest(
    name: Annotated[str, typer.Option(help="The app's name in Slack.")] = "Holdpoint",
    url: Annotated[str | None, typer.Option(help="Where Slack posts to us. Without it: Socket Mode.")] = None,
    redirect_url: Annotated[str | None, typer.Option(help="Where OAuth returns to. With it, tokens rotate.")] = None,
    org: Annotated[bool, typer.Option("--org", help="The app can be installed for a whole org.")] = False,
) -> None:
    """Print the app manifest that matches what is listened to, to be pasted into Slack's app settings."""
    try:
        made = build(name, url=url, redirect_url=redirect_url, org=org)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(json.dumps(made, indent=2, ensure_ascii=False))


@parse.command("slack")
def parse_slack(
    app_id: Annotated[str, typer.Option(help="Our app's id; as the payload says, if left out.")] = "",
    team: Annotated[str, typer.Option(help="The workspace or org the app is installed in.")] = "",
    bot_user: Annotated[str, typer.Option(help="Our bot's user id.")] = "",
    bot_id: Annotated[str, typer.Option(help="Our bot's id.")] = "",
) -> None:
    """Print how a payload on standard input (event, action, view, slash, envelope) is read and why, without effects."""
    given = {"app_id": app_id, "team": team, "bot_user": bot_user, "bot_id": bot_id}
    told = {key: value for key, value in given.items() if value}

    def report(body: bytes) -> dict[str, Any]:
        payload = unwrap(body)
        return reading(payload, assumed(payload).model_copy(update=told))

    print_report(report)


def reading(payload: Json, us: Us) -> dict[str, Any]:
    """How a payload is read and why, as data. Raises Unreadable."""
    meaning = understand(payload, us)
    return {
        "read_as": type(meaning).__name__,
        "why": why(meaning),
        "meaning": meaning.model_dump(mode="json", exclude_defaults=True),
        "whose": whose(payload).model_dump(mode="json"),
        "us": us.model_dump(mode="json"),
    }


def assumed(payload: Json) -> Us:
    """Who we would be if the payload is for us: what it says itself. Raises Unreadable."""
    found = whose(payload)
    grant = next(iter(children(payload, "authorizations")), {})
    return Us(
        app_id=ident(payload, "api_app_id"),
        team=found.enterprise if found.org_wide and found.enterprise else found.team,
        bot_user=ident(grant, "user_id"),
        bot_id=ident(payload, "view", "bot_id") or ident(payload, "message", "bot_id"),
        enterprise=found.enterprise,
    )
