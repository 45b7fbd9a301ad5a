"""Several decisions in one message: each counts if every line is one, with a code of its own; else none does."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from agent_core.answers import Explain, read
from agent_core.decisions import MOST_APART, apart, are_several, at_best, decision_in
from agent_core.events import ApprovalResponse, UserMessage
from tests.unit.core.story import BO, Story, asked_for_deploy

TWO = "APPROVE 123456\nDENY 654321 too early"
# What each line is heard as, when all of them are heard.
APART = {
    TWO: [("APPROVE 123456", "123456"), ("DENY 654321 too early", "654321")],
    "A 123456\nR 654321": [("A 123456", "123456"), ("R 654321", "654321")],
    "\r\n  A 123 456\r\n \r\n\tR 654 321 no\r\n": [("A 123 456", "123456"), ("R 654 321 no", "654321")],
    "123456 genehmigt\n654321: refusé": [("123456 genehmigt", "123456"), ("654321: refusé", "654321")],
    "A ١٢٣٤٥٦\nR 654321": [("A ١٢٣٤٥٦", "123456"), ("R 654321", "654321")],
    "ASK 123456 why?\nANSWER 654321 later": [("ASK 123456 why?", "123456"), ("ANSWER 654321 later", "654321")],
    "UNDO 123456\nDELEGATE 654321 dee": [("UNDO 123456", "123456"), ("DELEGATE 654321 dee", "654321")],
    # A condition is asked back, for that one alone.
    "APPROVE 123456 if it is green\nDENY 654321": [
        ("APPROVE 123456 if it is green", "123456"),
        ("DENY 654321", "654321"),
    ],
    "DENY 1234 5678 9\nA 654321": [],
}
# Nothing is decided: the first line is a decision, another is one, and what else stands there is not.
ASKED_BACK = [
    f"{TWO}\nBest, Bo",
    "APPROVE 123456\nbut not before this one:\nAPPROVE 654321",
    "APPROVE 123456\n> as I said\nDENY 654321",
    "DENY 123456\nDENY\nDENY 654321",
    "DENY 123456\n654321\nDENY 654321",
    # Two numbers on a line: which one is meant?
    "DENY 123456 see 111111\nDENY 654321",
    "DENY 123456\nDENY 654321 see 111111",
    "DENY 123456\nDENY 654321 see 123456",
    "DENY 123456\n654321 DENY 111111",
    # Twice the same code, and another one.
    "DENY 123456\nDENY 654321\nAPPROVE 123456",
    "\n".join(f"DENY {100_000 + n}" for n in range(MOST_APART + 1)),
]
# One decision as ever, or talk: what stands below has no code, or the same one, or is no decision.
AS_EVER = [
    "",
    "APPROVE 123456",
    "APPROVE 123456\n",
    "APPROVE 123456\nBest, Bo",
    "DENY 123456\nDENY 123456",
    "DENY 123456\nDENY",
    "DENY 123456\n> APPROVE 654321",
    "DENY 123456\n654321",
    "DENY 123456 and APPROVE 654321",
    "Hello\nAPPROVE 123456\nAPPROVE 654321",
    "APPROVE\nDENY 654321",
    "approve of this\nask 123456 what",
]


@pytest.mark.parametrize("text", APART)
def test_where_every_line_is_a_decision_with_a_code_of_its_own_each_is_one(text: str) -> None:
    found = [(one.line, one.code) for one in apart(text)]
    assert found == APART[text]
    assert all(decision_in(line) and not are_several(line) for line, _ in found)


@pytest.mark.parametrize("text", [*ASKED_BACK, *(text for text, lines in APART.items() if lines)])
def test_what_reaches_a_thread_with_several_decisions_decides_nothing(text: str) -> None:
    assert are_several(text)
    assert heard(text) == Explain(kind="several", about=REQUEST)


@pytest.mark.parametrize("text", ASKED_BACK)
def test_what_is_not_only_decisions_is_not_told_apart(text: str) -> None:
    assert apart(text) == ()
    assert at_best(text) == "ask"


@pytest.mark.parametrize("text", AS_EVER)
def test_any_other_text_is_what_its_first_line_says(text: str) -> None:
    assert apart(text) == ()
    assert not are_several(text)


def test_no_more_are_told_apart_than_anybody_has_to_decide() -> None:
    lines = [f"DENY {100_000 + n}" for n in range(MOST_APART)]
    assert [one.line for one in apart("\n".join(lines))] == lines


STORY = asked_for_deploy(Story())
REQUEST = STORY.request.id


def heard(text: str) -> object:
    """What a thread with one request makes of a message of its approver that has its code."""
    return read(STORY.thread, UserMessage(id="m", author=BO, text=text, answers=REQUEST))


LINES = st.one_of(
    st.builds(
        "{} {}{}".format,
        st.sampled_from(("APPROVE", "deny", "A", "R", "ask", "undo", "> APPROVE", "please approve")),
        st.sampled_from(("123456", "654321", "111 111", "12345", "1234567")),
        st.sampled_from(("", " too early", " if green", " see 222222")),
    ),
    st.sampled_from(("", "  ", "Best, Bo", "123456", "DENY", "or open: https://example.test/d/abc")),
    st.text(max_size=20),
)


def _is_decision(line: str) -> bool:
    words = decision_in(line)
    return words is not None and words.code


@given(st.lists(LINES, max_size=6), st.sampled_from(("\n", "\r\n", "\n\n")))
def test_only_lines_that_are_decisions_are_heard_and_beside_anything_else_at_most_the_first(
    lines: list[str], between: str
) -> None:
    text = between.join(lines)
    written = [line.strip() for line in text.splitlines() if line.strip()]
    told_apart = [one.line for one in apart(text)]
    parts = told_apart or [text]
    decided = [one for one in parts if isinstance(heard(one), ApprovalResponse)]
    assert set(told_apart) <= {line for line in written if _is_decision(line)}
    if not all(map(_is_decision, written)):
        assert told_apart == []
    if not told_apart and decided:
        assert decision_in(written[0]) is not None
        assert not are_several(text)
