"""What somebody enters or chooses in an element: as the action of block_actions, as a value of a view's state.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload and view-interactions-payload.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from sandbox.slack.errors import CannotDo
from sandbox.slack.shapes import Blocks, Json
from sandbox.slack.surface import inputs

Entry: TypeAlias = str | int | float | Sequence[str] | None

_VALUES = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
_ONE_OPTION = ("static_select", "external_select", "radio_buttons", "overflow")
_MANY_OPTIONS = ("multi_static_select", "multi_external_select", "checkboxes")
_ONE = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
}
_MANY = {
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}


def find(blocks: Blocks, name: str) -> tuple[Json, Json]:
    """The block and the element of this `block_id/action_id`, action_id, block_id, value, or label, in that order."""
    pairs = [(block, element) for block in blocks for element in inputs(block)]
    for names in (_place, _action_id, _block_id, _value, _label):
        for block, element in pairs:
            if names(block, element) == name:
                return block, element
    raise CannotDo(f"nothing here is called {name!r}")


def _place(block: Json, element: Json) -> object:
    """What no other element of the same blocks is called."""
    return f"{block.get('block_id')}/{element.get('action_id')}"


def _action_id(block: Json, element: Json) -> object:
    return element.get("action_id")


def _block_id(block: Json, element: Json) -> object:
    return block.get("block_id") if "element" in block else None


def _value(block: Json, element: Json) -> object:
    return element.get("value")


def _label(block: Json, element: Json) -> object:
    text = block.get("label") if "element" in block else element.get("text")
    return text.get("text") if isinstance(text, dict) else None


def entered(element: Json, value: Entry) -> Json:
    """The state of an element in which this was entered; None is nothing. Options are named by value or by text."""
    kind = element["type"]
    if kind in _VALUES:
        return {"type": kind, "value": None if value in (None, "") else str(value)}
    if kind in _ONE_OPTION:
        return {"type": kind, "selected_option": None if value is None else _option(element, str(value))}
    if kind in _MANY_OPTIONS:
        return {"type": kind, "selected_options": [_option(element, one) for one in _many(value)]}
    if kind in _MANY:
        return {"type": kind, _MANY[kind]: list(_many(value))}
    if kind in _ONE:
        return {"type": kind, _ONE[kind]: value}
    raise CannotDo(f"nothing can be entered in a {kind}")


def initial(element: Json) -> Json | None:
    """The state of an element nobody touched; None for a button."""
    kind = element["type"]
    if kind in _VALUES:
        return entered(element, element.get("initial_value"))
    if kind in _ONE_OPTION and kind != "overflow":
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in _MANY_OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind in _ONE:
        return {"type": kind, _ONE[kind]: element.get(_ONE[kind].replace("selected", "initial"))}
    if kind in _MANY:
        return {"type": kind, _MANY[kind]: element.get(_MANY[kind].replace("selected", "initial"), [])}
    return None


def action(block: Json, element: Json, value: Entry, ts: str) -> Json:
    """The action of block_actions: a button brings its text and value, anything else what was chosen."""
    common: Json = {"action_id": element["action_id"], "block_id": block["block_id"], "action_ts": ts}
    if element["type"] in ("button", "workflow_button"):
        own: Json = {name: element[name] for name in ("text", "value", "style", "url", "confirm") if name in element}
        return {"type": "button", **own, **common}
    return entered(element, value) | common


def is_empty(state: Json) -> bool:
    """Whether nothing is entered."""
    return all(value in (None, "", []) for name, value in state.items() if name != "type")


def problem(element: Json, state: Json) -> str:
    """What Slack's client has against an entry before it sends anything, or nothing."""
    value: Any = state.get("value")
    if value is None:
        return ""
    if len(value) > element.get("max_length", 3000):
        return f"Must be at most {element.get('max_length', 3000)} characters"
    if len(value) < element.get("min_length", 0):
        return f"Must be at least {element['min_length']} characters"
    return _not_a_number(element, value) if element["type"] == "number_input" else ""


def _not_a_number(element: Json, value: str) -> str:
    try:
        number = float(value) if element["is_decimal_allowed"] else int(value)
    except ValueError:
        return "Must be a number" if element["is_decimal_allowed"] else "Must be a whole number"
    low, high = float(element.get("min_value", "-inf")), float(element.get("max_value", "inf"))
    return "" if low <= number <= high else "Out of range"


def _option(element: Json, name: str) -> Json:
    for option in _options(element):
        if name in (option["value"], option["text"]["text"]):
            return option
    raise CannotDo(f"there is no option {name!r}")


def _options(element: Json) -> Iterator[Json]:
    yield from element.get("options", [])
    for group in element.get("option_groups", []):
        yield from group.get("options", [])


def _many(value: Entry) -> Sequence[str]:
    if value is None:
        return ()
    return (str(value),) if isinstance(value, str | int | float) else value
