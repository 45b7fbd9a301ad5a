"""Modals: each form asks for what is needed, holds its limits, and reads back exactly what was written into it."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from hypothesis import given, strategies as st
from pydantic import JsonValue
from slack_sdk.models.views import View

from adapters.arguments import arguments_from
from adapters.errors import BadAnswer, Rejected
from adapters.slack import modal
from adapters.slack.blocks import Json
from adapters.slack.press import MODALS
from agent_core.events import InputRequest
from agent_core.values import Call, FormField
from tests.unit.adapters.cards import CALL, QUESTION, UNTIL, calling
from tests.unit.adapters.panels import ASKED, SEVERAL
from tests.unit.adapters.slack.hostile import CORPUS, obeyed, unseen
from tests.unit.adapters.slack.shown import found, matches_golden
from tests.unit.adapters.states import FORM, FREE

CARRIED = "dGlja2V0.b2Yub3Vycw 0123456789abcdef"
MIXED = calling(name="a & b", count=3, tags=["x", "<y>"], on=True, note="")
VIEWS: dict[str, Json] = {
    "modal-deny": modal.deny(CARRIED),
    "modal-ask": modal.ask(CARRIED),
    "modal-instead": modal.instead(CARRIED),
    "modal-delegate": modal.delegate(SEVERAL, CARRIED),
    "modal-question-asked": modal.question(ASKED, CARRIED),
    "modal-edit": modal.edit(MIXED, CARRIED),
    "modal-question-free": modal.question(FREE, CARRIED),
    "modal-question-choices": modal.question(QUESTION, CARRIED),
    "modal-question-form": modal.question(FORM, CARRIED),
    "modal-loading": modal.loading(),
    "modal-gone": modal.gone(),
}
NEITHER = [("ask", "ask"), ("instead", "instead"), ("delegate", "delegate")]


def asking(*fields: FormField, question: str = "?") -> InputRequest:
    return InputRequest(id="q", to="x", question=question, fields=fields, expires_at=UNTIL)


def choosing(*choices: str, kind: str = "choice") -> Json:
    """The input that asks for one of the choices."""
    made = FormField(name="f", label="F", kind="choices" if kind == "choices" else "choice", choices=choices)
    return element(modal.question(asking(made), CARRIED))


def element(view: Json) -> Json:
    """The one input of a view."""
    (only,) = found(view, "element")
    assert isinstance(only, dict)
    return only


@pytest.mark.parametrize("name", VIEWS)
def test_every_modal_is_as_its_golden_file_shows(name: str) -> None:
    assert matches_golden(name, [VIEWS[name]])


@pytest.mark.parametrize("name", VIEWS)
def test_slacks_own_models_take_every_modal(name: str) -> None:
    assert View(**cast(dict[str, Any], VIEWS[name])).to_dict()["type"] == "modal"


@pytest.mark.parametrize(("view", "kind"), [("deny", "deny"), ("edit", "edit"), ("question-form", "answer"), *NEITHER])
def test_a_modal_carries_the_buttons_token_and_nothing_else(view: str, kind: str) -> None:
    assert VIEWS[f"modal-{view}"]["private_metadata"] == CARRIED  # SL-30
    assert MODALS[str(VIEWS[f"modal-{view}"]["callback_id"])] == kind


# --- asking


@pytest.mark.parametrize(
    ("choices", "kind", "menu"),
    [
        (100, "choice", "static_select"),
        (101, "choice", "plain_text_input"),
        (10, "choices", "checkboxes"),
        (11, "choices", "multi_static_select"),
        (100, "choices", "multi_static_select"),
        (101, "choices", "plain_text_input"),
    ],
)
def test_choices_come_in_the_menu_that_holds_them(choices: int, kind: str, menu: str) -> None:
    assert choosing(*map(str, range(choices)), kind=kind)["type"] == menu


@pytest.mark.parametrize(
    ("length", "menu", "label"),
    [(75, "static_select", "x" * 75), (76, "static_select", "1"), (150, "static_select", "1")],
)
def test_a_long_choice_is_listed_by_its_number_and_sent_back_whole(length: int, menu: str, label: str) -> None:
    view = modal.question(asking(FormField(name="f", label="F", kind="choice", choices=("x" * length,))), CARRIED)
    made = element(view)
    assert made["type"] == menu
    assert made["options"] == [
        {"text": {"type": "plain_text", "text": label, "emoji": False}, "value": "x" * length},
    ]
    assert (f"1. `{'x' * length}`" in found(view, "text")) == (length > 75)


def test_a_choice_no_menu_can_carry_is_listed_and_typed() -> None:
    view = modal.question(asking(FormField(name="f", label="F", kind="choice", choices=("x" * 151, "y"))), CARRIED)
    assert element(view)["type"] == "plain_text_input"
    assert f"1. `{'x' * 151}`\n2. `y`" in found(view, "text")


def test_optional_fields_may_be_left_out_and_others_not() -> None:
    assert found(VIEWS["modal-question-form"], "optional") == [False, False, True, False, False]


def test_text_is_taken_up_to_the_inputs_limit() -> None:  # SL-31
    assert element(VIEWS["modal-question-free"])["max_length"] == 3_000
    assert element(VIEWS["modal-deny"])["max_length"] == 3_000


@pytest.mark.parametrize("text", CORPUS)
def test_nothing_a_form_shows_is_obeyed_or_unseen(text: str) -> None:
    made = FormField(name="f", label=text, kind="choice", choices=(text, "y"))
    for view in (modal.question(asking(made, question=text), CARRIED), modal.gone(text)):
        shown = found(view, "text")
        assert len(shown) > 2
        assert not obeyed(shown)
        assert not unseen(shown)


@pytest.mark.parametrize(("fields", "possible"), [(95, True), (99, True), (100, False)])
def test_a_form_that_no_modal_holds_cannot_be_filled_in_one(fields: int, possible: bool) -> None:
    request = asking(*(FormField(name=f"f{number}", label="F") for number in range(fields)))
    assert modal.fillable(request) is possible
    if not possible:
        with pytest.raises(Rejected, match="blocks of modal: 101, over 100"):
            modal.question(request, CARRIED)


@pytest.mark.parametrize("names", [("a", "a"), ("",), ("n" * 256,)])
def test_a_form_whose_answers_could_not_be_told_apart_is_not_asked_by_modal(names: tuple[str, ...]) -> None:
    assert not modal.fillable(asking(*(FormField(name=name, label="F") for name in names)))


# --- changing arguments


def texts(call: Call) -> list[tuple[str, str]]:
    """What Slack sends back of an edit modal in which nothing was touched."""
    blocks = modal.edit(call, CARRIED)["blocks"]
    assert isinstance(blocks, list)
    inputs = [block for block in blocks if isinstance(block, dict) and block["type"] == "input"]
    pairs = [(str(one["block_id"]), found(one, "initial_value")) for one in inputs]
    return [(name, str(value[0])) for name, value in pairs if value]


def test_arguments_are_edited_as_text_or_as_json() -> None:
    assert texts(MIXED) == [("name", "a & b"), ("count", "3"), ("tags", '["x", "<y>"]'), ("on", "true")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text('ab \n"{}', max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), JSON, min_size=1, max_size=4), st.sampled_from([None, 2])
)
def test_arguments_nobody_touched_come_back_as_the_same_bytes(
    arguments: dict[str, JsonValue], indent: int | None
) -> None:
    call = Call(tool="t", version="1", arguments=json.dumps(arguments, indent=indent))
    kept = [(name, text) for name, text in texts(call) if text.strip()]
    assert arguments_from(kept, call) == call.arguments


def test_a_changed_argument_keeps_its_kind_and_the_others_their_value() -> None:
    changed = dict(texts(MIXED)) | {"count": " 4 ", "name": "true"}
    assert arguments_from(changed.items(), MIXED) == '{"name":"true","count":4,"tags":["x","<y>"],"on":true,"note":""}'


def test_a_text_that_was_emptied_is_empty() -> None:
    assert arguments_from([("version", "1.4.2")], CALL) == '{"version":"1.4.2","environment":""}'


def test_arguments_nobody_asked_for_are_not_taken() -> None:
    assert arguments_from([*texts(CALL), ("force", "true")], CALL) == CALL.arguments


@pytest.mark.parametrize("text", ["", "four", "{", "[1,]", "NaN", "-Infinity", "'4'", "4 4", "[" * 2_900])
def test_what_is_not_json_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        arguments_from((dict(texts(MIXED)) | {"count": text, "on": "nope"}).items(), MIXED)
    assert refused.value.problems.keys() == {"count", "on"}
    assert all(problem.startswith("This is not JSON") for problem in refused.value.problems.values())


@pytest.mark.parametrize(
    ("call", "possible"),
    [
        (CALL, True),
        (calling(), False),
        (calling(a="x" * 3_000), True),
        (calling(a="x" * 3_001), False),
        (calling(a=["x" * 2_996]), True),
        (calling(a=["x" * 2_997]), False),
        (Call(tool="t", version="1", arguments=json.dumps({"n" * 255: 1})), True),
        (Call(tool="t", version="1", arguments=json.dumps({"n" * 256: 1})), False),
        (Call(tool="t", version="1", arguments=json.dumps({f"n{n}": 1 for n in range(99)})), True),
        (Call(tool="t", version="1", arguments=json.dumps({f"n{n}": 1 for n in range(100)})), False),
        (calling(a="pay\u202enow"), False),
        (Call(tool="t", version="1", arguments='{"a\\u200b":1}'), False),
        (Call(tool="t", version="1", arguments='{"":1}'), False),
        (Call(tool="t", version="1", arguments="[1]"), False),
    ],
)
def test_only_arguments_a_modal_can_show_as_they_are_can_be_changed(call: Call, possible: bool) -> None:
    assert modal.editable(call) is possible


# --- what was wrong


def test_problems_are_shown_at_their_fields() -> None:
    assert modal.errors({"count": "No number."}, ("name", "count")) == {
        "response_action": "errors",
        "errors": {"count": "No number."},
    }


def test_a_problem_of_the_whole_is_shown_at_the_first_field() -> None:
    assert modal.errors({"name": "Too short.", "": "Not now."}, ("name",))["errors"] == {"name": "Too short. Not now."}
