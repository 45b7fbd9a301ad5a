"""The elements of Block Kit and their limits: buttons, menus, inputs.

Limits from https://docs.slack.dev/reference/block-kit/block-elements, as slack_sdk's own models state them too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from sandbox.slack import schema
from sandbox.slack.schema import ANY_TEXT, complaint
from sandbox.slack.shapes import Json

Check: TypeAlias = Callable[[Json, str], Iterator[str]]

_COMMON = ("type", "action_id", "block_id", "confirm", "focus_on_load", "placeholder")
_OPTION = ("text", "value", "description", "url")


def check(element: object, allowed: tuple[str, ...], where: str) -> Iterator[str]:
    """Complaints about an element where only these types may stand."""
    if not isinstance(element, dict) or str(element.get("type")) not in allowed:
        kind = element.get("type") if isinstance(element, dict) else None
        yield complaint(f"unsupported type: {kind}", where)
        return
    yield from schema.optional(element, "action_id", 255, where)
    yield from schema.optional_text(element, "placeholder", 150, where)
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{where}/confirm")
    yield from _CHECKS[element["type"]](element, where)


def _confirm(dialog: object, where: str) -> Iterator[str]:
    if not isinstance(dialog, dict):
        yield complaint("failed to match all allowed schemas", where)
        return
    yield from schema.known(dialog, ("title", "text", "confirm", "deny", "style"), where)
    yield from schema.text(dialog, "title", 100, where)
    yield from schema.text(dialog, "text", 300, where, ANY_TEXT)
    yield from schema.text(dialog, "confirm", 30, where)
    yield from schema.text(dialog, "deny", 30, where)
    yield from _style(dialog, where)


def _style(owner: Json, where: str) -> Iterator[str]:
    if owner.get("style", "primary") not in ("primary", "danger"):
        yield complaint("must be a valid enum value", f"{where}/style")


def _button(button: Json, where: str) -> Iterator[str]:
    yield from schema.known(button, (*_COMMON, "text", "value", "url", "style", "accessibility_label"), where)
    yield from schema.text(button, "text", 75, where)
    yield from schema.optional(button, "value", 2000, where)
    yield from schema.optional(button, "url", 3000, where)
    yield from schema.optional(button, "accessibility_label", 75, where)
    yield from _style(button, where)


def _image(element: Json, where: str) -> Iterator[str]:
    yield from schema.known(element, ("type", "image_url", "alt_text", "slack_file"), where)
    yield from image(element, where)


def image(image: Json, where: str) -> Iterator[str]:
    """What holds for an image, be it a block or an element."""
    if "image_url" not in image and "slack_file" not in image:
        yield complaint("missing required field: image_url", where)
    yield from schema.required(image, "alt_text", where)
    yield from schema.optional(image, "alt_text", 2000, where)
    yield from schema.optional(image, "image_url", 3000, where)


def _options(owner: Json, where: str, most: int, kinds: tuple[str, ...] = schema.PLAIN) -> Iterator[str]:
    if "options" not in owner and "option_groups" in owner:
        yield from _groups(owner, where)
        return
    yield from schema.required(owner, "options", where)
    yield from schema.items(owner.get("options", []), most, f"{where}/options")
    options = schema.listed(owner.get("options"))
    for index, option in enumerate(options):
        yield from _option(option, f"{where}/options/{index}", kinds)
    values = [one.get("value") for one in options if isinstance(one, dict)]
    for name in ("initial_option", "initial_options"):
        chosen = owner.get(name, [])
        for one in chosen if isinstance(chosen, list) else [chosen]:
            if not isinstance(one, dict) or one.get("value") not in values:
                yield complaint("must match an option in the provided options", f"{where}/{name}")


def _groups(owner: Json, where: str) -> Iterator[str]:
    yield from schema.items(owner["option_groups"], 100, f"{where}/option_groups")
    for index, group in enumerate(schema.listed(owner["option_groups"])):
        place = f"{where}/option_groups/{index}"
        if not isinstance(group, dict):
            yield complaint("failed to match all allowed schemas", place)
            continue
        yield from schema.text(group, "label", 75, place)
        yield from _options({name: group[name] for name in ("options",) if name in group}, place, 100)


def _option(option: object, where: str, kinds: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(option, dict):
        yield complaint("failed to match all allowed schemas", where)
        return
    yield from schema.known(option, _OPTION, where)
    yield from schema.text(option, "text", 75, where, kinds)
    yield from schema.required(option, "value", where)
    yield from schema.optional(option, "value", 150, where)
    yield from schema.optional_text(option, "description", 75, where, kinds)


def _menu(menu: Json, where: str) -> Iterator[str]:
    names = ("options", "option_groups", "initial_option", "initial_options", "max_selected_items")
    yield from schema.known(menu, (*_COMMON, *names), where)
    yield from _options(menu, where, 100)


def _ticks(ticks: Json, where: str) -> Iterator[str]:
    yield from schema.known(ticks, (*_COMMON, "options", "initial_option", "initial_options"), where)
    yield from _options(ticks, where, 10, ANY_TEXT)


def _overflow(menu: Json, where: str) -> Iterator[str]:
    yield from schema.known(menu, (*_COMMON, "options"), where)
    yield from _options(menu, where, 5)


def _text_input(entry: Json, where: str) -> Iterator[str]:
    own = ("initial_value", "multiline", "min_length", "max_length", "dispatch_action_config")
    yield from schema.known(entry, (*_COMMON, *own), where)
    most = entry.get("max_length", 3000)
    if not isinstance(most, int) or not 1 <= most <= 3000:
        yield complaint("must be between 1 and 3000", f"{where}/max_length")
        return
    yield from schema.optional(entry, "initial_value", most, where)


def _number_input(entry: Json, where: str) -> Iterator[str]:
    own = ("is_decimal_allowed", "initial_value", "min_value", "max_value", "dispatch_action_config")
    yield from schema.known(entry, (*_COMMON, *own), where)
    yield from schema.required(entry, "is_decimal_allowed", where)


def _anything(element: Json, where: str) -> Iterator[str]:
    """Elements of which only the common properties are checked."""
    return iter(())


_CHECKS: dict[str, Check] = {
    "button": _button,
    "image": _image,
    "static_select": _menu,
    "multi_static_select": _menu,
    "radio_buttons": _ticks,
    "checkboxes": _ticks,
    "overflow": _overflow,
    "plain_text_input": _text_input,
    "number_input": _number_input,
}
_UNCHECKED = (
    *("users_select", "multi_users_select", "conversations_select", "multi_conversations_select"),
    *("channels_select", "multi_channels_select", "external_select", "multi_external_select"),
    *("datepicker", "timepicker", "datetimepicker", "email_text_input", "url_text_input"),
    *("rich_text_input", "file_input", "workflow_button", "feedback_buttons", "icon_button"),
)
_CHECKS |= dict.fromkeys(_UNCHECKED, _anything)

_MENUS = tuple(kind for kind in _CHECKS if kind.endswith("_select"))
_PICKERS = ("datepicker", "timepicker", "datetimepicker")
_TICKS = ("radio_buttons", "checkboxes")
IN_ACTIONS = (
    *("button", "overflow", "workflow_button", "rich_text_input"),
    *_MENUS,
    *_PICKERS,
    *_TICKS,
)
IN_SECTION = (*IN_ACTIONS, "image")
IN_CONTEXT_ACTIONS = ("feedback_buttons", "icon_button")
IN_INPUT = (
    *("plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input", "file_input"),
    *_MENUS,
    *_PICKERS,
    *_TICKS,
)
