"""Buttons: what a card can be answered with, for those who may. The safe choice comes first, words say what each does.

Approving goes through a dialog when the risk is high. In a room any approver may press, so the card has its buttons
there even for those who only watch; what would let others decide in an approver's name, the code, is never shown there.
"""

from __future__ import annotations

from adapters.base import Parcel, Ticket
from adapters.slack import blocks as kit, limits
from adapters.slack.blocks import Json
from adapters.slack.modal import editable, fillable, handable
from adapters.slack.press import APPROVE, CHOICE, UNDO
from adapters.slack.text import code, escape
from adapters.text import one_line
from agent_core.events import ApprovalRequest, InputRequest, Notice, Request

DENY, EDIT, ANSWER = "hp:deny", "hp:edit", "hp:answer"
ASK, INSTEAD, DELEGATE = "hp:ask", "hp:instead", "hp:delegate"
TAKE_BACK = "Take it back"
RUNS = "runs exactly as shown, once. Its risk is high."


def of(parcel: Parcel) -> tuple[Json, ...]:
    """The buttons of the parcel's card, and the page beside them; nothing for who can do nothing."""
    ticket, event = parcel.ticket, parcel.event
    if not ticket or not may_press(parcel):
        return page(parcel) if parcel.role == "decide" else ()
    if isinstance(event, ApprovalRequest | InputRequest):
        return *answers(event, ticket.button, "hp:answers"), *_beside(parcel, ticket)
    if _held(parcel) and isinstance(parcel.request, ApprovalRequest):
        return (kit.actions("hp:answers", kit.button(UNDO, TAKE_BACK, f"{ticket.button} {parcel.request.digest}")),)
    return ()


def answers(request: Request, carried: str, block_id: str) -> tuple[Json, ...]:
    """The rows of buttons that answer a request; none where only words will do."""
    if isinstance(request, ApprovalRequest):
        value = f"{carried} {request.digest}"
        return kit.actions(block_id, *_decide(request, value)), kit.actions(
            f"{block_id}:more", *_neither(request, value)
        )
    row = _reply(request, carried)
    return (kit.actions(block_id, *row),) if row else ()


def may_press(parcel: Parcel) -> bool:
    """Whether the copy is for somebody who can answer by a button: the recipient, or in a room whoever approves."""
    shared = _held(parcel) or (isinstance(parcel.event, ApprovalRequest) and in_room(parcel))
    return bool(parcel.ticket and parcel.ticket.button) and (parcel.role == "decide" or shared)


def _held(parcel: Parcel) -> bool:
    """Whether it says that an approval is held: who gave it may take it back."""
    return isinstance(parcel.event, Notice) and parcel.event.kind == "held"


def page(parcel: Parcel) -> tuple[Json, ...]:
    """The way to the page that shows everything."""
    ticket = parcel.ticket
    if not ticket or not ticket.url or not isinstance(parcel.event, ApprovalRequest):
        return ()
    return (kit.section(_link(ticket.url, "Open the page that shows everything") + _code(parcel, ticket)),)


def in_room(parcel: Parcel) -> bool:
    """Whether others than the recipient can see it: in a channel, public or private."""
    _, _, rest = parcel.address.ref.partition("/")
    return rest[:1] in ("C", "G")


def _decide(event: ApprovalRequest, value: str) -> list[Json]:
    style, confirm = ("danger", _sure(event)) if event.risk == "high" else ("primary", None)
    change = [kit.button(EDIT, "Change and approve", value)] if editable(event.call) else []
    return [
        kit.button(DENY, "Deny", value),
        *change,
        kit.button(APPROVE, "Approve", value, style=style, confirm=confirm),
    ]


def _neither(event: ApprovalRequest, value: str) -> list[Json]:
    """What is neither yes nor no: no button of these runs anything."""
    hand = [kit.button(DELEGATE, "Hand over", value)] if handable(event) else []
    return [kit.button(ASK, "Ask a question", value), kit.button(INSTEAD, "Answer instead", value), *hand]


def _sure(event: ApprovalRequest) -> Json:
    text = f"{one_line(event.call.tool)} {RUNS}"
    if len(escape(text)) > limits.CONFIRM_TEXT:
        text = f"It {RUNS}"
    return kit.confirmation("Approve this?", text, "Approve", "Go back")


def _reply(event: InputRequest, value: str) -> list[Json]:
    labels = [one_line(choice) for choice in event.choices]
    if not event.fields and 0 < len(labels) <= limits.ACTIONS and all(map(_fits, labels)):
        return [kit.button(f"{CHOICE}{number}", label, value) for number, label in enumerate(labels)]
    return [kit.button(ANSWER, "Answer", value, style="primary")] if fillable(event) else []


def _fits(label: str) -> bool:
    return bool(label.strip()) and len(escape(label)) <= limits.BUTTON_TEXT


def _beside(parcel: Parcel, ticket: Ticket) -> tuple[Json, ...]:
    ours = isinstance(parcel.event, ApprovalRequest) and parcel.role == "decide" and not in_room(parcel)
    if not ours or not ticket.url:
        return ()
    return (kit.context(f"Or {_link(ticket.url, 'open the page')}{_code(parcel, ticket)}."),)


def _code(parcel: Parcel, ticket: Ticket) -> str:
    if parcel.role != "decide" or in_room(parcel):
        return ""
    return f" and give the code {code(ticket.code)}"


def _link(url: str, words: str) -> str:
    return f"<{escape(url).replace('|', '%7C')}|{words}>"
