"""Every event in every state in which the platforms with buttons show it."""

from __future__ import annotations

from collections.abc import Callable

from adapters.base import Parcel
from agent_core.events import AgentMessage, InputRequest, RequestClosed
from agent_core.values import FormField
from tests.unit.adapters.cards import (
    APPROVED,
    AT,
    BO,
    CALLED,
    CARD,
    DENIED,
    EXPIRED,
    NOTICES,
    QUESTION,
    SAID,
    UNTIL,
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

LOW = card().model_copy(update={"risk": "low"})
FORM = InputRequest(
    id="q2",
    to="email:ana@example.test",
    question="What is the **release** about?",
    fields=(
        FormField(name="title", label="Title"),
        FormField(name="count", label="How many servers", kind="number"),
        FormField(name="day", label="Day", kind="date", required=False),
        FormField(name="where", label="Where", kind="choice", choices=("staging", "production")),
        FormField(name="tell", label="Whom to tell", kind="choices", choices=("ops", "sales")),
    ),
    expires_at=UNTIL,
)
FREE = QUESTION.model_copy(update={"choices": ()})
WITHDRAWN = RequestClosed(id="c4", at=AT, request_id="r1", outcome="withdrawn")
ANSWERED = RequestClosed(id="c5", at=AT, request_id="q1", outcome="answered", by=BO)
CHANGED = APPROVED.model_copy(update={"call": calling(version="1.4.1", environment="production")})
LONG = "A paragraph of the agent's, with **some** weight.\n\n" * 200


def states(parcel: Callable[..., Parcel], room: str) -> dict[str, Parcel]:
    """All of them by name, as parcels that this makes; `room` is where several read."""
    return {
        "approval-open": parcel(CARD),
        "approval-open-low": parcel(LOW),
        "approval-open-room": parcel(CARD, "watch", ref=room),
        "approval-watch": parcel(CARD, "watch"),
        "approval-long-reason": parcel(card(reason=LONG)),
        "approval-too-long": parcel(card(calling(script="x" * 4_000))),
        "approved": parcel(APPROVED, request=CARD),
        "approved-changed": parcel(CHANGED, request=CARD),
        "denied": parcel(DENIED, request=CARD),
        "answered": parcel(ANSWERED, request=QUESTION),
        "expired": parcel(EXPIRED, request=CARD),
        "withdrawn": parcel(WITHDRAWN, request=CARD),
        "input-choices": parcel(QUESTION),
        "input-form": parcel(FORM),
        "input-free": parcel(FREE),
        "input-watch": parcel(QUESTION, "watch"),
        "escalation": parcel(CALLED),
        "prose-short": parcel(SAID),
        "prose-long": parcel(AgentMessage(id="a2", to=("x",), text=LONG)),
        "several": parcel(SEVERAL),
        "several-room": parcel(SEVERAL, "watch", ref=room),
        "several-watch": parcel(SEVERAL, "watch"),
        "several-too-long": parcel(SEVERAL.model_copy(update={"consequences": EFFECTS * 230})),
        "voted": parcel(YES, request=SEVERAL),
        "voted-no": parcel(NO, request=SEVERAL),
        "voted-room": parcel(YES, "watch", ref=room, request=SEVERAL),
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
