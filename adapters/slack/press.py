"""Press: buttons and modals, pure. The names our blocks carry, and what each of them means when it comes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from adapters.heard import Filled, Ignored, Pressed
from adapters.slack.meaning import Amiss, Changed, Chose, Meaning, Modal, Opens, Place, Us
from adapters.slack.wire import author, ident, seal_of, stamp, team_of
from adapters.wire import Json, child, children, required, words
from agent_core.values import Author, Decision

APPROVE, UNDO = "hp:approve", "hp:undo"
CHOICE = "hp:choice:"
MODALS: Mapping[str, Modal] = {
    "hp:deny": "deny",
    "hp:edit": "edit",
    "hp:answer": "answer",
    "hp:ask": "ask",
    "hp:instead": "instead",
    "hp:delegate": "delegate",
}
_DECISIONS: Mapping[Modal, Decision] = {"deny": "deny", "ask": "ask", "instead": "answer", "delegate": "delegate"}
# The input of a modal in which somebody is chosen, to whom the decision is handed.
TO = "to"
BLANK = "Please fill this in."

_CARRIED = re.compile(r"([\x21-\x7e]{1,2000})(?: ([0-9A-Za-z:_-]{1,128}))?")
_CHOICE = re.compile(re.escape(CHOICE) + r"([0-9]{1,3})")
_TEXTS = ("value", "selected_date", "selected_time")


def pressed(payload: Json, us: Us) -> Meaning:
    """A `block_actions` payload: what our button means, or why it is none of ours. Raises Unreadable."""
    action = next(iter(children(payload, "actions")), {})
    name = words(action, "action_id")
    choice = _CHOICE.fullmatch(name)
    if name not in (APPROVE, UNDO) and name not in MODALS and not choice:
        return Ignored(kind="unknown-button", detail=name[:255])
    carried = _CARRIED.fullmatch(words(action, "value"))
    if not carried:
        return Ignored(kind="no-ticket", detail=name)
    ticket, digest, seal, who = carried[1], carried[2] or "", seal_of(payload, us), _who(payload, us)
    if name in MODALS:
        return Opens(
            kind=MODALS[name],
            trigger_id=required(words(payload, "trigger_id"), "the trigger id"),
            value=carried[0],
            ticket=ticket,
            digest=digest,
            seal=seal,
            author=who,
            place=place(payload, us),
        )
    key = _key(payload, us, lambda: f"{stamp(action, 'action_ts')}+{ident(payload, 'user', 'id')}")
    if choice:
        return Chose(id=key, author=who, ticket=ticket, digest=digest, seal=seal, index=int(choice[1]))
    decision: Decision = "undo" if name == UNDO else "approve"
    return Pressed(id=key, author=who, ticket=ticket, seal=seal, decision=decision, digest=digest)


def sent_off(payload: Json, us: Us) -> Meaning:
    """A `view_submission` payload: what the modal says, or what is amiss with it. Raises Unreadable."""
    view = child(payload, "view")
    kind = MODALS.get(words(view, "callback_id"))
    if kind is None:
        return Ignored(kind="unknown-modal", detail=words(view, "callback_id")[:255])
    carried = _CARRIED.fullmatch(words(view, "private_metadata"))
    if not carried:
        return Ignored(kind="no-ticket", detail=f"hp:{kind}")
    if problems := tuple((block, BLANK) for block in _blank(view)):
        return Amiss(problems=problems)
    return _said(kind, carried[1], carried[2] or "", payload, us)


def _said(kind: Modal, ticket: str, digest: str, payload: Json, us: Us) -> Pressed | Filled | Changed:
    view = child(payload, "view")
    key = _key(payload, us, lambda: f"{ident(view, 'id')}+{ident(view, 'hash')}")
    seal, who, values = seal_of(payload, us), _who(payload, us), tuple(_values(view))
    if decision := _DECISIONS.get(kind):
        to = "".join(text for name, text in values if name == TO)
        reason = "\n".join(text for name, text in values if name != TO)
        pressed = Pressed(id=key, author=who, ticket=ticket, seal=seal, decision=decision, digest=digest)
        return pressed.model_copy(update={"reason": reason, "to": to})
    if kind == "edit":
        return Changed(id=key, author=who, ticket=ticket, digest=digest, seal=seal, values=values)
    return Filled(id=key, author=who, ticket=ticket, seal=seal, values=values)


def _values(view: Json) -> Iterator[tuple[str, str]]:
    """What was filled in, by block, in the order of the blocks; a block of several choices once for each."""
    for block in _blocks(view):
        for state in child(view, "state", "values", block).values():
            yield from ((block, text) for text in _texts(state) if text.strip())


def _blocks(view: Json) -> tuple[str, ...]:
    """The blocks of the modal in the order they are shown, then any that only the state knows."""
    shown = [words(block, "block_id") for block in children(view, "blocks")]
    known = [words({"name": name}, "name") for name in child(view, "state", "values")]
    return tuple(dict.fromkeys(filter(None, (*shown, *known))))


def _texts(state: object) -> tuple[str, ...]:
    chosen = (child(state, "selected_option"), *children(state, "selected_options"))
    options = tuple(words(option, "value") for option in chosen if option)
    return (*(text for name in _TEXTS if (text := words(state, name))), *options)


def _blank(view: Json) -> Iterator[str]:
    """The inputs that must be filled in and are not; Slack itself takes blanks for an answer."""
    filled = {block for block, _ in _values(view)}
    for block in children(view, "blocks"):
        name = words(block, "block_id")
        if block.get("type") == "input" and block.get("optional") is not True and name and name not in filled:
            yield name


def _who(payload: Json, us: Us) -> Author:
    user = required(ident(payload, "user", "id"), "the user")
    claimed = ident(payload, "user", "team_id") or ident(payload, "team", "id")
    return author(user, claimed, payload, us)


def _key(payload: Json, us: Us, otherwise: Callable[[], str]) -> str:
    """The press's own id: Slack makes a trigger for each gesture, the same in every delivery of it."""
    return f"slack:{team_of(payload, us)}/{ident(payload, 'trigger_id') or otherwise()}"


def place(payload: Json, us: Us) -> Place:
    """Where it was pressed; a press on the App Home or in a modal has no message. Raises Unreadable."""
    return Place(
        team=team_of(payload, us),
        user=required(ident(payload, "user", "id"), "the user"),
        channel=ident(payload, "channel", "id") or ident(payload, "container", "channel_id"),
        message_ts=stamp(payload, "container", "message_ts") or stamp(payload, "message", "ts"),
        thread_ts=stamp(payload, "container", "thread_ts") or stamp(payload, "message", "thread_ts"),
        response_url=words(payload, "response_url"),
    )
