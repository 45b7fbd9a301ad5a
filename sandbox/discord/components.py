"""Components of messages: rows of buttons, selects, and with flag 1 << 15 layouts of text. Their limits. Pure.

https://docs.discord.com/developers/components/reference
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sandbox.discord.limits import Complaint, choices, items, link, listed, required, table, text
from sandbox.discord.shapes import Json

ROW, BUTTON, SELECT, SECTION, TEXT, CONTAINER = 1, 2, 3, 9, 10, 17
SELECTS = (3, 5, 6, 7, 8)
# Those that only a message of components alone (flag 1 << 15) may have.
LAYOUTS = (SECTION, TEXT, 12, 13, 14, CONTAINER)
ROWS, IN_A_ROW, OPTIONS, ALTOGETHER, WORDS = 5, 5, 25, 40, 4000
LINK, PREMIUM = 5, 6


def complaints(components: Any, *, alone: bool = False) -> Iterator[Complaint]:
    """What is wrong with a message's components; `alone` if it has the flag."""
    yield from items("components", components, ALTOGETHER if alone else ROWS)
    for number, one in enumerate(listed(components)):
        yield from _outer(f"components.{number}", table(one), alone)
    every = list(walk(components))
    for where, double in _doubles(every):
        yield where, "COMPONENT_CUSTOM_ID_DUPLICATED", f"Component custom id cannot be duplicated: {double}"
    if alone and len(every) > ALTOGETHER:
        yield "components", "BASE_TYPE_BAD_LENGTH", f"The total number of components must not exceed {ALTOGETHER}."
    if alone and sum(len(str(one.get("content", ""))) for _, one in every if one.get("type") == TEXT) > WORDS:
        words = f"The total length of all text must not exceed {WORDS}."
        yield "components", "COMPONENT_MAX_DISPLAYABLE_TEXT_SIZE_EXCEEDED", words


def walk(components: Any, where: str = "components") -> Iterator[tuple[str, Json]]:
    """All components, those inside others too, and where they stand."""
    for number, one in enumerate(listed(components)):
        here, found = f"{where}.{number}", table(one)
        yield here, found
        yield from walk(found.get("components"), f"{here}.components")
        if isinstance(found.get("accessory"), dict):
            yield f"{here}.accessory", found["accessory"]


def shown(components: Any) -> list[Json]:
    """The components as the message has them: each with an id, counted from 1."""
    numbers = iter(range(1, 1000))
    return [_numbered(one, numbers) for one in listed(components)]


def _numbered(component: Json, numbers: Iterator[int]) -> Json:
    made = component | {"id": component.get("id") or next(numbers)}
    if "components" in component:
        made["components"] = [_numbered(one, numbers) for one in component["components"]]
    if isinstance(component.get("accessory"), dict):
        made["accessory"] = _numbered(component["accessory"], numbers)
    return made


def _outer(where: str, component: Json, alone: bool) -> Iterator[Complaint]:
    kind = component.get("type")
    if kind == ROW:
        yield from _row(where, component)
    elif kind not in LAYOUTS or not alone:
        yield f"{where}.type", *choices("", (ROW, *LAYOUTS) if alone else (ROW,))[1:]
    else:
        yield from _layout(where, component)


def _layout(where: str, component: Json) -> Iterator[Complaint]:
    if component["type"] == TEXT:
        yield from text(f"{where}.content", component.get("content"), WORDS, 1)
    if component["type"] == SECTION:
        yield from items(f"{where}.components", component.get("components"), 3, 1)
        if table(component.get("accessory")).get("type") == BUTTON:
            yield from _button(f"{where}.accessory", component["accessory"])
    if component["type"] == CONTAINER:
        yield from items(f"{where}.components", component.get("components"), ALTOGETHER, 1)
    for number, one in enumerate(listed(component.get("components"))):
        yield from _outer(f"{where}.components.{number}", table(one), True)


def _row(where: str, row: Json) -> Iterator[Complaint]:
    inside = listed(row.get("components"))
    yield from items(f"{where}.components", row.get("components"), IN_A_ROW, 1)
    selects = [one for one in inside if table(one).get("type") in SELECTS]
    if selects and len(inside) > 1:
        words = "The specified component exceeds the maximum width"
        yield f"{where}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", words
    for number, one in enumerate(inside):
        here, found = f"{where}.components.{number}", table(one)
        if found.get("type") == BUTTON:
            yield from _button(here, found)
        elif found.get("type") in SELECTS:
            yield from _select(here, found)
        else:
            yield f"{here}.type", *choices("", (BUTTON, *SELECTS))[1:]


def _button(where: str, button: Json) -> Iterator[Complaint]:
    style = button.get("style")
    if style not in range(1, 7):
        yield choices(f"{where}.style", range(1, 7))
    yield from text(f"{where}.label", button.get("label"), 80)
    if style == LINK:
        yield from _link_button(where, button)
    elif style != PREMIUM:
        yield from text(f"{where}.custom_id", button.get("custom_id"), 100, 1)
        if button.get("url"):
            words = "A custom id and url cannot both be specified"
            yield f"{where}.url", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", words
    if style != PREMIUM and not button.get("label") and not button.get("emoji"):
        yield required(f"{where}.label")


def _link_button(where: str, button: Json) -> Iterator[Complaint]:
    yield from text(f"{where}.url", button.get("url"), 512, 1)
    yield from link(f"{where}.url", button.get("url"), ("http", "https", "discord"))
    if button.get("custom_id"):
        words = "A custom id and url cannot both be specified"
        yield f"{where}.custom_id", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", words


def _select(where: str, select: Json) -> Iterator[Complaint]:
    yield from text(f"{where}.custom_id", select.get("custom_id"), 100, 1)
    yield from text(f"{where}.placeholder", select.get("placeholder"), 150)
    options = listed(select.get("options"))
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    if not 0 <= least <= 25:
        yield f"{where}.min_values", "NUMBER_TYPE_MAX", "int value should be less than or equal to 25."
    if not max(least, 1) <= most <= (len(options) if select["type"] == SELECT and options else 25):
        yield f"{where}.max_values", "SELECT_COMPONENT_MAX_VALUES_EXCEEDED", "There are fewer options than values."
    if select["type"] != SELECT:
        return
    yield from items(f"{where}.options", select.get("options"), OPTIONS, 1)
    yield from _options(f"{where}.options", options)


def _options(where: str, options: list[Any]) -> Iterator[Complaint]:
    seen = set()
    for number, option in enumerate(options):
        here, found = f"{where}.{number}", table(option)
        yield from text(f"{here}.label", found.get("label"), 100, 1)
        yield from text(f"{here}.value", found.get("value"), 100, 1)
        yield from text(f"{here}.description", found.get("description"), 100)
        if found.get("value") in seen:
            words = "The specified option value is already used"
            yield f"{here}.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", words
        seen.add(found.get("value"))


def _doubles(every: list[tuple[str, Json]]) -> Iterator[tuple[str, str]]:
    counted = Counter(one["custom_id"] for _, one in every if isinstance(one.get("custom_id"), str))
    met = set()
    for where, one in every:
        own = one.get("custom_id")
        if isinstance(own, str) and counted[own] > 1:
            if own in met:
                yield f"{where}.custom_id", own
            met.add(own)
