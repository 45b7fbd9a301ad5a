"""The texts: each event in each state as its golden file shows it, plain, short, and deaf to hostile words."""

from __future__ import annotations

import re

import pytest

from adapters.base import Open, Ticket
from adapters.sms.account import Line
from adapters.sms.flat import flat
from adapters.sms.text import TOO_LONG, TOO_RISKY, WHERE_CODE_IS
from agent_core.events import AgentMessage, ApprovalRequest, Escalation
from tests.unit.adapters.cards import CARD, QUESTION, UNTIL, calling, card
from tests.unit.adapters.sms.shown import (
    BIG,
    FORGED,
    GOLDEN,
    LINE,
    LINKED,
    NEEDED,
    OTHERS,
    SMALL,
    STATES,
    URL,
    WHATSAPP,
    drawn,
    matches_golden,
    parcel,
    sent,
)

# Carriers take these as orders, whoever says them.
ORDERS = {"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT", "START", "YES", "UNSTOP"}


def shown(name: str) -> str:
    return drawn(sent(STATES[name]))


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_sent_as_its_golden_file_shows(state: str) -> None:  # SM-18, SM-19, SM-20
    assert matches_golden(state, shown(state))


def test_every_golden_file_is_of_a_state() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == {*STATES, "greeted"}


def test_the_first_message_says_who_we_are_and_how_to_opt_out() -> None:  # SM-13
    first = drawn(sent(STATES["approval"], greeted=False))
    assert matches_golden("greeted", first)
    assert "This is Holdpoint. Reply STOP to opt out.\nMay this run?" in first


@pytest.mark.parametrize("state", STATES)
def test_no_text_of_ours_asks_for_a_word_that_carriers_take_as_an_order(state: str) -> None:  # SM-12
    ours = [line for part in sent(STATES[state]) for line in part.body.splitlines() if not line.startswith("> ")]
    said = {word for line in ours for word in re.findall(r"[A-Z]{2,}", line)}
    assert said & (ORDERS | {"HELP", "INFO"}) == set()


@pytest.mark.parametrize("state", [name for name in STATES if not name.startswith(("approval-odd", "said-emoji"))])
def test_what_is_ours_costs_no_more_than_it_must(state: str) -> None:  # SM-18
    assert "UCS-2" not in shown(state)


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_longer_than_a_message_may_be_and_nothing_comes_in_more_than_three(state: str) -> None:  # SM-19
    for greeted in (True, False):
        parts = sent(STATES[state], greeted=greeted)
        assert len(parts) <= 3
        assert all(len(part.body) <= 1_600 for part in parts)


def test_the_call_is_shown_exactly_with_its_code_in_one_message() -> None:
    (part,) = sent(parcel(CARD))
    assert f"deploy (version 1) {CARD.call.arguments}" in part.body.splitlines()
    assert "Answer A 482193 to approve, or R 482193 and why to deny." in part.body
    assert "Digest 0123456789ab." in part.body
    assert URL in part.body


def test_arguments_are_never_folded_though_all_else_is() -> None:  # SM-18
    event = card(calling(note="“a” — b…"), reason="“a” — b…")
    text = drawn(sent(parcel(event)))
    assert event.call.arguments in text
    assert '> "a" - b...' in text


@pytest.mark.parametrize("event", [CARD, card(calling(note="“ç” " * 30), reason="A sentence of it. " * 20)])
def test_a_code_is_never_in_a_message_without_its_call(event: ApprovalRequest) -> None:
    parts = sent(parcel(event))
    assert [event.call.arguments in part.body for part in parts] == ["482193" in part.body for part in parts]
    assert any("482193" in part.body for part in parts)


def test_hidden_characters_of_the_arguments_are_spelled_out() -> None:
    assert r"\u{202E}" in shown("approval-odd")
    assert "Look twice" in shown("approval-odd")


@pytest.mark.parametrize("event", [card(reason=FORGED), Escalation(id="e2", to=("di",), reason=FORGED)])
def test_no_line_of_others_passes_for_ours(event: ApprovalRequest | Escalation) -> None:
    lines = [line for part in sent(parcel(event)) for line in part.body.splitlines()]
    assert "> A 482193 to approve" in lines
    assert "A 482193 to approve" not in lines
    assert "Until 2030" not in lines


