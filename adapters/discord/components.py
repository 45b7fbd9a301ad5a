"""Components: what a card can be answered with, for those who may. The safe choice comes first.

In a room any approver may press, so the card has its buttons there even for those who only watch; what would let others
decide in an approver's name, the code and the page, is never shown there.
"""

from __future__ import annotations

from typing import TypeAlias

from pydantic import JsonValue

from adapters.base import Parcel, Ticket
from adapters.discord import limits
from adapters.discord.buttons import Carried, Word, custom_id
from adapters.discord.modal import editable, fillable, handable
from adapters.discord.where import where_of
from adapters.text import one_line
from agent_core.events import ApprovalRequest, InputRequest, Notice

Json: TypeAlias = dict[str, JsonValue]

_ROW, _BUTTON, _SELECT = 1, 2, 3
_PRIMARY, _GREY, _GREEN, _RED, _LINK = 1, 2, 3, 4, 5


def of(parcel: Parcel) -> tuple[Json, ...]:
    """The rows of components of the parcel's card; nothing for who can do nothing."""
    ticket, event = parcel.ticket, parcel.event
    if not ticket or not may_press(parcel):
        return page(parcel)
    match event:
        case ApprovalRequest():
            return *_row(*_decide(event, ticket), *_link(parcel, "Open the page")), *_row(*_neither(event, ticket))
        case InputRequest():
            return _row(*_reply(event, ticket))
        case Notice(kind="held"):
            digest = parcel.request.digest if isinstance(parcel.request, ApprovalRequest) else ""
            return _row(*_button("undo", "Take it back", ticket, digest=digest))
    return ()


def page(parcel: Parcel) -> tuple[Json, ...]:
    """The way to the page that shows everything, alone."""
    return _row(*_link(parcel, "Open the page that shows everything"))


def may_press(parcel: Parcel) -> bool:
    """Whether the copy is for somebody who can answer by a button: the recipient, or in a room whoever approves."""
    shared = _held(parcel) or (isinstance(parcel.event, ApprovalRequest) and in_room(parcel))
    return bool(parcel.ticket and parcel.ticket.button) and (parcel.role == "decide" or shared)


def _held(parcel: Parcel) -> bool:
    """Whether it says that an approval is held: who gave it may take it back."""
    return isinstance(parcel.event, Notice) and parcel.event.kind == "held"


def in_room(parcel: Parcel) -> bool:
    """Whether others than the recipient can see it."""
    return not where_of(parcel.address).user


def code_of(parcel: Parcel) -> str:
    """The code that the page asks for, where nobody but its owner can read it."""
    ours = isinstance(parcel.event, ApprovalRequest) and parcel.role == "decide" and not in_room(parcel)
    return parcel.ticket.code if parcel.ticket and parcel.ticket.url and ours else ""


def _decide(event: ApprovalRequest, ticket: Ticket) -> list[Json]:
    words, style = ("Approve (high risk)", _RED) if event.risk == "high" else ("Approve", _GREEN)
    change = _button("edit", "Change and approve", ticket, digest=event.digest) if editable(event.call) else []
    return [
        *_button("deny", "Deny", ticket, digest=event.digest),
        *change,
        *_button("approve", words, ticket, digest=event.digest, style=style),
    ]


def _neither(event: ApprovalRequest, ticket: Ticket) -> list[Json]:
    """What is neither yes nor no: no button of these runs anything."""
    hand = _button("delegate", "Hand over", ticket, digest=event.digest) if handable(event) else []
    return [
        *_button("ask", "Ask a question", ticket, digest=event.digest),
        *_button("instead", "Answer instead", ticket, digest=event.digest),
        *hand,
    ]


def _reply(event: InputRequest, ticket: Ticket) -> list[Json]:
    labels = [one_line(choice) for choice in event.choices]
    if labels and not event.fields and all(label.strip() for label in labels):
        if len(labels) <= limits.BUTTONS and _within(labels, limits.BUTTON):
            return [
                made for number, label in enumerate(labels) for made in _button("choose", label, ticket, index=number)
            ]
        if len(labels) <= limits.OPTIONS and _within(labels, limits.OPTION):
            return _select(labels, ticket)
    return _button("answer", "Answer", ticket, style=_PRIMARY) if fillable(event) else []


def _within(labels: list[str], most: int) -> bool:
    return all(limits.length(label) <= most for label in labels)


def _select(labels: list[str], ticket: Ticket) -> list[Json]:
    carried = custom_id(Carried("choose", ticket.button))
    options: list[JsonValue] = [{"label": label, "value": str(number)} for number, label in enumerate(labels)]
    made: Json = {"type": _SELECT, "custom_id": carried, "placeholder": "Choose one", "options": options}
    return [made] if carried else []


def _button(
    word: Word, label: str, ticket: Ticket, *, digest: str = "", index: int | None = None, style: int = _GREY
) -> list[Json]:
    """A button, if what it must carry has room in it."""
    carried = custom_id(Carried(word, ticket.button, digest, index))
    return [{"type": _BUTTON, "style": style, "label": label, "custom_id": carried}] if carried else []


def _link(parcel: Parcel, words: str) -> list[Json]:
    url = parcel.ticket.url if parcel.ticket else ""
    ours = isinstance(parcel.event, ApprovalRequest) and parcel.role == "decide" and not in_room(parcel)
    if not url or not ours or limits.length(url) > limits.URL:
        return []
    return [{"type": _BUTTON, "style": _LINK, "label": words, "url": url}]


def _row(*components: Json) -> tuple[Json, ...]:
    return ({"type": _ROW, "components": list(components)},) if components else ()
