"""`holdpoint sms`: what is known of a number, and what an operator may say of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from adapters.sms.contacts import Contact
from adapters.sms.numbers import BadNumber, e164
from config.settings import Settings
from gateway.app import House
from gateway.cli.operate import with_house
from gateway.cli.parse_sms import Channel
from gateway.contacts import KnownContacts

app = typer.Typer(no_args_is_help=True, help="Text messages: who may be written to.")

Number = Annotated[str, typer.Argument(help="A telephone number; with a country code, or of the line's own region.")]
OnChannel = Annotated[Channel, typer.Option(help="The channel it is written to on.")]


@app.callback()
def _sms() -> None:
    """Text messages: who may be written to."""


@app.command()
def consent(
    number: Number,
    how: Annotated[str, typer.Option(help="How they agreed to be written to: `signed form of 2 March`.")],
    channel: OnChannel = Channel.sms,
) -> None:
    """Note that somebody agreed to be written to. Who opted out stays out: only they can say otherwise."""
    if not how.strip():
        raise typer.BadParameter("say how they agreed: it is asked for one day")

    async def note(contacts: KnownContacts, identity: str) -> None:
        await contacts.consented(identity, how.strip(), datetime.now(UTC))
        _show(await contacts.find(identity))

    _with_contact(number, channel, note)


@app.command()
def contact(number: Number, channel: OnChannel = Channel.sms) -> None:
    """Print what is known of a number."""

    async def show(contacts: KnownContacts, identity: str) -> None:
        _show(await contacts.find(identity))

    _with_contact(number, channel, show)


@app.command()
def unbar(number: Number, channel: OnChannel = Channel.sms) -> None:
    """Write to a number again that could not be written to; or by a sender of ours (also `MG...`) that was stopped."""

    async def free(contacts: KnownContacts, identity: str) -> None:
        await contacts.unbar(identity)
        _show(await contacts.find(identity))

    _with_contact(number, channel, free)


def _with_contact(number: str, channel: Channel, work: Callable[[KnownContacts, str], Awaitable[None]]) -> None:
    async def run(ready: House) -> None:
        known = KnownContacts(ready.opened.contacts, ready.people)
        await work(known, f"{channel.value}:{_named(number, channel, ready.settings)}")

    with_house(run)


def _named(number: str, channel: Channel, settings: Settings) -> str:
    """The number as E.164; a messaging service as it is."""
    if number.startswith("MG"):
        return number
    line = settings.whatsapp if channel is Channel.whatsapp else settings.sms
    try:
        return e164(number, line.region if line else "")
    except BadNumber as error:
        raise typer.BadParameter("that is not a telephone number; try it with its country code") from error


def _show(known: Contact) -> None:
    """On an operator's own terminal, and nowhere else."""
    agreed = f"{known.consent!r}, {_moment(known.consent_at)}" if known.consent else "none"
    for name, value in (
        ("consent", agreed),
        ("opted out", "yes" if known.out else "no"),
        ("barred", repr(known.barred) if known.barred else "no"),
        ("last heard", _moment(known.heard_at)),
        ("time zone", known.zone or "not known"),
    ):
        typer.echo(f"{name + ':':12}{value}")


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"
