"""Modal: the forms behind a card's buttons. Pure.

An input's id is the name of the field or argument it asks for, so that an answer finds its way without being remembered
anywhere; the form's own is what the button carried. What a form cannot show whole has no button that would open it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from pydantic import JsonValue

from adapters.arguments import arguments_of, written
from adapters.discord.buttons import TO
from adapters.discord.meaning import Modal
from adapters.errors import Rejected
from adapters.seen import delegates_of
from adapters.text import one_line, visible
from agent_core.events import ApprovalRequest, InputRequest
from agent_core.values import Call, FormField

Json: TypeAlias = dict[str, JsonValue]

ANSWER, REASON = "answer", "reason"

TITLE = 45
LABEL = 45
DESCRIPTION = 100
PLACEHOLDER = 100
TEXT = 4_000
CUSTOM_ID = 100
INPUTS = 5
OPTIONS = 25
OPTION = 100

# A line of an input is about as long as this; what is longer gets several.
_LINE = 60
_LABEL, _TEXT_INPUT, _SELECT = 18, 4, 3
_ONE_LINE, _PARAGRAPH = 1, 2
_JSON = "JSON: a number, true, false, null, a list or an object."


def deny(carried: str) -> Json:
    """Asks why; the safe choice needs no reason. `carried` is what the button carried. Raises Rejected."""
    told = "The agent and those who wait for it will read this."
    return _form("Deny", carried, [_label("Why not?", _text(REASON, lines=True, required=False), told)])


def ask(carried: str) -> Json:
    """Asks what they want to know before they decide. Raises Rejected."""
    told = "For whoever asked for this. The request stays open, and comes to you again with the answer."
    return _form("Ask a question", carried, [_label("What do you want to know?", _text(REASON, lines=True), told)])


def instead(carried: str) -> Json:
    """Asks what is to be done in place of the call. Raises Rejected."""
    told = "Then this is not run, and the agent goes on with what you say here."
    return _form("Answer instead", carried, [_label("What is to be done instead?", _text(REASON, lines=True), told)])


def delegate(request: ApprovalRequest, carried: str) -> Json:
    """Asks who is to decide in their place. Raises Rejected when there is nobody, or they do not fit."""
    if not (names := delegates_of(request)):
        raise Rejected("there is nobody to hand it to")
    kind = "choice" if len(names) <= OPTIONS else "text"
    whom = FormField.model_validate({"name": TO, "label": "Who is to decide in your place?", "kind": kind})
    chosen = _field(whom.model_copy(update={"choices": names if kind == "choice" else ()}), lines=False)
    return _form("Hand over", carried, [chosen, _label("Why?", _text(REASON, lines=True, required=False))])


def edit(call: Call, carried: str) -> Json:
    """The call's arguments, each in an input of its own. Raises Rejected when they do not fit."""
    title = f"Change and approve: {one_line(call.tool)}"
    title = title if _length(title) <= TITLE else "Change and approve"
    return _form(title, carried, [_argument(name, value) for name, value in arguments_of(call).items()])


def question(request: InputRequest, carried: str) -> Json:
    """The question's fields, its choices, or a place to write. Raises Rejected when it does not fit."""
    if request.fields:
        return _form("Your answer", carried, [_field(field, lines=False) for field in request.fields])
    kind = "choice" if request.choices else "text"
    only = FormField.model_validate({"name": ANSWER, "label": "Your answer", "kind": kind, "choices": request.choices})
    return _form("Your answer", carried, [_field(only, lines=True)])


def editable(call: Call) -> bool:
    """Whether a form can show every argument as it is, with nothing in it that nobody can see."""
    texts = [text for name, value in arguments_of(call).items() for text in (name, written(value))]
    # At its ends, white space cannot be seen, and a form may come back without it.
    seen = all(text == visible(text) and text == text.strip() for text in texts)
    return seen and _possible(lambda: edit(call, ANSWER))


def fillable(request: InputRequest) -> bool:
    """Whether a form can ask it."""
    return _possible(lambda: question(request, ANSWER))


