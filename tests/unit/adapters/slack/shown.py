"""Parcels for Slack, what they look like there, and the golden files to compare that with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from adapters.base import Parcel, Role, Ticket
from adapters.heard import Address
from adapters.slack.card import Message
from agent_core.events import Outbound, Request, RequestRaised
from tests.unit.adapters.golden import matches_as_data
from tests.unit.adapters.states import states

GOLDEN = Path(__file__).parents[3] / "golden" / "slack"
TICKET = Ticket(code="482913", url="https://holdpoint.example.test/d/abc.def", button="dGlja2V0.b2Yub3Vycw")
PERSON, DIRECT, ROOM, GROUP = "T1/U2", "T1/D7/", "T1/C9/1763718600.000100", "T1/G9/1763718600.000100"


def parcel(
    event: Outbound,
    role: Role = "decide",
    *,
    ref: str = PERSON,
    ticket: Ticket | None = TICKET,
    request: Request | None = None,
    raised: RequestRaised | None = None,
) -> Parcel:
    return Parcel(
        effect_id="e1",
        thread_id="t1",
        reply_token="r.1",
        identity="slack:T1/U2",
        address=Address(channel="slack", ref=ref),
        event=event,
        role=role,
        ticket=ticket,
        request=request,
        raised=raised,
    )


STATES = states(parcel, ROOM)


def strings(value: JsonValue) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for inner in value:
                yield from strings(inner)
        case dict():
            for inner in value.values():
                yield from strings(inner)


def found(value: JsonValue, key: str) -> list[JsonValue]:
    """Every value of that key, wherever it stands."""
    match value:
        case list():
            return [one for inner in value for one in found(inner, key)]
        case dict():
            here = [value[key]] if key in value else []
            return [*here, *(one for inner in value.values() for one in found(inner, key))]
    return []


def everything(messages: Sequence[Message]) -> list[str]:
    return [text for message in messages for text in strings(message.arguments())]


def buttons(messages: Sequence[Message]) -> list[JsonValue]:
    return [name for message in messages for name in found(message.arguments(), "action_id")]


def matches_golden(name: str, shown: Sequence[Mapping[str, JsonValue]]) -> bool:
    return matches_as_data(GOLDEN / f"{name}.json", shown)
