"""Answers by text message: short words with a code, in any script; YES and its like decide nothing."""

from __future__ import annotations

import pytest

from agent_core.answers import Explain, read
from agent_core.decisions import Words, decision_in
from agent_core.events import ApprovalResponse, InputResponse, UserMessage
from agent_core.spelling import plain
from agent_core.steps import Ask, Say
from agent_core.values import Author
from tests.unit.core.story import ANA, ANA_BY_TEXT, BO, BO_BY_TEXT, CY, TIDY, Story, asked_for_deploy

CODED = [  # SM-12, SM-33
    ("A 482193", "approve", ""),
    ("a 482193", "approve", ""),
    ("A 482 193", "approve", ""),
    ("482193 A", "approve", ""),
    ("482193: a", "approve", ""),
    ("A: 482193.", "approve", ""),
    ("A-482193", "approve", ""),
    ("R 482193 too risky", "deny", "too risky"),
    ("U 482193", "undo", ""),
    ("undo 482193", "undo", ""),
    ("482193 UNDO", "undo", ""),
    ("A ٤٨٢١٩٣", "approve", ""),
    ("a ４８２１９３", "approve", ""),
    ("A ४८२ १९३", "approve", ""),
    ("\u200eA\u200b 482\u200d193\ufe0f", "approve", ""),
    ("\ufeff\nA 482193", "approve", ""),
    ("A\u00a0482193", "approve", ""),
    ("approve\u2009482193", "approve", ""),
]
PLAIN = [  # SM-11, SM-12
    "A deployment would be good",
    "a",
    "A 48219 please",
    "A482193",
    "R we there yet",
    "u there?",
    "undo the last deployment",
    "STOP please",
    "YES",
    "YES 482193",
    "stop 482193",
    "CANCEL 482193",
    "END 482193",
    "А 482193",  # the first letter is Cyrillic
]


@pytest.mark.parametrize(("text", "decision", "rest"), CODED)
def test_a_letter_beside_a_code_is_a_decision(text: str, decision: str, rest: str) -> None:
    words = decision_in(text)

    assert words is not None
    assert (words.decision, words.rest, words.code) == (decision, rest, True)


@pytest.mark.parametrize("text", [text for text in PLAIN if text != "a"])
def test_without_a_code_beside_it_a_letter_is_a_letter(text: str) -> None:
    assert decision_in(text) is None


@pytest.mark.parametrize(("text", "decision"), [("a", "approve"), (" R. ", "deny"), ("U!", "undo"), ("Undo", "undo")])
def test_alone_it_may_be_one(text: str, decision: str) -> None:
    assert decision_in(text) == Words(decision=decision, rest="", short=True)


def test_a_condition_is_one_however_it_is_spelled() -> None:
    story = asked_for_deploy()

    assert said(story, BO, "A 482193 b\u200but only on staging", story.request.id) == unclear(story)


def unclear(story: Story) -> Explain:
    return Explain(kind="unclear", about=story.request.id)


def said(story: Story, who: Author, text: str, answers: str | None = None) -> object:
    """How the last message of the story is read."""
    story.says(who, text, answers)
    message = story.log[-1]
    assert isinstance(message, UserMessage)
    return read(story.thread, message)


LOOSE = [
    "yes",
    "YES",
    "Yes!",
    "y",
    "ok",
    "Okay.",
    "no",
    "N",
    "sure",
    "LIST",
    "list",
    "pending",
    "a",
    "R",
    "👍",
    "A 48219",
]


@pytest.mark.parametrize("text", LOOSE)
@pytest.mark.parametrize("who", [BO, BO_BY_TEXT], ids=["by mail", "by text"])
def test_a_bare_yes_of_an_approver_is_asked_back_about(text: str, who: Author) -> None:  # SM-12, SM-14
    story = asked_for_deploy()

    assert said(story, who, text) == Explain(kind="code_needed", about=story.request.id)