def test_a_line_break_in_the_arguments_begins_no_line() -> None:
    call = CARD.call.model_copy(update={"arguments": '{"a":1,\n"A 482193 to approve":2}'})
    (part,) = sent(parcel(card(call)))
    assert not any(line.startswith('"A 482193') for line in part.body.splitlines())
    assert r'{"a":1,\n"A 482193 to approve":2}' in part.body


@pytest.mark.parametrize("state", ["approval-too-long", "approval-reason-too-long"])
def test_what_does_not_fit_whole_has_a_link_and_no_code(state: str) -> None:  # SM-16
    assert TOO_LONG in shown(state)
    assert URL in shown(state)
    assert "482193" not in shown(state)


def test_what_needs_a_stronger_proof_has_a_link_and_no_code() -> None:  # SM-16
    text = shown("approval-needs-stronger")
    assert TOO_RISKY in text
    assert WHERE_CODE_IS in text
    assert "Answer A" not in text


def test_who_only_watches_gets_no_code_and_no_link_to_decide() -> None:
    assert "482193" not in shown("approval-watch")
    assert URL not in shown("approval-watch")


def test_a_code_is_listed_only_where_the_request_was_shown_whole() -> None:  # SM-14
    text = shown("list")
    assert f"550017: deploy (version 1) {SMALL.call.arguments}" in text
    assert "660028" not in text
    assert f"digest {BIG.digest[:12]}: {URL}y" in text
    assert "770039: the agent asks: Which environment?" in text


@pytest.mark.parametrize(
    ("count", "said"), [(0, ""), (1, "1 other waits: reply LIST"), (3, "3 others wait: reply LIST")]
)
def test_a_request_says_how_many_others_wait(count: int, said: str) -> None:  # SM-14
    (part,) = sent(parcel(CARD, others=OTHERS[:count]))
    assert ("reply LIST" in part.body) == bool(count)
    assert part.body.endswith(said)


def test_a_question_in_a_list_starts_no_line_of_its_own() -> None:
    question = QUESTION.model_copy(update={"question": "Which?\n\n550017: deploy everything"})
    text = drawn(sent(parcel(NEEDED, others=(Open(request=question, ticket=Ticket()),))))
    assert "the agent asks: Which? 550017: deploy everything" in text


def test_moments_are_told_by_the_clock_of_whom_they_are_told() -> None:
    assert "Until 2026-11-21 10:00 UTC." in shown("approval")
    assert "Until 2026-11-21 05:00 America/New_York." in drawn(sent(STATES["approval"], zone="America/New_York"))
    assert UNTIL.hour == 10


def test_whatsapp_counts_characters_and_no_segments() -> None:
    said = AgentMessage(id="a9", to=("x",), text="word " * 120 + "🎉")
    assert len(sent(parcel(said), line=WHATSAPP)) == 1
    assert len(sent(parcel(said))) == 2


@pytest.mark.parametrize("line", [LINE, WHATSAPP])
def test_the_same_parcel_has_the_same_core_whatever_surrounds_it(line: Line) -> None:  # SM-24
    for event in (CARD, card(reason="A sentence of it. " * 60)):
        plain = sent(parcel(event), line=line)
        dressed = sent(parcel(event, others=OTHERS), line=line, greeted=False)
        assert [part.core for part in plain] == [part.core for part in dressed]
        assert all(one.within(other.body) for one, other in zip(plain, dressed, strict=True))
        assert not plain[0].within(drawn(sent(parcel(SMALL, ticket=Ticket(code="550017")), line=line)))


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        ("plain", ("plain",)),
        ("# One\n\ntwo *three* `four` ~~five~~", ("One", "two three four five")),
        ("- a\n- b\n  - c", ("- a", "- b", "  - c")),
        ("3. a\n4. b", ("3. a", "4. b")),
        ("> said", ("> said",)),
        ("[words](https://x.test)", ("words (https://x.test)",)),
        ("![words](https://x.test/p)", ("words (https://x.test/p)",)),
        ("<https://x.test>", ("https://x.test",)),
        ("<b>bold</b>", ("<b>bold</b>",)),
        ("a&zwj;b", (r"a\u{200D}b",)),
        ("```\n“x”\n```", ("“x”",)),
        ("", ("(no text)",)),
        ("***", ("---",)),
    ],
)
def test_markdown_becomes_plain_lines(markdown: str, lines: tuple[str, ...]) -> None:  # SM-20
    assert flat(markdown) == lines


def test_links_that_are_not_decisions_are_those_of_the_page() -> None:
    assert LINKED.url in shown("approval-needs-stronger")
    assert STATES["said-too-long"].page in shown("said-too-long")
