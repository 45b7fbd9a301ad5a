"""Conditions: what an argument must be, strictly; an argument that is not there is nothing at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st
from pydantic import JsonValue

from agent_core.policy.patterns import unambiguous
from agent_core.policy.rules import Condition, meets
from agent_core.values import Call
from tests.unit.core.policy.cases import MANY


def holds(test: object, value: JsonValue) -> bool:
    return Condition.model_validate(test).holds(value)


@pytest.mark.parametrize(
    ("test", "so", "not_so"),
    [
        ("production", ["production"], ["Production", "production ", "", None, 1, ["production"]]),
        (1, [1], [True, 1.0, "1", None]),
        (True, [True], [1, 1.0, "true", False]),
        (None, [None], [False, 0, "", []]),
        (["a", 2], ["a", 2], ["2", 2.0, "b", ["a", 2]]),
        ({"none_of": ["production"]}, ["staging", 1, None], ["production"]),
        ({"none_of": [1]}, [True, 1.0, "1"], [1]),
        ({"above": 5}, [5.1, 6], [5, 4, "6", True, None, [6]]),
        ({"at_least": 5}, [5, 5.0], [4.999, "5"]),
        ({"below": 5}, [4.9, -1], [5, 5.0, "4", False]),
        ({"at_most": 5}, [5, 5.0, -9], [5.01]),
        ({"above": 0, "at_most": 1}, [1, 0.5], [0, 1.1, True]),
        ({"like": "prod*"}, ["prod", "production"], ["Production", "a prod", 1, None]),
        ({"like": "v?.[01]"}, ["v1.0", "v2.1"], ["v1.[0]", "v1.2", "v10.0"]),
        ({"like": "prod*", "none_of": ["prod-test"]}, ["prod-eu"], ["prod-test"]),
        ({}, ["anything", None, 0], []),
    ],
)
def test_all_that_is_said_holds_strictly(test: object, so: list[JsonValue], not_so: list[JsonValue]) -> None:
    assert [holds(test, value) for value in so] == [True] * len(so)
    assert [holds(test, value) for value in not_so] == [False] * len(not_so)


def call(**arguments: JsonValue) -> Call:
    return Call(tool="deploy", version="1", arguments=json.dumps(arguments))


@pytest.mark.parametrize(
    ("path", "met"),
    [
        ("region", False),
        ("target.region", True),
        ("target.region.name", False),
        ("target.other", False),
        ("target", False),
        ("a.b", True),
        ("list.0", False),
    ],
)
def test_an_argument_is_found_by_its_name_or_its_path(path: str, met: bool) -> None:
    given_ = call(target={"region": "eu"}, list=["eu"], **{"a.b": "eu"})

    assert meets(given_, {path: Condition(one_of=("eu",))}) is met


@pytest.mark.parametrize("test", [{}, {"none_of": ["x"]}, None, {"like": "*"}])
def test_an_argument_that_is_not_there_meets_nothing(test: object) -> None:
    assert not meets(call(environment="production"), {"enviroment": Condition.model_validate(test)})


def test_all_conditions_must_hold() -> None:
    both = {"environment": Condition(one_of=("staging",)), "size": Condition(at_most=3)}

    assert meets(call(environment="staging", size=3), both)
    assert not meets(call(environment="staging", size=4), both)
    assert not meets(call(environment="staging"), both)


def is_pattern(text: str) -> bool:
    try:
        return unambiguous(text) == text
    except ValueError:
        return False


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
numbers = st.none() | st.integers() | st.floats(allow_nan=False)
tests = st.builds(
    Condition,
    one_of=st.none() | st.lists(scalars, max_size=3).map(tuple),
    none_of=st.lists(scalars, max_size=3).map(tuple),
    above=numbers,
    at_most=numbers,
    like=st.none() | st.text(alphabet="ab*?[]!-", max_size=6).filter(is_pattern),
)


@given(test=tests, value=values, path=st.text(alphabet="ab.", max_size=5))
@MANY
def test_every_condition_has_an_answer_for_every_argument(test: Condition, value: JsonValue, path: str) -> None:
    assert test.holds(value) in (True, False)
    some = Call(tool="deploy", version="1", arguments=json.dumps({"a": value}))
    assert meets(some, {path: test}) in (True, False)


@given(test=tests, value=values, more=scalars)
@MANY
def test_to_ask_for_more_never_holds_where_less_did_not(test: Condition, value: JsonValue, more: str | None) -> None:
    stricter = test.model_copy(update={"none_of": (*test.none_of, more)})

    assert test.holds(value) or not stricter.holds(value)
