"""Outbound events for the tests of what people are shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import get_args

from adapters.base import Ticket
from agent_core.events import (
    AgentMessage,
    ApprovalRequest,
    Escalation,
    InputRequest,
    Notice,
    Outbound,
    Relayed,
    RequestClosed,
    RequestRaised,
    Vote,
)
from agent_core.terms import Seats, Terms
from agent_core.values import Author, Call, NoticeKind

UNTIL = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ANA = Author(identity="email:ana@example.test", person="ana", assurance="verified", evidence="dmarc")
BO = Author(identity="email:bo@example.test", person="bo", assurance="verified", evidence="dmarc")
TICKET = Ticket(code="482913", url="https://holdpoint.example.test/d/abc.def", page_code="739155")
CALL = Call(tool="deploy", version="1", arguments='{"version":"1.4.2","environment":"production"}')


def card(call: Call = CALL, *, reason: str = "Ana wants it.", requester: Author = ANA) -> ApprovalRequest:
    return ApprovalRequest(
        id="r1",
        call=call,
        risk="high",
        digest="0123456789abcdef" * 4,
        requester=requester,
        approvers=("bo", "cy"),
        policy="deploy-1",
        expires_at=UNTIL,
        reason=reason,
    )


def calling(tool: str = "deploy", **arguments: object) -> Call:
    return Call(tool=tool, version="1", arguments=json.dumps(arguments, ensure_ascii=False, separators=(",", ":")))


CARD = card()
TERMS = Terms(
    rule="deploy to production",
    seats=(Seats(of=("bo", "cy", "di"), need=2), Seats(of=("security",))),
    veto=("cy",),
    on_timeout="approve",
    delegates=("dee", "eli"),
)
SEVERAL = CARD.model_copy(
    update={
        "approvers": ("bo", "cy", "di", "security"),
        "terms": TERMS,
        "consequences": "Replaces 1.4.1 on 3 hosts.\nNobody is logged out.",
    }
)
REMINDED = RequestRaised(id="up1", request_id="r1", why="reminder", to=("bo",))
CLIMBED = RequestRaised(id="up2", request_id="r1", why="time", to=("bo",))
HANDED = RequestRaised(id="up3", request_id="r1", why="delegated", to=("bo",), by=ANA, note="She knows it.")
TOLD = RequestRaised(id="up4", request_id="r1", why="answered", to=("bo",), by=ANA, note="The one for orders.")
VOTED = Vote(id="v1", at=AT, request_id="r1", by=BO, decision="approve", missing="1 of cy, di; and 1 of security")
AGAINST = VOTED.model_copy(update={"decision": "deny", "reason": "Not on a Friday."})
ASKED_BACK = InputRequest(
    id="q3",
    to="email:ana@example.test",
    question="Which **database**?",
    expires_at=UNTIL,
    about="r1",
    by=BO,
)
INSTEAD = RequestClosed(id="c4", at=AT, request_id="r1", outcome="answered", by=BO, reason="Use staging.")
RELAYED = Relayed(id="t1", to=("email:ana@example.test",), author=BO, text="I look into it.")
QUESTION = InputRequest(
    id="q1",
    to="email:ana@example.test",
    question="Which environment?",
    choices=("staging", "production"),
    expires_at=UNTIL,
)
APPROVED = RequestClosed(id="c1", at=AT, request_id="r1", outcome="approved", by=BO)
DENIED = RequestClosed(id="c2", at=AT, request_id="r1", outcome="denied", by=BO, reason="Not on a Friday.")
EXPIRED = RequestClosed(id="c3", at=AT, request_id="r1", outcome="expired")
SAID = AgentMessage(id="a1", to=("email:ana@example.test",), text="1.4.2 runs in **production** now.")
CALLED = Escalation(id="e1", to=("di",), reason="Three tries failed.")
NOTICES = tuple(
    Notice(id=f"n-{kind}", to="email:bo@example.test", kind=kind, about="r1", detail="bo")
    for kind in get_args(NoticeKind)
)
EVERY: tuple[Outbound, ...] = (
    CARD,
    SEVERAL,
    QUESTION,
    ASKED_BACK,
    VOTED,
    AGAINST,
    APPROVED,
    DENIED,
    EXPIRED,
    INSTEAD,
    SAID,
    RELAYED,
    CALLED,
    *NOTICES,
)
