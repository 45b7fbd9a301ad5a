"""Tools and their arguments: one meaning, checked once, and the very text an approver sees."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import Field

from agent_core.errors import BadArguments
from agent_core.tools import MAX_ARGUMENTS, MAX_PROBLEMS, call_of, strict_json, tool


@tool(risk="medium", approval=True, version="3")
def move(
    amount: Annotated[int, Field(ge=1)], to: str, speed: Literal["slow", "fast"] = "slow", by: float = 1.0
) -> None:
    """Move something.

    Carefully.
    """


def test_a_tool_is_declared_by_a_signature() -> None:
    assert (move.name, move.version, move.risk, move.approval, move.repeatable) == ("move", "3", "medium", True, False)
    assert move.description == "Move something.\n\nCarefully."
    assert list(move.arguments.model_fields) == ["amount", "to", "speed", "by"]


def test_a_tool_that_needs_approval_cannot_take_the_name_of_the_agents_reason() -> None:
    with pytest.raises(TypeError, match="reason"):

        @tool(risk="high", approval=True)
        def refund(reason: str) -> None:
            """Refund something."""


def test_a_call_carries_its_arguments_as_canonical_text() -> None:
    call = call_of(move, ' {"to": "Zürich 🏔", "amount": 3}\n')

    assert (call.tool, call.version) == ("move", "3")
    assert call.arguments == '{"amount":3,"to":"Zürich 🏔","speed":"slow","by":1.0}'
    assert call_of(move, call.arguments) == call


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"{}"',
        "3",
        "{'a': 1}",
        '{"a": 1,}',
        '{"a": 1} {}',
        '{"a": 1, "a": 1}',
        '{"a": {"b": 1, "b": 2}}',
        '{"a": 1, "\\u0061": 2}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": -1e999}',
        f'{{"a": {2**53 + 1}}}',
        f'{{"a": {-(2**53) - 1}}}',
        f'{{"a": {"9" * 5000}}}',
        '{"a": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"a": "\ud800"}',
        '{"a": "\n"}',
        '{"a": ' + "[" * 33 + "]" * 33 + "}",
        '{"a":' * 33 + "1" + "}" * 33,
        "[" * 10_000,
        '\\"' * 8_000,
        '{"a": "' + "x" * MAX_ARGUMENTS + '"}',
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_text_with_no_or_more_than_one_meaning_is_refused(text: str) -> None:
    with pytest.raises(BadArguments):
        strict_json(text)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"a": 1.5e10, "b": [true, null], "c": {"a": 2}}',
        f'{{"a": {2**53}, "b": {-(2**53)}}}',
        '{"a": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}',
        '{"a": "\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}',
        '{"a": "\\ud83d\\ude00"}',
        '{"a": ' + "[" * 31 + "]" * 31 + "}",
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_a_plain_object_is_what_it_says(text: str) -> None:
    assert strict_json(text) == json.loads(text)


@given(text=st.one_of(st.text(alphabet='{}[]",:\\ud0123456789eE+-.aN\n\ud800', max_size=60), st.text(max_size=60)))
@settings(max_examples=500, deadline=None)
def test_any_text_is_an_object_or_refused(text: str) -> None:
    try:
        value = strict_json(text)
    except BadArguments:
        return
    assert value == json.loads(text)


values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=10,
)


@given(value=st.dictionaries(st.text(), values, max_size=4), ascii_only=st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_honest_object_is_read_as_it_is(value: dict[str, Any], ascii_only: bool) -> None:
    assert strict_json(json.dumps(value, ensure_ascii=ascii_only)) == value


@given(arguments=values, text=st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_arguments_that_do_not_fit_are_refused_and_nothing_else_happens(arguments: object, text: str) -> None:
    for candidate in (json.dumps(arguments), json.dumps({"amount": arguments, "to": text, text: arguments})):
        try:
            call = call_of(move, candidate)
        except BadArguments:
            continue
        assert call_of(move, call.arguments) == call


def test_what_is_wrong_is_said_in_short_and_without_the_values() -> None:
    junk = {f"{'k' * 500}{n}": "SECRET" for n in range(20)}

    with pytest.raises(BadArguments) as refused:
        call_of(move, json.dumps({"amount": 0, "to": "x", **junk}))

    said = str(refused.value)
    assert said.startswith("move: amount: Input should be greater than or equal to 1")
    assert "SECRET" not in said
    assert said.count(";") == MAX_PROBLEMS - 1
    assert len(said) < 1000
