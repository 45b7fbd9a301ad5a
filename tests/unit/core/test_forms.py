"""Forms: what each kind of field takes, in a form and in words, and what is said about the rest."""

from __future__ import annotations

import pytest

from agent_core.forms import check, read, typed
from agent_core.values import FormField

NAME = FormField(name="name", label="Your name")
AGE = FormField(name="age", label="Age", kind="number", required=False)
DAY = FormField(name="day", label="First day", kind="date")
PLACE = FormField(name="place", label="Where", kind="choice", choices=("Here", "There"))
DRINKS = FormField(name="drinks", label="Drinks", kind="choices", choices=("Tea", "Coffee"), required=False)
FORM = (NAME, AGE, DAY, PLACE, DRINKS)
GOOD = (
    ("name", "Ana"),
    ("age", "41"),
    ("day", "2026-01-31"),
    ("place", "Here"),
    ("drinks", "Tea"),
    ("drinks", "Coffee"),
)


def test_a_form_filled_in_well_has_no_problems() -> None:
    assert check(FORM, GOOD) == {}


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        (NAME, "  ", "this is needed"),
        (AGE, "many", "many is not a number"),
        (AGE, "NaN", "NaN is not a number"),
        (AGE, "Infinity", "Infinity is not a number"),
        (DAY, "31.1.2026", "31.1.2026 is not a date like 2026-01-31"),
        (DAY, "2026-02-30", "2026-02-30 is not a date like 2026-01-31"),
        (PLACE, "Elsewhere", "choose from Here, There"),
        (DRINKS, "Beer", "choose from Tea, Coffee"),
    ],
)
def test_a_value_that_cannot_stand_is_named_at_its_field(field: FormField, value: str, problem: str) -> None:
    assert check((field,), ((field.name, value),)) == {field.name: problem}


def test_what_is_needed_and_missing_what_is_doubled_and_what_nobody_asked_is_said() -> None:
    problems = check((NAME, AGE), (("age", "1"), ("age", "2"), ("colour", "red")))

    assert problems == {
        "name": "this is needed",
        "age": "only one answer is possible",
        "colour": "there is no such field",
    }


def test_what_may_be_left_out_may_be_left_out() -> None:
    assert check((AGE, DRINKS), ()) == {}


def test_a_form_in_words_is_one_line_for_each_field_by_name_or_label() -> None:
    words = "Hello,\nYOUR NAME: Ana\nage : 41\nfirst day: 2026-01-31\nwhere: here\ndrinks: tea, COFFEE\n\nthanks: a lot"

    assert read(FORM, words) == GOOD


def test_a_bare_value_answers_a_form_of_one_field() -> None:
    assert read((PLACE,), " there ") == (("place", "There"),)
    assert read((NAME, AGE), "Ana") == ()
    assert read((PLACE,), "\u200fthere") == (("place", "There"),)


def test_choices_typed_in_one_line_are_told_apart_and_spelled_as_offered() -> None:
    drinks = FormField(name="drinks", label="Drinks", kind="choices", choices=("Tea", "Coffee", "Milk, sugar"))

    assert typed((drinks, NAME), (("drinks", "tea, COFFEE,"), ("name", "a, b"))) == (
        ("drinks", "Tea"),
        ("drinks", "Coffee"),
        ("name", "a, b"),
    )
    assert typed((drinks,), (("drinks", "Milk, sugar"),)) == (("drinks", "Milk, sugar"),)
    assert check((drinks,), typed((drinks,), (("drinks", "tea, beer"),))) != {}
