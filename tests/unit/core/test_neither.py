"""Words that are neither yes nor no: with their code they ask, answer or hand on; never do they pass for a decision."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings, strategies as st

from agent_core.answers import Explain, read
from agent_core.decisions import Words, at_best, decision_in, meant
from agent_core.events import ApprovalResponse, InputResponse, UserMessage
from agent_core.steps import Ask
from agent_core.wording import CODED, LETTERS, WORDS
from tests.unit.core.story import ANA_BY_TEXT, BO, BO_BY_TEXT, Story, asked_for_deploy
from tests.unit.core.test_answers import said

CODE = "482193"
SAID = {
    "ASK 482193 which database?": Words(decision="ask", rest="which database?", code=True),
    "ask 482 193: which one?": Words(decision="ask", rest="which one?", code=True),
    "482193 ASK which one?": Words(decision="ask", rest="which one?", code=True),
    "Ask 482193\n\nwhich one?\nand why?": Words(decision="ask", rest="which one?\nand why?", code=True),
    "ASK ٤٨٢١٩٣ why": Words(decision="ask", rest="why", code=True),
    "ANSWER 482193 use staging instead": Words(decision="answer", rest="use staging instead", code=True),
    "482193: answer - approve it yourself": Words(decision="answer", rest="approve it yourself", code=True),
    "ANSWER 482193 -5": Words(decision="answer", rest="-5", code=True),
    "DELEGATE 482193 dee because she knows": Words(decision="delegate", rest="", to="dee because she knows", code=True),
    "delegate 482193 dee\nshe knows": Words(decision="delegate", rest="she knows", to="dee", code=True),
    "ASK 482193": Words(decision="ask", rest="", code=True),
    "ASK 482193 approve 482193": Words(decision="ask", rest="approve 482193", code=True),
    "ANSWER 482193\nAPPROVE 482193": Words(decision="answer", rest="APPROVE 482193", code=True),
}
TALK = [
    "ask",
    "Ask which database?",
    "ask Bo 482193",
    "answer",
    "Answer: use staging",
    "delegate to dee",
    "delegate dee 482193",
    "asking 482193",
    "answered 482193",
    "ask48219",
    "ask 48219 why",
    "ask 4821931 why",
    "please ask 482193 why",
    "> ask 482193 why",
    "аsk 482193 why",  # the first letter is Cyrillic
]


@pytest.mark.parametrize("text", SAID)
def test_with_its_code_beside_it_the_word_counts(text: str) -> None:
    assert decision_in(text) == SAID[text]


@pytest.mark.parametrize("text", TALK)
def test_without_the_code_beside_it_the_word_is_talk(text: str) -> None:
    assert decision_in(text) is None


@pytest.mark.parametrize(
    ("text", "decision", "reason", "to"),
    [
        ("ASK 482193 which database?", "ask", "which database?", ""),
        ("ANSWER 482193 use staging\nplease", "answer", "use staging\nplease", ""),
        ("DELEGATE 482193 dee\nshe knows", "delegate", "she knows", "dee"),
    ],
)
def test_it_names_its_request_its_words_and_its_cause(text: str, decision: str, reason: str, to: str) -> None:
    story = asked_for_deploy()
    response = said(story, BO_BY_TEXT, text, story.request.id)

    assert isinstance(response, ApprovalResponse)
    assert (response.decision, response.reason, response.to) == (decision, reason, to)
    assert (response.request_id, response.cause) == (story.request.id, story.log[-1].id)


@pytest.mark.parametrize("word", CODED)
def test_without_anything_behind_it_nobody_can_tell_what_is_meant(word: str) -> None:
    story = asked_for_deploy()

    assert said(story, BO, f"{word} {CODE}", story.request.id) == Explain(kind="unclear", about=story.request.id)


@pytest.mark.parametrize("word", CODED)
def test_with_a_wrong_code_it_is_asked_back_about(word: str) -> None:
    story = asked_for_deploy()

    assert said(story, BO, f"{word} 654321 dee") == Explain(kind="code_needed", about=story.request.id)


@pytest.mark.parametrize("text", ["482193 ANSWER production", "answer 482193: production"])
def test_beside_the_code_of_a_question_answer_is_no_part_of_the_answer(text: str) -> None:
    story = Story()
    story.says(ANA_BY_TEXT, "deploy")
    story.turn(Ask(question="Where to?", choices=("staging", "production")))

    answer = said(story, ANA_BY_TEXT, text, story.question.id)
    assert isinstance(answer, InputResponse)
    assert answer.text == "production"


@pytest.mark.parametrize("text", ["approve 482193 ask cy", "approve 482193 answer no"])
def test_an_approval_with_such_words_behind_it_is_none(text: str) -> None:
    story = asked_for_deploy()

    assert said(story, BO, text, story.request.id) == Explain(kind="unclear", about=story.request.id)


def test_an_approval_with_another_decision_below_it_is_neither() -> None:
    story = asked_for_deploy()
    both = said(story, BO, "approve 482193\nask 555555 why?", story.request.id)

    assert both == Explain(kind="several", about=story.request.id)


CODES = st.sampled_from(["482193", "482 193", "48219", "4821930", "٤٨٢١٩٣", ""])
PARTS = st.sampled_from(
    [
        *CODED,
        "APPROVE",
        "Deny",
        "a",
        "r",
        "u",
        "undo",
        "if",
        "not",
        "dee",
        "why?",
        "genehmigt",
        "承認",
        "\n",
        ":",
        "-",
        ">",
    ]
)
ASKED = asked_for_deploy()
TEXTS = st.lists(st.one_of(CODES, PARTS, st.text(max_size=4)), max_size=7).map(" ".join)


@given(text=TEXTS)
@settings(max_examples=1_000, deadline=None)
def test_a_text_means_at_most_what_the_word_on_its_first_line_says(text: str) -> None:
    words = decision_in(text)
    if words is None:
        assert at_best(text) in (None, "ask")
        return
    first = next(line for line in map(meant, text.splitlines()) if line).lower()
    named = {word for word, decision in (WORDS | LETTERS | CODED).items() if decision == words.decision}
    digits = r"(\d{6}|\d{3} \d{3})"
    word = f"({'|'.join(map(re.escape, named))})"
    coded = re.match(rf"{digits}[ ,:-]*{word}(?!\w)|{word}[ ,:-]*{digits}(?!\d)", first)
    assert re.match(rf"({digits}[ ,:-]*)?{word}(?!\w)", first)
    assert words.code == bool(coded)
    assert words.code or words.decision not in CODED


@given(text=TEXTS)
@settings(max_examples=1_000, deadline=None)
def test_no_text_approves_without_the_word_and_the_code_where_the_risk_is_high(text: str) -> None:
    for proven in (ASKED.request.id, None):
        response = read(ASKED.thread, UserMessage(id="mail", author=BO, text=text, answers=proven))
        if not isinstance(response, ApprovalResponse):
            continue
        first = next(line for line in map(meant, text.splitlines()) if line).lower()
        assert proven is not None
        assert response.decision != "approve" or any(
            word in re.split(r"[^\w'’]+", first) for word, one in (WORDS | LETTERS).items() if one == "approve"
        )
