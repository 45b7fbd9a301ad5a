"""Parcels for the tests of what our mails look like: every event that is sent, plain and hostile."""

from __future__ import annotations

from adapters.base import Parcel, Role, Ticket
from adapters.email.where import Where
from agent_core.events import AgentMessage, FieldRequest, Outbound, Request, RequestClosed
from agent_core.values import Author, Call, FormField
from tests.unit.adapters.cards import (
    APPROVED,
    ASKED_BACK,
    AT,
    CALLED,
    CARD,
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
    TICKET,
    TOLD,
    card,
)

# Everything that hides, turns around, breaks out of a line, a header, a table or a page.
HOSTILE = (
    "a\u202eb\u2066c\u200bd\ufeffe\u00adf\x1b[2Jg\x00h\r\nBcc: mallory@evil.test\r\n\r\n"
    '<script>x()</script><img src=x onerror=x()> </td></table> "&lt;&#x202e;&amp; '
    "![i](http://evil.test/i) [l](http://evil.test/l) <http://evil.test/a>\n\n[d]: http://evil.test/d 'd'"
)
BAD_CALL = Call(tool=f"deploy{HOSTILE}", version=f"1{HOSTILE}", arguments='{"a\\u202e<b>\\n": "c\\u202e<i>\\r\\n"}')
BAD_CALL_RAW = BAD_CALL.model_copy(update={"arguments": '{"<b>":"<i>\u202e\u200bprоd"}'})
MALLORY = Author(identity=f"email:{HOSTILE}")


def parcel(
    event: Outbound, *, role: Role = "watch", where: Where | None = None, about: Request | None = None
) -> Parcel:
    """A parcel for Bo."""
    return Parcel(
        effect_id="e1",
        thread_id="t1",
        reply_token="k3v9.abcdefgh",
        identity="email:bo@example.test",
        address=(where or Where(to="bo@example.test")).address(),
        event=event.model_copy(update={"at": AT}),
        role=role,
        ticket=TICKET if role == "decide" else None,
        request=about,
    )


IN_THREAD = Where(
    to="bo@example.test", subject="Deployment", message_id="<2@example.test>", references=("<1@example.test>",)
)
# Every piece of Markdown that is drawn.
MARKED = """# Approval needed: nothing

It went out in **three** steps, with _no_ error:

1. `build`
2. `migrate`
   - one table
   - no lock

> quoted by the agent

```sh
make deploy VERSION=1.4.2
```

See http://status.example.test/runs/481 for more."""
FORM = QUESTION.model_copy(
    update={
        "choices": (),
        "fields": (
            FormField(name="version", label="Which version?"),
            FormField(name="when", label="On which day?", kind="date", required=False),
            FormField(name="where", label="Where to?", kind="choice", choices=("staging", "production")),
        ),
    }
)
FIELD = FieldRequest(id="f1", request_id="q1", to="email:bo@example.test", field=FORM.fields[2], problem="not a choice")
BY_LINK = Ticket(url=TICKET.url)
HONEST = {
    "card": parcel(CARD, role="decide"),
    "card-by-link": parcel(CARD, role="decide").model_copy(update={"ticket": BY_LINK}),
    "card-of-a-thread": parcel(CARD, role="decide").model_copy(update={"reference": "HP-4f7k2m9q"}),
    "said-long": parcel(AgentMessage(id="a3", to=("x",), text=MARKED), where=IN_THREAD),
    "form": parcel(FORM),
    "field": parcel(FIELD, about=FORM),
    "held": parcel(next(n for n in NOTICES if n.kind == "held"), role="decide", about=CARD),
    "card-of-several": parcel(SEVERAL, role="decide"),
    "card-reminder": parcel(CARD, role="decide").model_copy(update={"raised": REMINDED}),
    "card-handed-on": parcel(CARD, role="decide").model_copy(update={"raised": HANDED}),
    "card-told": parcel(CARD, role="decide").model_copy(update={"raised": TOLD}),
    "asked-back": parcel(ASKED_BACK, role="decide", about=CARD),
    "instead": parcel(INSTEAD, about=CARD),
    "relayed": parcel(RELAYED, where=IN_THREAD),
    "card-to-watch": parcel(CARD),
    "question": parcel(QUESTION, role="decide", where=IN_THREAD),
    "approved": parcel(APPROVED, about=CARD),
    "denied": parcel(DENIED, about=CARD),
    "expired": parcel(EXPIRED, about=CARD),
    "said": parcel(SAID, where=IN_THREAD),
    "escalation": parcel(CALLED),
    "notice": parcel(next(n for n in NOTICES if n.kind == "already_closed"), about=CARD),
}
BAD_CARD = card(BAD_CALL_RAW, reason=HOSTILE, requester=MALLORY)
FORGED = {
    "hostile-several": parcel(SEVERAL.model_copy(update={"consequences": HOSTILE}), role="decide").model_copy(
        update={"raised": HANDED.model_copy(update={"note": HOSTILE, "by": MALLORY})}
    ),
    "hostile-asked-back": parcel(ASKED_BACK.model_copy(update={"question": HOSTILE, "by": MALLORY}), about=BAD_CARD),
    "hostile-relayed": parcel(RELAYED.model_copy(update={"text": HOSTILE, "author": MALLORY})),
    "hostile-card": parcel(BAD_CARD, role="decide"),
    "hostile-escapes": parcel(card(BAD_CALL), role="decide"),
    "hostile-subject": parcel(SAID, where=Where(to="bo@example.test", subject=HOSTILE)),
    "hostile-words": parcel(AgentMessage(id="a2", to=("x",), text=HOSTILE)),
    "hostile-question": parcel(QUESTION.model_copy(update={"question": HOSTILE, "choices": (HOSTILE, "b")})),
    "hostile-end": parcel(
        RequestClosed(id="c9", request_id="r1", outcome="denied", by=MALLORY, reason=HOSTILE), about=BAD_CARD
    ),
    "hostile-notice": parcel(NOTICES[0].model_copy(update={"kind": "undelivered", "detail": HOSTILE}), about=BAD_CARD),
}
EVERY = HONEST | FORGED
