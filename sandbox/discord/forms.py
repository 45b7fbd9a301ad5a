"""Forms: what Discord refuses in a modal, the form as it lies open before a person, and what sending it off says. Pure.

https://discord.com/developers/docs/components/reference#label, #text-input and #string-select. Text inputs in action
rows are the older way and still taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sandbox.discord.limits import Complaint
from sandbox.discord.shapes import Json

Entry: TypeAlias = str | list[str]

ROW, SELECT, TEXT, LABEL = 1, 3, 4, 18
LONGEST = 4000


@dataclass(frozen=True)
class Field:
    """One input. `begins` is what is entered at first; `options` are those of a select, by label: the value."""

    label: str
    custom_id: str
    kind: int
    id: int
    holder: int
    description: str = ""
    placeholder: str = ""
    required: bool = True
    least: int = 0
    most: int = LONGEST
    paragraph: bool = False
    begins: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def problem(self, entered: tuple[str, ...]) -> str:
        """Why Discord does not let it be sent off like this; empty if it does."""
        if self.required and not "".join(entered).strip():
            return "This field is required"
        if self.kind == SELECT:
            bad = bool(entered) and not self.least <= len(entered) <= self.most
            return f"Choose between {self.least} and {self.most}" if bad else ""
        length = len("".join(entered))
        if length > self.most:
            return f"Must be {self.most} or fewer in length"
        return f"Must be {self.least} or more in length" if length and length < self.least else ""


@dataclass(frozen=True)
class Form:
    """A form on somebody's screen. `channel`, `guild` and `message` are where its button, or command, stands."""

    custom_id: str
    title: str
    fields: tuple[Field, ...]
    channel: str
    guild: str = ""
    message: str = ""
    definition: Json = field(default_factory=dict)

    def field(self, name: str) -> Field | None:
        """The field of this label, or of this custom_id."""
        by_label = (one for one in self.fields if one.label == name)
        return next(by_label, None) or next((one for one in self.fields if one.custom_id == name), None)


def complaints(data: object) -> Iterator[Complaint]:
    """What Discord refuses in the `data` of a callback that opens a form; nothing if it opens."""
    if not isinstance(data, dict):
        yield "data", "BASE_TYPE_REQUIRED", "This field is required"
        return
    yield from _length(data, "custom_id", 1, 100, "data")
    yield from _length(data, "title", 1, 45, "data")
    rows = data.get("components")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 5:
        yield "data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."
        return
    for number, row in enumerate(rows):
        yield from _row(row, f"data.components.{number}")
    ids = [one["custom_id"] for row in rows if (one := _inner(row)) and "custom_id" in one]
    if len(set(ids)) != len(ids):
        yield "data.components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"


def form(data: Json, *, channel: str, guild: str = "", message: str = "") -> Form:
    """The form that a callback without complaints opens; its components are numbered as Discord does."""
    fields, number = [], 0
    for row in data["components"]:
        inner = _inner(row) or {}
        label = row.get("label") if row["type"] == LABEL else inner.get("label")
        more: Json = {"description": row.get("description") or "", "holder": number + 1, "id": number + 2}
        fields.append(_field(inner, str(label), more))
        number += 2
    return Form(data["custom_id"], data["title"], tuple(fields), channel, guild, message, data)


