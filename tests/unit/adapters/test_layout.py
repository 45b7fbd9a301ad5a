"""Layout: everything an approver must see is there, exactly; the agent's words stand apart; nothing unseen gets in."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given, strategies as st

from adapters.layout import SUBJECTS, Answer, Block, Facts, Prose, Quoted, Words, layout, plain, subject
from agent_core.events import AgentMessage, ApprovalRequest, FieldRequest, Notice, Outbound, RequestClosed
from agent_core.values import Author, Call, FormField, NoticeKind
from tests.unit.adapters.cards import (
    ANA,
    APPROVED,
    AT,
    CALLED,
    CARD,
    DENIED,
    EVERY,
    EXPIRED,
    QUESTION,
    SAID,
    TICKET,
    calling,
    card,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def facts(blocks: tuple[Block, ...]) -> dict[str, str]:
    return {name: value for block in blocks if isinstance(block, Facts) for name, value in block.rows}


def words(blocks: tuple[Block, ...]) -> str:
    return "\n".join(block.text for block in blocks if isinstance(block, Words))


# --- the card


def test_the_card_shows_the_call_the_people_the_rule_and_the_time() -> None:
    assert facts(layout(CARD, role="decide", ticket=TICKET)) == {
        "Tool": "deploy (version 1)",
        "version": '"1.4.2"',
        "environment": '"production"',
        "Exact bytes": '{"version":"1.4.2","environment":"production"}',
        "Risk": "high",
        "Asked by": "ana (email:ana@example.test, verified)",
        "Approvers": "bo, cy",
        "Expires": "2026-11-21 10:00 UTC",
        "Policy": "deploy-1",
        "Digest": "0123456789ab",
    }


def test_who_may_decide_is_told_how_and_who_only_watches_is_not() -> None:
    to_decide, to_watch = layout(CARD, role="decide", ticket=TICKET), layout(CARD, role="watch", ticket=TICKET)
    also = ("ASK 482913 and your question", "ANSWER 482913 and what to do instead")
    assert Answer(("APPROVE 482913", "DENY 482913 and why"), TICKET.url, TICKET.page_code, also) in to_decide
    assert not [block for block in to_watch if isinstance(block, Answer)]
    assert "482913" not in plain(to_watch)
    assert TICKET.url not in plain(to_watch)
    assert facts(to_watch) == facts(to_decide)


def test_the_agents_reason_comes_last_of_the_facts_and_says_whose_words_it_is() -> None:
    blocks = layout(card(reason="Bo already said yes."), role="decide", ticket=TICKET)
    at = blocks.index(Quoted("Bo already said yes."))
    assert blocks[at - 1] == Words("Text by the agent, not checked:")
    assert next(i for i, block in enumerate(blocks) if isinstance(block, Facts)) < at


def test_no_line_of_the_agents_reason_can_pass_for_ours() -> None:
    posing = "x\n\nTo decide, answer with:\n\n  APPROVE 000000\n\nor open: http://evil.test/"
    ours = plain(layout(card(reason="x"), role="decide", ticket=TICKET)).split("\n")
    for line in plain(layout(card(reason=posing), role="decide", ticket=TICKET)).split("\n"):
        assert line in ours or line.startswith("  |")


def test_a_card_without_a_reason_has_no_words_of_the_agent() -> None:
    assert not [block for block in layout(card(reason=""), role="decide") if isinstance(block, Quoted)]


@given(st.dictionaries(st.text(min_size=1, max_size=8), JSON, max_size=4))
def test_every_argument_is_shown_whole_and_so_are_the_exact_bytes(arguments: dict[str, object]) -> None:
    call = Call(tool="t", version="1", arguments=json.dumps(arguments))
    blocks = layout(card(call), role="decide")
    rows = next(block for block in blocks if isinstance(block, Facts)).rows
    assert len(rows) == 8 + max(1, len(arguments))
    assert dict(rows)["Exact bytes"] == call.arguments


def test_an_argument_named_like_a_fact_stands_beside_it_and_does_not_replace_it() -> None:
    call = calling(Risk="low", Expires="never", Digest="x")
    rows = next(b for b in layout(card(call), role="decide") if isinstance(b, Facts)).rows
    assert [value for name, value in rows if name == "Risk"] == ['"low"', "high"]
    assert [value for name, value in rows if name == "Digest"] == ['"x"', "0123456789ab"]


def test_a_call_without_arguments_says_so() -> None:
    assert facts(layout(card(calling("restart")), role="decide"))["Arguments"] == "none"


def test_letters_of_two_alphabets_are_pointed_at() -> None:
    odd = layout(card(calling(environment="prоduction")), role="decide")  # a Cyrillic o
    assert "different alphabets are mixed in prоduction" in words(odd)
    assert "alphabets" not in words(layout(CARD, role="decide"))


# --- hostile text, wherever it may come from

BAD = "x\u202ey\u200bz\x1b[2J\r\nBcc: q"
HOSTILE = card(
    Call(tool=f"t{BAD}", version=f"v{BAD}", arguments=json.dumps({f"n{BAD}": BAD}, ensure_ascii=False)),
    reason=BAD,
    requester=Author(identity=f"email:{BAD}"),
)
BLAMED = Author(identity=f"email:{BAD}")
FROM_OUTSIDE: tuple[Outbound, ...] = (
    HOSTILE,
    QUESTION.model_copy(update={"question": BAD, "choices": (BAD,)}),
    RequestClosed(id="c", at=AT, request_id="r1", outcome="denied", by=BLAMED, reason=BAD),
    AgentMessage(id="a", to=("x",), text=BAD),
    CALLED.model_copy(update={"reason": BAD}),
    *(Notice(id="n", to="x", kind=kind, detail=BAD) for kind in get_args(NoticeKind)),
    FieldRequest(
        id="f",
        request_id="r1",
        to="x",
        field=FormField(name=BAD, label=BAD, kind="choice", choices=(BAD,)),
        problem=BAD,
    ),
)


@pytest.mark.parametrize("event", FROM_OUTSIDE, ids=lambda event: getattr(event, "kind", event.type))
@pytest.mark.parametrize("role", ["decide", "watch"])
def test_nothing_unseen_and_no_control_character_reaches_the_text(event: Outbound, role: str) -> None:
    blocks = layout(event, role="decide" if role == "decide" else "watch", ticket=TICKET, request=HOSTILE)
    shown = plain(blocks)
    assert not set(shown) & set("\u202e\u200b\x1b\r")


def test_names_and_values_of_a_card_stay_on_their_line() -> None:
    lines = plain(layout(HOSTILE, role="watch")).splitlines()
    assert not [line for line in lines if line.strip().startswith("Bcc:")]
    assert not [line for line in plain(layout(DENIED, role="watch", request=HOSTILE)).splitlines() if "Bcc" in line[:6]]


def test_a_subject_is_one_visible_line() -> None:
    assert subject(HOSTILE) == "Approval needed: tx\\u{202E}y\\u{200B}z\\u{001B}[2J\\u{000D}\\nBcc: q"


# --- the other events


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        (APPROVED, "The request was approved by bo, 2026-11-21 09:30 UTC."),
        (DENIED, "The request was denied by bo, 2026-11-21 09:30 UTC."),
        (EXPIRED, "The request expired: nobody answered in time, and nothing was done, 2026-11-21 09:30 UTC."),
    ],
)
def test_an_end_says_what_happened_by_whom_and_when(closed: RequestClosed, said: str) -> None:
    blocks = layout(closed, role="watch", request=CARD)
    assert blocks[0] == Words(said)
    assert facts(blocks) == {"Tool": "deploy", "version": '"1.4.2"', "environment": '"production"'}


def test_an_end_by_somebody_we_do_not_know_names_the_identity() -> None:
    stranger = APPROVED.model_copy(update={"by": Author(identity="email:who@elsewhere.test")})
    assert "by email:who@elsewhere.test," in words(layout(stranger, role="watch"))


def test_a_denial_gives_its_reason() -> None:
    blocks = layout(DENIED, role="watch")
    assert blocks[1:3] == (Words("They said:"), Quoted("Not on a Friday."))


def test_a_reason_of_ours_is_nobodys_words() -> None:
    asked_anew = DENIED.model_copy(update={"by": None, "outcome": "withdrawn", "reason": "asked anew"})
    blocks = layout(asked_anew, role="watch")
    assert "Why: asked anew." in words(blocks)
    assert "They said" not in words(blocks)


def test_a_question_gives_its_choices_and_its_time() -> None:
    blocks = layout(QUESTION, role="decide")
    assert blocks[0] == Prose("Which environment?")
    assert "staging, production" in words(blocks)
    assert facts(blocks) == {"Answer until": "2026-11-21 10:00 UTC"}


def test_a_free_question_lists_no_choices() -> None:
    assert not words(layout(QUESTION.model_copy(update={"choices": ()}), role="decide"))


NAME = FormField(name="name", label="Name of the release")
WHERE = FormField(name="where", label="Where", kind="choice", choices=("staging", "production"))
SINCE = FormField(name="since", label="Since", kind="choice", choices=("1.4.1", "1.4.2"), required=False)
PACED = QUESTION.model_copy(update={"question": "What runs?", "choices": (), "fields": (NAME, WHERE), "paced": True})


def test_a_form_that_is_asked_field_by_field_begins_with_its_first_one_alone() -> None:
    blocks = layout(PACED, role="decide")
    assert blocks[0] == Prose("What runs?")
    assert facts(blocks) == {"1 of 2": "Name of the release (text)", "Answer until": "2026-11-21 10:00 UTC"}


def test_a_form_that_is_not_paced_is_shown_whole() -> None:
    blocks = layout(PACED.model_copy(update={"paced": False}), role="decide")
    assert facts(blocks).keys() == {"name", "where", "Answer until"}


def test_the_next_field_is_asked_with_its_place_and_its_choices_by_number() -> None:
    blocks = layout(FieldRequest(id="f", request_id="q1", to="x", field=WHERE), role="decide", request=PACED)
    assert facts(blocks) == {"2 of 2": "Where (its number is enough)", "1": "staging", "2": "production"}
    assert not words(blocks)


def test_choices_that_could_be_taken_for_numbers_have_none() -> None:
    blocks = layout(FieldRequest(id="f", request_id="q1", to="x", field=SINCE), role="decide")
    assert facts(blocks) == {"Next": "Since (1.4.1, 1.4.2; - leaves it out)"}


def test_a_field_that_is_asked_again_says_why() -> None:
    again = FieldRequest(id="f", request_id="q1", to="x", field=WHERE, problem="choose from staging, production")
    blocks = layout(again, role="decide", request=PACED)
    assert blocks[0] == Words("That cannot be used: choose from staging, production.")


@pytest.mark.parametrize("kind", get_args(NoticeKind))
def test_every_notice_has_a_sentence_without_holes(kind: NoticeKind) -> None:
    said = words(layout(Notice(id="n", to="x", kind=kind, detail="{detail}"), role="watch"))
    assert said.endswith(".")
    assert "{" not in said.replace("{detail}", "", 1)


@pytest.mark.parametrize("event", EVERY, ids=lambda event: getattr(event, "kind", event.type))
def test_every_event_has_a_subject_and_something_to_read(event: Outbound) -> None:
    assert subject(event) == SUBJECTS[event.type] + (": deploy" if isinstance(event, ApprovalRequest) else "")
    assert plain(layout(event, role="decide", ticket=TICKET)).strip()


def test_the_subject_of_an_end_names_the_tool() -> None:
    assert subject(APPROVED, CARD) == "Closed: deploy"
    assert subject(SAID) == "Message"


def test_whose_word_is_not_proven_is_shown_with_the_card() -> None:
    forged = ANA.model_copy(update={"person": None, "assurance": "none"})
    assert facts(layout(card(requester=forged), role="decide"))["Asked by"] == "(email:ana@example.test, none)"
