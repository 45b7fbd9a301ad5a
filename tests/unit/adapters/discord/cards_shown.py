"""Parcels for Discord in every state, what they look like there, and the golden files to compare that with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from adapters.base import Parcel, Role, Ticket
from adapters.discord.card import Message
from adapters.heard import Address
from agent_core.events import AgentMessage, FieldRequest, InputRequest, Outbound, Request, RequestRaised
from tests.unit.adapters.cards import (
    APPROVED,
    CALLED,
    CARD,
    DENIED,
    EXPIRED,
    NOTICES,
    QUESTION,
    SAID,
    calling,
    card,
)
from tests.unit.adapters.panels import (
    ASKED,
    EFFECTS,
    HANDED,
    LATE,
    NO,
    RELAYED,
    REMINDER,
    SEVERAL,
    TOLD,
    UNREACHED,
    YES,
)
from tests.unit.adapters.slack.states import ANSWERED, CHANGED, FORM, FREE, LONG, LOW, WITHDRAWN

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


STATES: dict[str, Parcel] = {
    "approval-open": parcel(CARD),
    "approval-open-low": parcel(LOW),
    "approval-open-room": parcel(CARD, "watch", ref=ROOM),
    "approval-watch": parcel(CARD, "watch"),
    "approval-long-reason": parcel(card(reason=LONG)),
    "approval-too-long": parcel(card(calling(script="x" * 4_000))),
    "approval-too-long-room": parcel(card(calling(script="x" * 4_000)), "watch", ref=ROOM),
    "approval-hostile": parcel(card(HOSTILE_CALL, reason=HOSTILE_TEXT)),
    "approved": parcel(APPROVED, request=CARD),
    "approved-changed": parcel(CHANGED, request=CARD),
    "denied": parcel(DENIED, request=CARD),
    "answered": parcel(ANSWERED, request=QUESTION),
    "expired": parcel(EXPIRED, request=CARD),
    "withdrawn": parcel(WITHDRAWN, request=CARD),
    "input-choices": parcel(QUESTION),
    "input-select": parcel(MANY),
    "input-words": parcel(TOO_MANY),
    "input-form": parcel(FORM),
    "input-free": parcel(FREE),
    "input-watch": parcel(QUESTION, "watch"),
    "input-hostile": parcel(InputRequest(**{**QUESTION.model_dump(), "question": HOSTILE_TEXT})),
    "field": parcel(FIELD, request=FORM),
    "escalation": parcel(CALLED),
    "prose-short": parcel(SAID),
    "prose-long": parcel(AgentMessage(id="a2", to=("x",), text=LONG)),
    "prose-hostile": parcel(AgentMessage(id="a3", to=("x",), text=HOSTILE_TEXT)),
    "several": parcel(SEVERAL),
    "several-room": parcel(SEVERAL, "watch", ref=ROOM),
    "several-watch": parcel(SEVERAL, "watch"),
    "several-too-long": parcel(SEVERAL.model_copy(update={"consequences": EFFECTS * 230})),
    "voted": parcel(YES, request=SEVERAL),
    "voted-no": parcel(NO, request=SEVERAL),
    "voted-room": parcel(YES, "watch", ref=ROOM, request=SEVERAL),
    "voted-watch": parcel(YES, "watch", request=SEVERAL),
    "raised-reminder": parcel(SEVERAL, raised=REMINDER),
    "raised-time": parcel(SEVERAL, raised=LATE),
    "raised-undelivered": parcel(SEVERAL, raised=UNREACHED),
    "raised-delegated": parcel(SEVERAL, raised=HANDED),
    "raised-answered": parcel(SEVERAL, raised=TOLD),
    "raised-answered-long": parcel(SEVERAL, raised=TOLD.model_copy(update={"note": LONG})),
    "asked-back": parcel(ASKED),
    "relayed": parcel(RELAYED, "watch"),
    **{f"notice-{notice.kind}": parcel(notice, request=CARD) for notice in NOTICES},
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
    """Whether the golden file shows the same; `UPDATE_GOLDEN=1` writes the file first, to be read before it is kept."""
    text = json.dumps([dict(one) for one in shown], indent=1, ensure_ascii=False) + "\n"
    golden = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    return text == golden.read_text(encoding="utf-8")
