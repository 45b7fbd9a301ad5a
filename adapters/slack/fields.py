"""Fields: the inputs of a modal, a block for each thing asked for, its id the name of that thing.

A choice is sent back as it was offered. Choices too long for a menu are listed above it by numbers; those that cannot
be carried by a menu at all are listed, and typed.
"""

from __future__ import annotations

from pydantic import JsonValue

from adapters.errors import Rejected
from adapters.slack import blocks as kit, limits
from adapters.slack.blocks import Json
from adapters.slack.text import code, escape
from adapters.text import one_line
from agent_core.values import FormField


def of(field: FormField, *, multiline: bool = False) -> list[Json]:
    """The blocks that ask for the field: its input, and before it what its menu cannot show."""
    choices = tuple(dict.fromkeys(field.choices))
    if field.kind in ("choice", "choices") and choices:
        listed = [] if _shown(choices) else _listed(choices)
        return [*listed, _input(field, _menu(field, choices) or _typed())]
    match field.kind:
        case "number":
            return [_input(field, {"type": "number_input", "action_id": "value", "is_decimal_allowed": True})]
        case "date":
            return [_input(field, {"type": "datepicker", "action_id": "value"})]
        case _:
            return [_input(field, _typed(multiline=multiline))]


def text(name: str, label: str, value: str = "", *, optional: bool = False, hint: str = "", lines: bool = True) -> Json:
    """A place to write, with what stands there already. Raises Rejected without a name."""
    return _block(name, label, _typed(value, multiline=lines), optional=optional, hint=hint)


def _input(field: FormField, element: Json) -> Json:
    label = field.label if len(escape(one_line(field.label))) <= limits.LABEL else ""
    return _block(field.name, label.strip() or field.name, element, optional=not field.required)


def _block(name: str, label: str, element: Json, *, optional: bool, hint: str = "") -> Json:
    if not name:
        raise Rejected("a field without a name could not be answered")
    made: Json = {"type": "input", "block_id": name, "label": kit.plain(label), "element": element}
    if hint:
        made["hint"] = kit.plain(hint)
    return {**made, "optional": optional}


def _typed(value: str = "", *, multiline: bool = False) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": "value", "max_length": limits.INPUT}
    if value:
        element["initial_value"] = value
    return {**element, "multiline": multiline}


def _menu(field: FormField, choices: tuple[str, ...]) -> Json | None:
    """A menu of the choices; None when it could not carry them all."""
    if len(choices) > limits.OPTIONS or any(
        not 0 < len(one.strip()) <= len(one) <= limits.OPTION_VALUE for one in choices
    ):
        return None
    labels = choices if _shown(choices) else tuple(str(number) for number in range(1, len(choices) + 1))
    kind = "static_select" if field.kind == "choice" else "multi_static_select"
    if field.kind == "choices" and len(choices) <= limits.CHECKBOXES:
        kind = "checkboxes"
    options: list[JsonValue] = [
        {"text": kit.plain(label), "value": one} for label, one in zip(labels, choices, strict=True)
    ]
    return {"type": kind, "action_id": "value", "options": options}


def _shown(choices: tuple[str, ...]) -> bool:
    """Whether a menu can show them, each by its own words."""
    return len(choices) <= limits.OPTIONS and all(
        0 < len(escape(one_line(one))) <= limits.OPTION_TEXT for one in choices
    )


def _listed(choices: tuple[str, ...]) -> list[Json]:
    lines = [f"{number}. {code(one_line(one))}" for number, one in enumerate(choices, 1)]
    return [kit.section(text) for text in limits.pack(lines, limits.SECTION, "\n")]
