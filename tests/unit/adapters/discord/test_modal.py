"""Forms: each asks for what is needed, keeps Discord's limits, and carries every argument letter by letter."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal, cast

import pytest
from hypothesis import given, strategies as st

from adapters.arguments import arguments_from
from adapters.discord import modal
from adapters.discord.modal import Json
from adapters.errors import Rejected
from agent_core.events import InputRequest
from agent_core.values import Call, FormField
from tests.unit.adapters.cards import UNTIL, calling

CARRIED = "hp:edit:0123456789abcdef:" + "A" * 43
Kind = Literal["text", "number", "date", "choice", "choices"]


def inputs(form: Json) -> list[dict[str, Any]]:
    return [label["component"] for label in labels(form)]


def labels(form: Json) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], form["components"])


def asking(*fields: FormField, choices: tuple[str, ...] = ()) -> InputRequest:
    return InputRequest(id="q", to="discord:1", question="Which?", choices=choices, fields=fields, expires_at=UNTIL)


def field(name: str = "f", label: str = "F", kind: Kind = "text", *choices: str, required: bool = True) -> FormField:
    return FormField(name=name, label=label, kind=kind, choices=choices, required=required)


def fields(count: int) -> list[FormField]:
    return [field(f"f{number}") for number in range(count)]


def options(count: int) -> list[str]:
    return [f"option {number}" for number in range(count)]


# --- what they ask for


def test_a_refusal_may_say_why_and_needs_not() -> None:
    form = modal.deny(CARRIED)
    (why,) = inputs(form)
    assert (form["title"], form["custom_id"]) == ("Deny", CARRIED)  # DC-15
    assert (why["type"], why["style"], why["required"], why["custom_id"]) == (4, 2, False, "reason")


def test_every_argument_has_an_input_of_its_own_by_its_name() -> None:
    form = modal.edit(calling(name="web", count=3, note="", text="two\nlines"), CARRIED)
    assert [label["label"] for label in labels(form)] == ["name", "count", "note", "text"]
    assert [one.get("value") for one in inputs(form)] == ["web", "3", None, "two\nlines"]
    assert [one["required"] for one in inputs(form)] == [False, True, False, False]
    assert [one["style"] for one in inputs(form)] == [1, 1, 1, 2]
    assert {label["type"] for label in labels(form)} == {18}
    assert "JSON" in labels(form)[1]["description"]
    assert "description" not in labels(form)[0]


def test_the_form_says_which_tool_runs_if_there_is_room() -> None:
    call = calling(name="web")
    assert modal.edit(call, CARRIED)["title"] == f"Change and approve: {call.tool}"
    assert modal.edit(call.model_copy(update={"tool": "t" * 40}), CARRIED)["title"] == "Change and approve"


def test_a_question_without_choices_is_a_place_to_write() -> None:
    (answer,) = inputs(modal.question(asking(), CARRIED))
    assert (answer["type"], answer["custom_id"], answer["style"], answer["required"]) == (4, "answer", 2, True)


def test_choices_are_a_menu_that_carries_them_as_offered() -> None:
    (answer,) = inputs(modal.question(asking(choices=("a\tb", "c")), CARRIED))
    assert answer["options"] == [{"label": "a\\tb", "value": "a\tb"}, {"label": "c", "value": "c"}]
    assert (answer["min_values"], answer["max_values"], answer["required"]) == (1, 1, True)


def test_several_choices_and_those_nobody_needs_to_make() -> None:
    form = asking(field("a", "A", "choices", "x", "y"), field("b", "B", "choice", "x", "y", required=False))
    several, none = inputs(modal.question(form, CARRIED))
    assert (several["min_values"], several["max_values"], several["required"]) == (1, 2, True)
    assert (none["min_values"], none["max_values"], none["required"]) == (0, 1, False)


def test_a_label_too_long_stands_below_its_name() -> None:
    form = modal.question(asking(field("env", "x" * 46), field("day", "Which day?", "date")), CARRIED)
    assert [(one["label"], one.get("description")) for one in labels(form)] == [
        ("env", "x" * 46),
        ("Which day?", None),
    ]
    assert inputs(form)[1]["placeholder"] == "YYYY-MM-DD"


# --- limits: each holds at its limit and refuses one more  # DC-18

LIMITS: dict[str, tuple[Callable[[int], object], int]] = {
    "inputs": (lambda n: modal.question(asking(*fields(n)), CARRIED), 5),
    "arguments": (lambda n: modal.edit(calling(**{f"a{i}": "x" for i in range(n)}), CARRIED), 5),
    "a text": (lambda n: modal.edit(calling(a="x" * n), CARRIED), 4_000),
    "a text beyond the first plane": (lambda n: modal.edit(calling(a="\N{ROCKET}" * n), CARRIED), 2_000),
    "an argument's label": (lambda n: modal.edit(calling(**{"a" * n: "x"}), CARRIED), 45),
    "a field's name as a label": (lambda n: modal.question(asking(field("f" * n, "L" * 46)), CARRIED), 45),
    "a field's name": (lambda n: modal.question(asking(field("f" * n, "F")), CARRIED), 100),
    "a field's label": (lambda n: modal.question(asking(field("f", "L" * n)), CARRIED), 100),
    "choices": (lambda n: modal.question(asking(choices=tuple(options(n))), CARRIED), 25),
    "a field's choices": (lambda n: modal.question(asking(field("f", "F", "choices", *options(n))), CARRIED), 25),
    "a choice": (lambda n: modal.question(asking(choices=("x" * n,)), CARRIED), 100),
    "what the button carried": (lambda n: modal.deny("c" * n), 100),  # DC-13
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_form_holds_what_discord_takes_and_refuses_one_more(name: str) -> None:
    make, most = LIMITS[name]
    make(most)
    with pytest.raises(Rejected):
        make(most + 1)


def test_a_title_takes_what_discord_takes() -> None:
    tool = calling(a="x").model_copy(update={"tool": "t" * (45 - len("Change and approve: "))})
    assert len(str(modal.edit(tool, CARRIED)["title"])) == 45
    longer = tool.model_copy(update={"tool": f"{tool.tool}t"})
    assert modal.edit(longer, CARRIED)["title"] == "Change and approve"


@pytest.mark.parametrize(
    "asked",
    [
        asking(field("twice"), field("twice")),
        asking(field("")),
        asking(choices=(" edge", "b")),
        asking(choices=("a\nb", "a\\nb")),  # They would look alike.
        asking(choices=("",)),
    ],
)
def test_what_could_not_be_told_apart_is_no_form(asked: InputRequest) -> None:
    assert not modal.fillable(asked)


# --- what has a button that opens it


@pytest.mark.parametrize(
    ("call", "fits"),
    [
        (calling(a="x" * 4_000), True),
        (calling(a="x" * 4_001), False),
        (calling(), False),
        (calling(a="plain \N{ROCKET} text\nof two lines"), True),
        (calling(a="pay \u202e001"), False),
        (calling(a="zero\u200bwidth"), False),
        (calling(**{"na\u200bme": "x"}), False),
        (calling(a="space at the end "), False),
        (calling(a="  "), False),
        (calling(a=""), True),
        (calling(a={"deep": ["\u202e"]}), False),
        (calling(a=1, b=2, c=3, d=4, e=5, f=6), False),
        (Call(tool="t", version="1", arguments="[1, 2]"), False),
    ],
)
def test_only_what_is_seen_whole_may_be_changed(call: Call, fits: bool) -> None:
    assert modal.editable(call) is fits


def test_what_can_be_asked_is_said_before() -> None:
    assert modal.fillable(asking())
    assert modal.fillable(asking(*fields(5)))
    assert not modal.fillable(asking(*fields(6)))
    assert modal.fillable(asking(choices=tuple(options(25))))
    assert not modal.fillable(asking(choices=tuple(options(26))))


# --- and back


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.text(min_size=1, max_size=45)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5))
def test_a_form_sent_off_as_it_opened_changes_not_a_byte(arguments: dict[str, Any]) -> None:
    call = calling(**arguments)
    if not modal.editable(call):
        return
    form = modal.edit(call, CARRIED)
    sent = [(one["custom_id"], one.get("value", "")) for one in inputs(form)]
    assert arguments_from(sent, call) == call.arguments
    assert json.loads(json.dumps(form)) == form