def handable(request: ApprovalRequest) -> bool:
    """Whether a form can ask to whom it is handed: there is somebody, and they fit."""
    return _possible(lambda: delegate(request, ANSWER))


def _argument(name: str, value: JsonValue) -> Json:
    text = written(value)
    lines = "\n" in text or len(text) > _LINE
    if isinstance(value, str):
        return _label(name, _text(name, text, lines=lines, required=False))
    return _label(name, _text(name, text, lines=lines), _JSON)


def _field(field: FormField, *, lines: bool) -> Json:
    """A field by its label; where that is too long, by its name, and the label below it."""
    long = _length(one_line(field.label)) > LABEL
    label, told = (field.name, field.label) if long or not field.label.strip() else (field.label, "")
    return _label(one_line(label), _input(field, lines=lines), one_line(told))


def _input(field: FormField, *, lines: bool) -> Json:
    if field.kind in ("choice", "choices") and field.choices:
        return _select(field)
    hint = {"number": "A number", "date": "YYYY-MM-DD"}.get(field.kind, "")
    return _text(field.name, lines=lines, required=field.required, hint=hint)


def _text(name: str, value: str = "", *, lines: bool, required: bool = True, hint: str = "") -> Json:
    made: Json = {
        "type": _TEXT_INPUT,
        "custom_id": _within(name, CUSTOM_ID, "the name of a field"),
        "style": _PARAGRAPH if lines else _ONE_LINE,
        "max_length": TEXT,
        "required": required,
    }
    if value:
        made["value"] = _within(value, TEXT, "a text")
    return made | ({"placeholder": _within(hint, PLACEHOLDER, "a placeholder")} if hint else {})


def _select(field: FormField) -> Json:
    """A menu of the choices, each carried as it was offered."""
    options = [_option(choice) for choice in dict.fromkeys(field.choices)]
    if len(options) > OPTIONS or len({str(option["label"]) for option in options}) < len(options):
        raise Rejected(f"{len(options)} choices do not fit a menu, or look alike in it")
    return {
        "type": _SELECT,
        "custom_id": _within(field.name, CUSTOM_ID, "the name of a field"),
        "options": [*options],
        "min_values": 1 if field.required else 0,
        "max_values": len(options) if field.kind == "choices" else 1,
        "required": field.required,
    }


def _option(choice: str) -> Json:
    if choice != choice.strip():
        raise Rejected("a choice begins or ends with white space, which nobody can see")
    label = _within(one_line(choice), OPTION, "a choice")
    return {"label": label, "value": _within(choice, OPTION, "a choice")}


def _label(label: str, component: Json, told: str = "") -> Json:
    made: Json = {"type": _LABEL, "label": _within(label, LABEL, "a label"), "component": component}
    return made | ({"description": _within(told, DESCRIPTION, "a description")} if told else {})


def _form(title: str, carried: str, labels: Sequence[Json]) -> Json:
    names = [str(child["custom_id"]) for child in (label["component"] for label in labels) if isinstance(child, dict)]
    if not 1 <= len(labels) <= INPUTS or len(set(names)) < len(names):
        raise Rejected(f"a form of {len(labels)} inputs, over {INPUTS}, or with two of one name")
    return {
        "custom_id": _within(carried, CUSTOM_ID, "what the button carried"),
        "title": _within(title, TITLE, "a title"),
        "components": [*labels],
    }


def _within(text: str, most: int, what: str) -> str:
    if not 1 <= _length(text) <= most or not text.strip():
        raise Rejected(f"{what} has {_length(text)} characters, and may have {most}")
    return text


def _length(text: str) -> int:
    """As JavaScript counts, which is never less than what Discord may count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _possible(make: Callable[[], Json]) -> bool:
    try:
        make()
    except Rejected:
        return False
    return True


# The forms that need nothing looked up, since nothing of the request is in them.
READY: Mapping[Modal, Callable[[str], Json]] = {"deny": deny, "ask": ask, "instead": instead}
