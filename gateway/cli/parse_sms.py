"""`holdpoint parse sms`: see how something Twilio posted is read, and what would be done."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from adapters.base import HttpCall
from adapters.heard import Ignored, Pressed
from adapters.sms.account import Line
from adapters.sms.keywords import Word
from adapters.sms.numbers import BadNumber, e164, split
from adapters.sms.reading import Meaning, Said, read, why
from adapters.sms.wire import FORM, JSON, Fields, fields
from gateway.cli.parsing import print_report

_WORDS: dict[Word, str] = {
    "stop": "note that they opted out, and take what waits for their answer another way",
    "start": "note that they want to hear from us",
    "yes": "if they opted out: note that they want to hear from us; else: store it as a message",
    "help": "note when they last wrote",
}


class Channel(StrEnum):
    """The channels that Twilio carries."""

    sms = "sms"
    whatsapp = "whatsapp"


def parse_sms(
    channel: Annotated[Channel | None, typer.Option(help="The line's channel; as the form says, if left out.")] = None,
    sender: Annotated[str, typer.Option(help="Our number or messaging service; as the form says, if left out.")] = "",
    region: Annotated[str, typer.Option(help="Where a number of ours without a country code is from.")] = "US",
    query: Annotated[str, typer.Option(help="The query of the URL that was posted to (`effect=..&thread=..`).")] = "",
) -> None:
    """Print how a form or JSON on standard input is read and why, without effects. Signatures are not looked at."""

    def report(body: bytes) -> dict[str, Any]:
        posted = fields(HttpCall(body, {"Content-Type": JSON if body.startswith(b"{") else FORM}))
        return reading(posted, query, _line(posted, channel, sender, region))

    print_report(report)


def reading(posted: Fields, query: str, line: Line) -> dict[str, Any]:
    """How fields are read and why, as data. Raises Unreadable."""
    meaning = read(posted, query, line)
    return {
        "read_as": type(meaning).__name__,
        "why": why(meaning),
        "meaning": meaning.model_dump(mode="json", exclude_defaults=True),
        "then": then(meaning),
        "us": {"channel": line.channel, "sender": line.sender, "account_sid": line.account_sid},
    }


def then(meaning: Meaning) -> str:
    """What would be done."""
    if isinstance(meaning, Ignored):
        return "nothing"
    if isinstance(meaning, Said):
        return _WORDS.get(meaning.word) or "store it as a message, and note when they last wrote"
    if isinstance(meaning, Pressed):
        return "decide the request, if its ticket was shown to this very number"
    return "store how it ended, the first time it does" if meaning.returned else "nothing"


def _line(posted: Fields, channel: Channel | None, sender: str, region: str) -> Line:
    """The line it would have been posted to, if it is for us: what it says itself, unless we are told."""
    theirs, ours = ("To", "From") if posted.one("MessageStatus") else ("From", "To")
    named = channel.value if channel else split(posted.one(theirs))[0]
    return Line(
        channel="whatsapp" if named == "whatsapp" else "sms",
        account_sid=posted.one("AccountSid"),
        auth_tokens=(),
        sender=_sender(sender, region) or posted.one("MessagingServiceSid") or split(posted.one(ours))[1],
        public_url="",
        region=region,
    )


def _sender(given: str, region: str) -> str:
    if not given or given.startswith("MG"):
        return given
    try:
        return e164(given, region)
    except BadNumber as error:
        raise typer.BadParameter("the sender is neither a number nor a messaging service") from error
