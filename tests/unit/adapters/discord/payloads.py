"""Payloads as Discord sends them, from the fixtures: frames, interactions, messages read back; and who we are there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adapters.discord import interaction, message, payload
from adapters.discord.meaning import Interaction, Meaning, Room, Us
from adapters.discord.wire import GATEWAY, READ, SIGNATURE, ident
from adapters.wire import Json

FIXTURES = Path(__file__).parents[3] / "fixtures" / "discord"
NAMES = tuple(sorted(path.stem for path in FIXTURES.glob("*.json")))

APP, BOT = "1100000000000000001", "1100000000000000002"
US = Us(application=APP, user=BOT)
GUILD, OPS, THREAD, DM = "1200000000000000001", "1300000000000000001", "1300000000000000010", "1400000000000000001"
ANA, BO, EVE = "1500000000000000001", "1500000000000000002", "1500000000000000003"
ROLES = ("discord:1200000000000000001/1600000000000000001", "discord:1200000000000000001/1600000000000000002")
MID, OURS, IID = "1441000000000000001", "1440000000000000099", "1441000000000000601"
TICKET = "dGlja2V0LWxvb2tz"
DIGEST = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2
TOKEN = "aW50ZXJhY3Rpb246MTQ0MTAwMDAwMDAwMDAwMDYwMTpTRUNSRVQtVE9LRU4tT0YtVEhFLUZJWFRVUkVT"

ROOMS = {
    OPS: Room(id=OPS, kind="channel", guild=GUILD),
    THREAD: Room(id=THREAD, kind="thread", guild=GUILD, parent=OPS),
    DM: Room(id=DM, kind="direct"),
}


def given(name: str) -> dict[str, Any]:
    """A fresh copy of a fixture."""
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return loaded


def said(name: str) -> dict[str, Any]:
    """The message in a fixture of a frame."""
    data: dict[str, Any] = given(name)["d"]
    return data


def room(data: Json) -> Room:
    """The room something was said in."""
    return ROOMS[ident(data, "channel_id")]


def understood(data: Json, us: Us = US) -> tuple[Meaning, Interaction | None]:
    """Anything at all as we understand it: a frame, a message read back, or else an interaction."""
    if "t" in data:
        event, inner = data["t"], data["d"]
        assert isinstance(event, str)
        assert isinstance(inner, dict)
        if event == payload.INTERACTION:
            return interaction.read(inner, us, GATEWAY)
        return payload.spoken(event, inner, us, room(inner), GATEWAY), None
    if "author" in data:
        return message.read(data, us, room(data), READ), None
    return interaction.read(data, us, SIGNATURE)


def read(name: str) -> Meaning:
    """A fixture as we understand it."""
    return understood(given(name))[0]
