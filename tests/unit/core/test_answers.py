"""Words as answers: a fixed table, in which anything that is not plainly a decision is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from agent_core.answers import Explain, read
from agent_core.decisions import Words, decision_in
from agent_core.events import ApprovalResponse, InputResponse, UserMessage
from agent_core.spelling import plain
from agent_core.steps import Ask
from agent_core.values import Author
from tests.unit.core.story import ANA, BO, DEPLOY, TIDY, Story, asked_for_deploy

PLAIN_TALK = [
    "",
    "   \n\t\n",
    "yes",
    "Yes!",
    "YES 123456",
    "ok",
    "OK go ahead",
    "sure",
    "no",
    "stop",
    "STOP 123456",
    "START",
    "CANCEL",
    "END",
    "QUIT",
    "HELP",
    "👍",
    "123456",
    "123 456",
    "go 123456",
    "accept 123456",
    "confirm 123456",
    "I approve",
    "I approve 123456",
    "please approve 123456",
    "not approve 123456",
    "don't approve 123456",
    "approval 123456",
    "approves 123456",
    "approving 123456",
    "disapprove 123456",
    "undeny 123456",
    "approve123456",
    "12345 approve",
    "1234567 approve",
    "> approve 123456",
    "| approve 123456",
    '"approve 123456"',
    "On Monday Bo wrote:\n> approve 123456",
    "Thanks!\napprove 123456",
    "Fwd: approve 123456",
    "approuver 123456",
    "aprobar 123456",
    "аpprove 123456",  # the first letter is Cyrillic
    "ａｐｐｒｏｖｅ 123456",
    "<b>approve</b> 123456",
    "@approve 123456",
]

DECISIONS = {
    "approve": Words(decision="approve", rest=""),
    "APPROVE": Words(decision="approve", rest=""),
    "Approved.": Words(decision="approve", rest=""),
    "approve!": Words(decision="approve", rest=""),
    "deny": Words(decision="deny", rest=""),
    "Denied": Words(decision="deny", rest=""),
    "reject": Words(decision="deny", rest=""),
    "rejected": Words(decision="deny", rest=""),
    "approve 123456": Words(decision="approve", rest="", code=True),
    "Approve 123 456": Words(decision="approve", rest="", code=True),
    "123456 approve": Words(decision="approve", rest="", code=True),
    "123 456: APPROVE": Words(decision="approve", rest="", code=True),
    "123456, deny": Words(decision="deny", rest="", code=True),
    "approve: 123456.": Words(decision="approve", rest="", code=True),
    "\n\n  approve 123456  \n": Words(decision="approve", rest="", code=True),
    "approve 123456 looks fine": Words(decision="approve", rest="looks fine", code=True),
    "approve 123456\n\nBest,\nBo": Words(decision="approve", rest="Best,\nBo", code=True),
    "deny 123456 - too risky": Words(decision="deny", rest="too risky", code=True),
    "deny 123456\r\ntoo risky": Words(decision="deny", rest="too risky", code=True),
    "deny but ask me tomorrow": Words(decision="deny", rest="but ask me tomorrow"),
    "approve 12345": Words(decision="approve", rest="12345"),
    "approve 1234567": Words(decision="approve", rest="1234567"),
    "approve\n> approve 123456": Words(decision="approve", rest="> approve 123456"),
}

CONDITIONS = [
    "approve 123456 but only on staging",
    "approve 123456, if the tests pass",
    "approve 123456 unless Cy objects",
    "approve 123456 after lunch",
    "approve 123456 when it is dark",
    "approve 123456 once the tests pass",
    "approve 123456?",
    "approve? 123456",
    "approve 123456 - wait",
    "approve 123456 not",
    "approve 123456, don't deploy yet",
    "approve 123456, don’t deploy yet",
    "approve 123456 won't",
    "approve 123456 or deny",
    "approve / deny",
    "approve, no",
    "approve 123456 1.4.1 instead",
    "approve 123456\nbut only on staging",
    "approve 123456\u2028but only on staging",
    "approve 123456 tomorrow",
    "approve 123456 version 1.4.1",
    "approve 123456 maybe",
    "approve 123456 provided that Cy agrees",
    "approve 123456 until noon",
    "approve 123456 later",
    "approve 12345",
    "approve 123456 cancel",
]


@pytest.mark.parametrize("text", PLAIN_TALK)
def test_this_is_no_decision(text: str) -> None:
    assert decision_in(text) is None


@pytest.mark.parametrize("text", DECISIONS)
def test_this_is_a_decision(text: str) -> None:
    assert decision_in(text) == DECISIONS[text]


@pytest.mark.parametrize("text", CONDITIONS)
def test_an_approval_with_a_condition_is_asked_back_about(text: str) -> None:
    story = asked_for_deploy()
    story.says(BO, text, answers=story.request.id)
    message = story.log[-1]
    assert isinstance(message, UserMessage)

    assert read(story.thread, message) == Explain(kind="unclear", about=story.request.id)


@given(text=st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_an_error_and_a_decision_only_where_its_word_stands(text: str) -> None:
    words = decision_in(text)

    long = any(word in plain(text).lower() for word in ("approve", "deny", "denied", "reject", "undo"))
    assert words is None or long or words.code or words.short


def said(story: Story, who: Author, text: str, answers: str | None = None) -> object:
    """How the last message of the story is read."""
    story.says(who, text, answers)
    message = story.log[-1]
    assert isinstance(message, UserMessage)
    return read(story.thread, message)


def test_a_decision_with_its_code_names_its_request_its_author_and_its_cause() -> None:
    story = asked_for_deploy()
    response = said(story, BO, "deny 123456 too risky", story.request.id)

    message = story.log[-1]
    assert response == ApprovalResponse(
        id=f"{message.id}/answer",
        at=message.at,
        request_id=story.request.id,
        author=BO,
        decision="deny",
        reason="too risky",
        cause=message.id,
    )


def test_a_bare_word_needs_the_code_for_a_high_risk() -> None:
    story = asked_for_deploy()

    assert said(story, BO, "approve") == Explain(kind="code_needed", about=story.request.id)


def test_a_bare_word_decides_a_low_risk_only_directly_after_its_request() -> None:
    story = Story()
    story.says(ANA, "tidy up")
    story.turn(TIDY)

    assert isinstance(said(story, BO, "approve"), ApprovalResponse)
    assert said(story, BO, "approve") == Explain(kind="code_needed", about=story.request.id)


def test_a_bare_word_decides_nothing_while_two_requests_are_open() -> None:
    story = asked_for_deploy()
    story.says(ANA, "and tidy up")
    story.turn(TIDY)

    assert said(story, BO, "approve") == Explain(kind="code_needed")


def test_a_code_that_proved_nothing_is_never_taken_for_a_bare_word() -> None:
    story = Story()
    story.says(ANA, "tidy up")
    story.turn(TIDY)

    assert said(story, BO, "approve 654321") == Explain(kind="code_needed", about=story.thread.open[0].id)


def test_a_decision_where_nothing_is_open_is_explained() -> None:
    assert said(Story(), BO, "approve") == Explain(kind="unknown_request")


def test_a_reply_to_a_request_in_other_words_is_plain_talk() -> None:
    story = asked_for_deploy()

    assert said(story, BO, "why?", story.request.id) is None


def asked(*choices: str) -> Story:
    story = Story()
    story.says(ANA, "do something")
    story.turn(Ask(question="What?", choices=choices))
    return story


def test_an_answer_to_a_question_is_its_whole_text() -> None:
    response = said(asked(), ANA, "  the usual\nthing ")

    assert isinstance(response, InputResponse)
    assert response.text == "the usual\nthing"


@pytest.mark.parametrize("text", ["staging ", "\u200fStaging", "sta\u200bging"])
def test_a_choice_is_taken_in_its_own_spelling(text: str) -> None:
    response = said(asked("Staging", "Production"), ANA, text)

    assert isinstance(response, InputResponse)
    assert response.text == "Staging"


def test_a_question_is_answered_by_whom_it_was_put_to() -> None:
    assert said(asked(), BO, "the usual") is None


def test_a_word_of_decision_may_answer_a_question_when_nothing_is_to_be_approved() -> None:
    story = asked("approve", "deny")
    response = said(story, ANA, "Approve")

    assert isinstance(response, InputResponse)
    assert (response.text, response.request_id) == ("approve", story.question.id)


def test_a_word_of_decision_is_no_answer_to_a_question_while_something_is_to_be_approved() -> None:
    story = asked("approve", "deny")
    story.says(BO, "deploy 1.4.2")
    story.turn(DEPLOY)

    assert said(story, ANA, "approve") == Explain(kind="code_needed", about=story.request.id)


def test_a_code_names_the_question_it_belongs_to() -> None:
    story = asked("approve", "deny")
    story.says(BO, "deploy 1.4.2")
    story.turn(DEPLOY)

    response = said(story, ANA, "approve", story.question.id)
    assert isinstance(response, InputResponse)


def test_a_reply_to_a_question_that_is_over_is_no_answer_to_another_one() -> None:
    story = asked()
    over = story.question.id
    story.says(ANA, "the usual")
    story.turn(Ask(question="And when?"))
    assert story.question.id != over

    late = replied(story, over)
    assert isinstance(late, Explain)
    assert (late.kind, late.about) == ("already_closed", over)
    for about in ("", story.question.id, "unknown"):
        assert isinstance(replied(story, about), InputResponse)


def replied(story: Story, about: str) -> object:
    """How an answer is read that replies to a message about this request."""
    return read(story.thread, UserMessage(id="late", author=ANA, text="tomorrow", about=about))
