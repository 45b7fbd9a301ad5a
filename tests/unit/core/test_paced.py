"""Paced forms: one field at a time, each answer checked, a wrong one asked again, and one response at the end."""

from __future__ import annotations

import pytest

from agent_core.deliveries import Redirect
from agent_core.events import FieldRequest, InputRequest, InputResponse
from agent_core.forms import Turn, take_turn
from agent_core.steps import Ask, Say
from agent_core.values import FormField
from tests.unit.core.story import ANA, ANA_BY_TEXT, BO_BY_TEXT, DONE, PEOPLE, Story, kinds

NAME = FormField(name="name", label="Your name")
AGE = FormField(name="age", label="Age", kind="number", required=False)
DAY = FormField(name="day", label="First day", kind="date")
PLACE = FormField(name="place", label="Where", kind="choice", choices=("Here", "There"))
DRINKS = FormField(name="drinks", label="Drinks", kind="choices", choices=("Tea", "Coffee", "Milk"), required=False)
SINCE = FormField(name="since", label="Since", kind="choice", choices=("1", "3", "2"))
FORM = (NAME, AGE, DAY, PLACE, DRINKS)


@pytest.mark.parametrize(
    ("field", "text", "given"),
    [
        (NAME, " Ana ", ("Ana",)),
        (NAME, "Ana:\nthe first", ("Ana:\nthe first",)),
        (AGE, "41", ("41",)),
        (AGE, "٤١", ("41",)),
        (AGE, "-", ()),
        (AGE, "–", ()),
        (DAY, "2026-01-31", ("2026-01-31",)),
        (PLACE, "there", ("There",)),
        (PLACE, "2", ("There",)),
        (PLACE, "٢.", ("There",)),
        (DRINKS, "1, milk", ("Tea", "Milk")),
        (DRINKS, "-", ()),
        (SINCE, "3", ("3",)),
        (SINCE, "2", ("2",)),
    ],
)
def test_an_answer_to_one_field_is_its_value(field: FormField, text: str, given: tuple[str, ...]) -> None:
    assert take_turn((field,), field, (), text) == Turn(None, tuple((field.name, value) for value in given))


@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        (NAME, "  ", "this is needed"),
        (NAME, "-", "this is needed"),
        (AGE, "many", "many is not a number"),
        (DAY, "tomorrow", "tomorrow is not a date like 2026-01-31"),
        (PLACE, "3", "choose from Here, There"),
        (PLACE, "0", "choose from Here, There"),
        (PLACE, "-", "this is needed"),
        (DRINKS, "1, beer", "choose from Tea, Coffee, Milk"),
    ],
)
def test_a_wrong_answer_is_asked_again_and_says_why(field: FormField, text: str, problem: str) -> None:
    assert take_turn((field,), field, (), text) == Turn(field, (), problem)


def test_several_may_be_answered_at_once_by_lines() -> None:
    turn = take_turn(FORM, NAME, (), "name: Ana\nwhere: 2\ndrinks: 1, coffee")

    assert turn == Turn(AGE, (("name", "Ana"), ("place", "There"), ("drinks", "Tea"), ("drinks", "Coffee")))
    turn = take_turn(FORM, AGE, turn.values, "-")
    assert turn.field == DAY
    assert take_turn(FORM, DAY, turn.values, "2026-01-31").field is None


def test_lines_that_do_not_answer_what_was_asked_leave_it_asked() -> None:
    assert take_turn(FORM, NAME, (), "where: here") == Turn(NAME, (("place", "Here"),))


def test_an_earlier_answer_may_be_mended_by_a_line() -> None:
    assert take_turn(FORM, DAY, (("name", "Ann"),), "name: Ana") == Turn(DAY, (("name", "Ana"),))
    assert take_turn(FORM, DAY, (("name", "Ann"),), "age: many\nname: Ana").problem == "many is not a number"


def asked(*fields: FormField) -> Story:
    story = Story(people=PEOPLE)
    story.says(ANA_BY_TEXT, "I want to work here")
    story.turn(Ask(question="Who are you?", fields=fields or (NAME, PLACE)))
    return story


def field_of(story: Story) -> FieldRequest:
    found = story.thread.field_asked(story.question.id)
    assert found is not None
    return found


def test_a_form_is_paced_where_the_channel_is() -> None:
    assert asked().question.paced
    for question in (Ask(question="Who?", fields=(NAME,)), Ask(question="Who?")):
        story = Story(people=PEOPLE)
        story.says(ANA, "I want to work here")
        story.turn(question)
        assert not story.question.paced


def test_each_answer_is_followed_by_the_next_question_and_the_last_by_the_response() -> None:
    story = asked()
    story.says(ANA_BY_TEXT, "Ana")
    assert kinds(story.turn()) == ["field_request"]
    assert (field_of(story).field, field_of(story).to) == (PLACE, ANA_BY_TEXT.identity)
    story.says(ANA_BY_TEXT, "somewhere")
    assert kinds(story.turn()) == ["field_request"]
    assert field_of(story).problem == "choose from Here, There"
    story.says(ANA_BY_TEXT, "2")

    events = story.turn(DONE)

    assert kinds(events) == ["input_response", "request_closed", "agent_message"]
    assert isinstance(events[0], InputResponse)
    assert events[0].values == (("name", "Ana"), ("place", "There"))
    assert events[0].text == "name: Ana\nplace: There"
    assert story.thread.fields == ()


def test_somebody_else_does_not_fill_it_in() -> None:
    story = asked()
    story.says(BO_BY_TEXT, "Bo")

    assert kinds(story.turn(Say(text="Thank you, but it is Ana I asked."))) == ["agent_message"]


def test_the_page_may_answer_it_whole() -> None:
    story = asked()
    story.says(ANA_BY_TEXT, "Ana")
    story.turn()
    whole = (("name", "Anna"), ("place", "Here"))
    story.append(
        InputResponse(id="page", request_id=story.question.id, author=ANA_BY_TEXT, text="filled in", values=whole)
    )

    assert kinds(story.turn(DONE)) == ["request_closed", "agent_message"]


def test_a_form_that_expires_half_way_is_over() -> None:
    story = asked()
    story.says(ANA_BY_TEXT, "Ana")
    story.turn()
    story.fires(story.question.id)

    assert kinds(story.turn(DONE)) == ["request_closed", "agent_message"]
    assert story.thread.fields == ()


def test_a_field_that_does_not_arrive_goes_another_way_and_is_answered_there() -> None:
    story = asked()
    story.says(ANA_BY_TEXT, "Ana")
    story.turn()
    first = field_of(story)
    story.lost(first.id, ANA_BY_TEXT.identity)
    (way,) = story.turn()
    assert isinstance(way, Redirect)
    assert (way.cause, way.to) == (first.id, ANA.identity)
    question = story.thread.open[0]
    assert isinstance(question, InputRequest)
    assert question.to == ANA.identity

    story.says(ANA, "somewhere")
    story.turn()
    assert field_of(story).to == ANA.identity
    story.says(ANA, "here")
    assert kinds(story.turn(DONE)) == ["input_response", "request_closed", "agent_message"]


def test_what_was_answered_need_not_arrive_any_more() -> None:
    story = asked(NAME, AGE, PLACE)
    story.says(ANA_BY_TEXT, "Ana")
    story.turn()
    first = field_of(story)
    story.says(ANA_BY_TEXT, "41")
    story.turn()

    for late in (story.question.id, first.id):
        story.lost(late, ANA_BY_TEXT.identity)
    assert story.turn() == ()
