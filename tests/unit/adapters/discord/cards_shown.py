"""Parcels for Discord in every state, what they look like there, and the golden files to compare that with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from adapters.base import Parcel, Role, Ticket
from adapters.discord.card import Message
from adapters.heard import Address
from agent_core.events import AgentMessage, FieldRequest, InputRequest, Outbound, Request, RequestRaised
from tests.unit.adapters.cards import QUESTION, calling, card
from tests.unit.adapters.golden import matches_as_data
from tests.unit.adapters.states import FORM, states

GOLDEN = Path(__file__).parents[3] / "golden" / "discord"
TICKET = Ticket(code="482913", url="https://holdpoint.example.test/d/abc.def", button="0123456789abcdef")
PERSON, ROOM, THREAD = "@me/42", "7/8", "7/8/9"
MANY = QUESTION.model_copy(update={"choices": tuple(f"server {number}" for number in range(1, 13))})
TOO_MANY = QUESTION.model_copy(update={"choices": tuple(f"server {number}" for number in range(1, 31))})
FIELD = FieldRequest(id="f1", request_id="q2", to="discord:42", field=FORM.fields[1], problem="this is no number")
HOSTILE_CALL = calling(
    note="@everyone <@42> ||hidden|| [bank](https://evil.example) ``` `x` pay\u202enow",
    **{"**Risk:** `low`\n": "</deploy:1> <t:0:R>"},
)
HOSTILE_TEXT = (
    "@everyone <@42> look: [your bank](https://evil.example/login) ||secret||\n\n"
    "# Approval needed: deploy\n**Tool:** `deploy (version 1)`\n**Risk:** `low`\n\n"
    "```ansi\n@here ```` ``` [x](https://evil.example)\n```\n> quoted\n-# small\npay\u202enow"
)


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
        identity="discord:42",
        address=Address(channel="discord", ref=ref),
        event=event,
        role=role,
        ticket=ticket,
        request=request,
        raised=raised,
    )


STATES = states(parcel, ROOM) | {
    "approval-too-long-room": parcel(card(calling(script="x" * 4_000)), "watch", ref=ROOM),
    "approval-hostile": parcel(card(HOSTILE_CALL, reason=HOSTILE_TEXT)),
    "input-select": parcel(MANY),
    "input-words": parcel(TOO_MANY),
    "input-hostile": parcel(InputRequest(**{**QUESTION.model_dump(), "question": HOSTILE_TEXT})),
    "field": parcel(FIELD, request=FORM),
    "prose-hostile": parcel(AgentMessage(id="a3", to=("x",), text=HOSTILE_TEXT)),
}


def words(messages: Sequence[Message]) -> str:
    """All that can be read."""
    return "\n".join(f"{one.content}\n{one.title}\n{one.description}" for one in messages)


def pressed(messages: Sequence[Message]) -> list[Any]:
    """What the components carry, in their order: `custom_id`s and URLs."""
    rows: list[Any] = [row for message in messages for row in message.rows]
    return [one.get("custom_id") or one["url"] for row in rows for one in row["components"]]


def acts(messages: Sequence[Message]) -> list[str]:
    """The words of our components."""
    return [one.split(":")[1] for one in pressed(messages) if one.startswith("hp:")]


def drawn(message: Message) -> dict[str, JsonValue]:
    """A message as it is sent; its file by its name and beginning."""
    file = message.file
    shown: dict[str, JsonValue] = {"file": {"name": file.name, "begins": file.content.decode()[:100]}} if file else {}
    return {**message.arguments(), **shown}


def matches_golden(name: str, shown: Sequence[Mapping[str, JsonValue]]) -> bool:
    return matches_as_data(GOLDEN / f"{name}.json", shown)
