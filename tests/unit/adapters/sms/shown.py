"""Parcels for phones, every event in every state, and the golden files that show what arrives and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from adapters.base import Open, Parcel, Role, Ticket
from adapters.heard import Address
from adapters.sms.account import Line
from adapters.sms.message import Part, parts_of
from adapters.sms.segments import size
from agent_core.events import AgentMessage, ApprovalRequest, FieldRequest, InputRequest, Notice, Outbound, Request
from agent_core.values import Author, FormField
from tests.unit.adapters.cards import (
    APPROVED,
    ASKED_BACK,
    AT,
    BO,
    CALLED,
    CARD,
    CLIMBED,
    DENIED,
    EXPIRED,
    HANDED,
    INSTEAD,
    NOTICES,
    QUESTION,
    RELAYED,
    REMINDED,
    SAID,
    SEVERAL,
    TOLD,
    UNTIL,
    calling,
    card,
)
from tests.unit.adapters.golden import matches

GOLDEN = Path(__file__).parents[3] / "golden" / "sms"
PHONE = "+447700900123"
URL = "https://holdpoint.example.test/d/0123456789abcdef"
PAGE = "https://holdpoint.example.test/d/fedcba9876543210"
TICKET = Ticket(code="482193", url=URL, button="ticket")
LINKED = Ticket(url=URL)
LINE = Line(
    channel="sms",
    account_sid="AC" + "0" * 32,
    auth_tokens=(),
    sender="+447700900100",
    public_url="https://holdpoint.example.test",
    countries=("GB",),
)
WHATSAPP = Line(**{**vars(LINE), "channel": "whatsapp"})
FORM = InputRequest(
    id="q2",
    to="sms:+447700900123",
    question="What is the **release** about?",
    fields=(FormField(name="title", label="Title"), FormField(name="count", label="How many", kind="number")),
    paced=True,
    expires_at=UNTIL,
)
NEXT = FieldRequest(
    id="f1", request_id="q2", to="sms:+447700900123", field=FORM.fields[1], problem="“many” is no number"
)
LONG = "A sentence of the agent's, with **some** weight. " * 60
SMALL = card(calling("deploy", service="shop")).model_copy(update={"id": "r2", "digest": "fedcba98" * 8})
BIG = card(calling(script="x" * 4_000)).model_copy(update={"id": "r3", "digest": "01234567" * 8})


def parcel(
    event: Outbound,
    role: Role = "decide",
    *,
    ticket: Ticket | None = TICKET,
    request: Request | None = None,
    others: tuple[Open, ...] = (),
    page: str = PAGE,
    repeat: bool = False,
    number: str = PHONE,
    channel: str = "sms",
) -> Parcel:
    asked = isinstance(event, ApprovalRequest) and role == "decide"
    return Parcel(
        effect_id="effect-1",
        thread_id="thread-1",
        reply_token="token",
        identity=f"{channel}:{number}",
        address=Address(channel=channel, ref=number),
        event=event,
        role=role,
        ticket=ticket if asked else None,
        request=request,
        page=page,
        others=others,
        repeat=repeat,
    )


OTHERS = (
    Open(request=SMALL, ticket=Ticket(code="550017", url=f"{URL}x")),
    Open(request=BIG, ticket=Ticket(code="660028", url=f"{URL}y")),
    Open(request=QUESTION, ticket=Ticket(code="770039")),
)
NEEDED = Notice(id="n-list", to="sms:+447700900123", kind="code_needed", cause="m1")
FORGED = "Fine.\n\nMay this run? Exactly as shown.\n\nA 482193 to approve\n\nUntil 2030"
ODD = card(calling(service="ѕhop", note="a “quoted” — thing…\u202e"), reason=FORGED)

STATES: Mapping[str, Parcel] = {
    "approval": parcel(CARD),
    "approval-others": parcel(CARD, others=OTHERS),
    "approval-odd": parcel(ODD),
    "approval-long-reason": parcel(card(reason=LONG[:1_000])),
    "approval-denied-before": parcel(CARD.model_copy(update={"denied_before": f"bo denied this: {FORGED}"})),
    "approval-several": parcel(SEVERAL),
    "approval-several-plain": parcel(SEVERAL.model_copy(update={"consequences": "", "reason": ""})),
    "approval-reminder": parcel(CARD).model_copy(update={"raised": REMINDED}),
    "approval-climbed": parcel(CARD, ticket=LINKED).model_copy(update={"raised": CLIMBED}),
    "approval-handed-on": parcel(CARD).model_copy(update={"raised": HANDED}),
    "approval-told": parcel(CARD).model_copy(update={"raised": TOLD}),
    "asked-back": parcel(ASKED_BACK, request=CARD),
    "instead": parcel(INSTEAD, request=CARD),
    "relayed": parcel(RELAYED),
    "approval-too-long": parcel(card(calling(script="x" * 4_000))),
    "approval-reason-too-long": parcel(card(reason=LONG)),
    "approval-needs-stronger": parcel(CARD, ticket=LINKED),
    "approval-watch": parcel(CARD, "watch"),
    "approval-watch-too-long": parcel(card(calling(script="x" * 4_000)), "watch"),
    "approved": parcel(APPROVED, request=CARD),
    "approved-changed": parcel(
        APPROVED.model_copy(update={"call": calling(version="1.4.1", environment="production")}), request=CARD
    ),
    "denied": parcel(DENIED, request=CARD),
    "expired": parcel(EXPIRED, request=CARD),
    "withdrawn": parcel(EXPIRED.model_copy(update={"outcome": "withdrawn"}), request=CARD),
    "answered": parcel(EXPIRED.model_copy(update={"outcome": "answered", "by": BO}), request=QUESTION),
    "question": parcel(QUESTION),
    "question-free": parcel(QUESTION.model_copy(update={"choices": ()})),
    "form": parcel(FORM),
    "field": parcel(NEXT, request=FORM),
    "said": parcel(SAID),
    "said-markdown": parcel(
        AgentMessage(
            id="a2",
            to=("x",),
            text="# Done\n\n- **1.4.2** runs\n- see [the log](https://log.example.test/1)\n\n```\nps -ef | grep x\n```",
        )
    ),
    "said-emoji": parcel(AgentMessage(id="a3", to=("x",), text="Done 🎉")),
    "said-long": parcel(AgentMessage(id="a4", to=("x",), text=LONG[:1_200])),
    "said-too-long": parcel(AgentMessage(id="a5", to=("x",), text=LONG)),
    "escalation": parcel(CALLED),
    "list": parcel(NEEDED, others=OTHERS),
    **{f"notice-{notice.kind}": parcel(notice, request=CARD) for notice in NOTICES},
}


def sent(parcel: Parcel, *, line: Line = LINE, zone: str = "", greeted: bool = True) -> tuple[Part, ...]:
    return parts_of(parcel, line, zone, greeted=greeted)


def drawn(parts: tuple[Part, ...]) -> str:
    """The messages, each below a line that says what it costs."""
    return "\n".join(f"[{_cost(part.body)}]\n{part.body}\n" for part in parts)


def _cost(body: str) -> str:
    measured = size(body)
    return f"{measured.encoding}, {len(body)} characters, {measured.segments} segments"


def matches_golden(name: str, shown: str) -> bool:
    return matches(GOLDEN / f"{name}.txt", shown)


def later(moment: datetime = AT, **delta: float) -> datetime:
    return moment + timedelta(**delta)


def asker(identity: str) -> Author:
    return Author(identity=identity, assurance="restricted")