@pytest.mark.parametrize("text", ["yes", "LIST", "a"])
def test_with_several_open_it_is_asked_back_without_naming_one(text: str) -> None:  # SM-14
    story = asked_for_deploy()
    story.says(ANA, "and tidy up")
    story.turn(TIDY)

    assert said(story, BO, text) == Explain(kind="code_needed")
    assert said(story, CY, text) == Explain(kind="code_needed", about=story.thread.open[0].id)


@pytest.mark.parametrize("text", ["YES 482193", "482193 ok", "482193"])
def test_a_yes_with_the_code_is_no_answer_either(text: str) -> None:  # SM-12
    story = asked_for_deploy()

    assert said(story, BO_BY_TEXT, text, story.request.id) == Explain(kind="code_needed", about=story.request.id)


@pytest.mark.parametrize("text", [*LOOSE, "undo", "U"])
def test_of_somebody_who_has_nothing_to_decide_it_is_plain_talk(text: str) -> None:
    story = asked_for_deploy()

    assert said(story, ANA_BY_TEXT, text) is None
    assert said(Story(), BO, text) is None


def test_a_message_without_a_word_is_no_yes() -> None:
    assert said(asked_for_deploy(), BO_BY_TEXT, "") is None


def test_a_bare_word_by_text_never_decides_even_the_lowest_risk() -> None:  # SM-14, SM-16
    story = Story()
    story.says(ANA, "tidy up")
    story.turn(TIDY)

    assert said(story, BO_BY_TEXT, "A") == Explain(kind="code_needed", about=story.request.id)
    assert isinstance(said(story, BO_BY_TEXT, "A 482193", story.request.id), ApprovalResponse)


def test_a_yes_answers_the_question_that_was_put_to_its_author_last() -> None:
    story = asked_for_deploy()
    story.says(BO, "why now?")
    story.turn(Ask(question="Shall I ask Ana?"))

    assert isinstance(said(story, BO, "yes"), InputResponse)
    assert isinstance(said(story, BO, "a"), InputResponse)


def test_and_is_asked_back_about_when_the_approval_came_last() -> None:
    story = Story()
    story.says(BO, "hello")
    story.turn(Ask(question="What is it?"))
    story.says(ANA, "hello")
    story.turn(Say(text="Hello."))
    asked_for_deploy(story)

    assert said(story, BO, "yes") == Explain(kind="code_needed", about=story.request.id)


def test_by_text_the_code_of_a_question_is_no_part_of_its_answer() -> None:
    story = Story()
    story.says(ANA_BY_TEXT, "deploy")
    story.turn(Ask(question="Where to?", choices=("staging", "production")))

    for text in ("482193 production", "production 482 193", "482193: Production"):
        answer = said(story, ANA_BY_TEXT, text, story.question.id)
        assert isinstance(answer, InputResponse)
        assert answer.text == "production"


def test_elsewhere_six_digits_may_be_the_answer() -> None:
    story = Story()
    story.says(ANA, "close the ticket")
    story.turn(Ask(question="Which one?"))

    answer = said(story, ANA, "ticket 482193", story.question.id)
    assert isinstance(answer, InputResponse)
    assert answer.text == "ticket 482193"


def test_an_approver_who_is_only_talking_is_heard_by_the_agent() -> None:
    story = asked_for_deploy()
    story.says(BO_BY_TEXT, "STOP please")

    assert [event.type for event in story.turn(Say(text="Stop what?"))] == ["model_call", "agent_message"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("٤٨٢١٩٣", "482193"),
        ("e\u0301", "é"),
        ("e\u200d\u0301", "é"),
        ("a\u202e\u2066b\u00adc\ufe0f", "abc"),
        ("½ Ⅷ ²", "½ Ⅷ ²"),
    ],
)
def test_what_is_compared_is_composed_visible_and_of_ascii_digits(typed: str, meant: str) -> None:  # SM-33
    assert plain(typed) == meant
