"""`holdpoint parse discord`: see how something Discord sent is read, and what would be done."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from adapters.discord import interaction
from adapters.discord.meaning import Changed, Chose, Interaction, Meaning, Opens, Ping, Room, Slash, Us, Verb
from adapters.discord.payload import CREATED, INTERACTION, SPOKEN, spoken
from adapters.discord.why import why
from adapters.discord.wire import GATEWAY, READ, SIGNATURE, ident, number, room_of, unwrap
from adapters.errors import Unreadable
from adapters.heard import Filled, Ignored, Pressed, Received, Revised
from adapters.wire import Json, child, children, words
from gateway.cli.parsing import print_report

_THEN: Mapping[type, str] = {
    Revised: "change what they said, if the agent has not heard it yet",
    Pressed: "acknowledge it, then decide the request, if its ticket was shown there and they may",
    Filled: "acknowledge it, then answer the question, if its ticket was shown there",
    Opens: "open the form, if its ticket was shown there",
    Chose: "acknowledge it, then answer the question, if its ticket was shown there",
    Changed: "acknowledge it, then decide the request as changed, if its ticket was shown there and they may",
    Ping: "answer that we are here, if it is signed",
}
_COMMANDS: Mapping[Verb, str] = {
    "ask": "store it as a message, in the thread that begins at its answer or the one it was asked in",
    "status": "tell them, unseen by others, what waits",
    "stop": "stop this conversation's agent, if there is one",
}


class RoomKind(StrEnum):
    """What a message can be said in."""

    direct = "direct"
    thread = "thread"
    channel = "channel"


def parse_discord(
    application: Annotated[str, typer.Option(help="Our application's id; as the payload says, if left out.")] = "",
    bot_user: Annotated[str, typer.Option(help="Our bot's user id; the bot that is mentioned, if left out.")] = "",
    room_kind: Annotated[RoomKind | None, typer.Option(help="What it was said in; without a server: direct.")] = None,
    guild: Annotated[str, typer.Option(help="The server, for a message that does not say it.")] = "",
    parent: Annotated[str, typer.Option(help="The channel a message's thread is in.")] = "",
) -> None:
    """Print how a frame, a message or an interaction on standard input is read and why, without effects."""

    def report(body: bytes) -> dict[str, Any]:
        event, data, evidence = _opened(unwrap(body))
        seen = assumed(event, data)
        us = Us(application=_id(application) or seen.application, user=_id(bot_user) or seen.user)
        if event == INTERACTION:
            return _acted(data, us, evidence)
        if event not in SPOKEN:
            return _report(Ignored(kind="unknown-event", detail=event[:80]), us)
        return _said(event, data, us, _room(data, room_kind, _id(guild), _id(parent)), evidence)

    print_report(report)


def _id(option: str) -> str:
    try:
        return ident({"": option}, "")
    except Unreadable as error:
        raise typer.BadParameter("an id of Discord is a number") from error


def _opened(payload: Json) -> tuple[str, Json, str]:
    """The event, what it is about, and how its author would be known."""
    if "t" in payload and "d" in payload:
        return words(payload, "t"), child(payload, "d"), GATEWAY
    if "author" in payload:
        return CREATED, payload, READ
    if "application_id" in payload:
        return INTERACTION, payload, SIGNATURE
    raise Unreadable("this is neither a frame of the gateway, nor a message, nor an interaction")


def assumed(event: str, data: Json) -> Us:
    """Who we would be if this is for us: what it says itself. Raises Unreadable."""
    if event == INTERACTION:
        return Us(application=ident(data, "application_id"), user=ident(data, "message", "author", "id"))
    bots = (user for user in children(data, "mentions") if user.get("bot") is True)
    answered = child(data, "referenced_message", "author")
    named = next(bots, answered if answered.get("bot") is True else {})
    return Us(application="", user=ident(named, "id"))


def _room(data: Json, told: RoomKind | None, guild: str, parent: str) -> Room:
    """Where it was said, as far as it tells and we are told. Raises Unreadable, saying which option would help."""
    there = ident(data, "guild_id") or guild
    described = {"id": ident(data, "channel_id"), "type": number(data, "channel_type"), "parent_id": parent}
    found = room_of(described, there)
    # Only messages in threads have a position.
    kind = told.value if told else "thread" if "position" in data else found.kind
    if kind == "direct":
        return Room(id=found.id, kind=kind)
    if not there:
        raise Unreadable("the message does not say in which server it was said: --guild does")
    if kind == "thread" and not parent:
        raise Unreadable("the message does not say which channel its thread is in: --parent does")
    return Room(id=found.id, kind=kind, guild=there, parent=parent if kind == "thread" else "")


def _said(event: str, data: Json, us: Us, room: Room, evidence: str) -> dict[str, Any]:
    return _report(spoken(event, data, us, room, evidence), us) | {"room": room.model_dump(exclude_defaults=True)}


def _acted(data: Json, us: Us, evidence: str) -> dict[str, Any]:
    meaning, found = interaction.read(data, us, evidence)
    return _report(meaning, us) | _shown(found)


def _shown(found: Interaction | None) -> dict[str, Any]:
    """Where it happened. Never the token: with it, anybody can answer in our name."""
    return found.model_dump(mode="json", include={"room", "message"}, exclude_defaults=True) if found else {}


def _report(meaning: Meaning, us: Us) -> dict[str, Any]:
    return {
        "read_as": type(meaning).__name__,
        "why": why(meaning),
        "meaning": meaning.model_dump(mode="json", exclude_defaults=True),
        "then": then(meaning),
        "us": us.model_dump(mode="json"),
    }


def then(meaning: Meaning) -> str:
    """What would be done."""
    if isinstance(meaning, Ignored):
        hint = meaning.kind == "no-content"
        return "nothing, but in a thread of ours a line on how to be heard" if hint else "nothing"
    if isinstance(meaning, Received):
        return f"store it as a message{', if we take part in this thread' if meaning.joins else ''}"
    return _COMMANDS[meaning.verb] if isinstance(meaning, Slash) else _THEN[type(meaning)]