def entered(form: Form, values: Mapping[str, Entry]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """What is entered at each field (by custom_id) when these are filled in, and what is wrong, by label.

    Names are labels or custom_ids; a select's values are its options' labels. Raises KeyError for what is not there.
    """
    chosen = {one.custom_id: one.begins for one in form.fields}
    for name, value in values.items():
        field = form.field(name)
        if field is None:
            raise KeyError(name)
        given = (value,) if isinstance(value, str) else tuple(value)
        chosen[field.custom_id] = tuple(_option(field, one) for one in given) if field.kind == SELECT else given
    wrong = {one.label: words for one in form.fields if (words := one.problem(chosen[one.custom_id]))}
    return chosen, wrong


def submitted(form: Form, chosen: Mapping[str, tuple[str, ...]]) -> Json:
    """The `data` of the interaction that says what was sent off."""
    return {"custom_id": form.custom_id, "components": [_answer(form, one, chosen) for one in form.fields]}


def _answer(form: Form, field: Field, chosen: Mapping[str, tuple[str, ...]]) -> Json:
    values = chosen[field.custom_id]
    said: Json = {"type": field.kind, "id": field.id, "custom_id": field.custom_id}
    said |= {"values": list(values)} if field.kind == SELECT else {"value": "".join(values)}
    row = form.definition["components"][form.fields.index(field)]
    if row["type"] == LABEL:
        return {"type": LABEL, "id": field.holder, "component": said}
    return {"type": ROW, "id": field.holder, "components": [said]}


def _option(field: Field, name: str) -> str:
    return dict(field.options)[name]


def _inner(row: object) -> Json | None:
    """The input in a label or an action row."""
    if not isinstance(row, dict):
        return None
    held = row.get("component") if row.get("type") == LABEL else next(iter(row.get("components") or ()), None)
    return held if isinstance(held, dict) else None


def _field(inner: Json, label: str, more: Json) -> Field:
    common: Json = {
        "label": label,
        "custom_id": inner["custom_id"],
        "kind": inner["type"],
        "placeholder": inner.get("placeholder") or "",
        "required": inner.get("required", True),
        **more,
    }
    if inner["type"] == TEXT:
        begins = (inner["value"],) if inner.get("value") else ()
        lengths: Json = {"least": inner.get("min_length") or 0, "most": inner.get("max_length") or LONGEST}
        return Field(**common, **lengths, paragraph=inner["style"] == 2, begins=begins)
    options = tuple((one["label"], one["value"]) for one in inner["options"])
    begins = tuple(one["value"] for one in inner["options"] if one.get("default"))
    least, most = inner.get("min_values", 1), inner.get("max_values", 1)
    return Field(**common, least=least, most=most, begins=begins, options=options)


def _row(row: object, path: str) -> Iterator[Complaint]:
    inner = _inner(row)
    if not isinstance(row, dict) or row.get("type") not in (ROW, LABEL) or inner is None:
        yield path, "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1, 18).'
        return
    in_label = row["type"] == LABEL
    if in_label:
        yield from _length(row, "label", 1, 45, path)
        yield from _length(row, "description", 0, 100, path, optional=True)
    inner_path = f"{path}.component" if in_label else f"{path}.components.0"
    if not in_label and len(row["components"]) != 1:
        yield f"{path}.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 1 in length."
    yield from _input(inner, inner_path, in_label)


def _input(inner: Json, path: str, in_label: bool) -> Iterator[Complaint]:
    yield from _length(inner, "custom_id", 1, 100, path)
    if inner.get("type") == TEXT:
        if not in_label:
            yield from _length(inner, "label", 1, 45, path)
        yield from _text(inner, path)
    elif inner.get("type") == SELECT and in_label:
        yield from _select(inner, path)
    else:
        yield f"{path}.type", "UNION_TYPE_CHOICES", "This component cannot be used here."


def _text(inner: Json, path: str) -> Iterator[Complaint]:
    if inner.get("style") not in (1, 2):
        yield f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2)."
    yield from _length(inner, "placeholder", 0, 100, path, optional=True)
    yield from _length(inner, "value", 0, LONGEST, path, optional=True)
    yield from _range(inner, "min_length", 0, LONGEST, path)
    yield from _range(inner, "max_length", 1, LONGEST, path)


def _select(inner: Json, path: str) -> Iterator[Complaint]:
    options = inner.get("options")
    if not isinstance(options, list) or not 1 <= len(options) <= 25:
        yield f"{path}.options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length."
        return
    for number, option in enumerate(options):
        for name, least in (("label", 1), ("value", 1), ("description", 0)):
            yield from _length(option, name, least, 100, f"{path}.options.{number}", optional=name == "description")
    if len({one.get("value") for one in options}) != len(options):
        yield (
            f"{path}.options",
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
            "The option value is already used",
        )
    yield from _length(inner, "placeholder", 0, 150, path, optional=True)
    yield from _range(inner, "min_values", 1 if inner.get("required", True) else 0, 25, path)
    yield from _range(inner, "max_values", 1, 25, path)
    if inner.get("disabled"):
        yield f"{path}.disabled", "COMPONENT_DISABLED_IN_MODAL", "Components in modals cannot be disabled"


def _length(of: Json, name: str, least: int, most: int, path: str, *, optional: bool = False) -> Iterator[Complaint]:
    value = of.get(name)
    if value is None and optional:
        return
    if not isinstance(value, str):
        yield f"{path}.{name}", "BASE_TYPE_REQUIRED", "This field is required"
    elif not least <= len(value) <= most:
        yield f"{path}.{name}", "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length."


def _range(of: Json, name: str, least: int, most: int, path: str) -> Iterator[Complaint]:
    value = of.get(name)
    if value is not None and not (isinstance(value, int) and least <= value <= most):
        yield f"{path}.{name}", "NUMBER_TYPE_RANGE", f"Value must be between {least} and {most}."
