"""The command line: serve, operate, talk. Each file holds one family of commands."""

from __future__ import annotations

import typer

from gateway.cli import (
    audit,
    chat,
    email,
    grants,
    operate,
    parse_discord,
    parse_sms,
    people,
    policy,
    serve,
    slack,
    sms,
    threads,
    tokens,
)

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, help="Work waits until the right person signs it off."
)
for commands in (serve.app, operate.app, chat.app):
    app.registered_commands += commands.registered_commands
app.add_typer(audit.app, name="audit")
app.add_typer(policy.app, name="policy")
app.add_typer(grants.app, name="grants")
app.add_typer(people.app, name="people")
app.add_typer(threads.app, name="threads")
app.add_typer(tokens.app, name="tokens")
app.add_typer(slack.app, name="slack")
app.add_typer(sms.app, name="sms")
slack.parse.command("sms")(parse_sms.parse_sms)
slack.parse.command("email")(email.parse_email)
slack.parse.command("discord")(parse_discord.parse_discord)
app.add_typer(slack.parse, name="parse")
