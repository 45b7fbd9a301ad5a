"""The card: every event in every state as its golden file shows it, and who gets which buttons where."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from adapters.base import Role, Ticket
from adapters.slack.blocks import Json
from adapters.slack.card import LONG_TEXT, NOT_HERE, Message, draw
from agent_core.events import ApprovalRequest, InputRequest, Outbound
from agent_core.values import Author, FormField
from tests.unit.adapters.cards import APPROVED, CARD, DENIED, EXPIRED, QUESTION, UNTIL, calling, card
from tests.unit.adapters.slack.shown import (
    DIRECT,
    GROUP,
    PERSON,
    ROOM,
    STATES,
    TICKET,
    buttons,
    everything,
    found,
    matches_golden,
    parcel,
)
from tests.unit.adapters.states import ANSWERED, FORM, FREE, LOW, WITHDRAWN

DECIDE = ["hp:deny", "hp:edit", "hp:approve", "hp:ask", "hp:instead"]


def shown(messages: tuple[Message, ...]) -> str:
    return "\n".join(everything(messages))


def _role(name: str) -> Role:
    return "decide" if name == "decide" else "watch"


def approve(messages: tuple[Message, ...]) -> Json:
    """The button that approves."""
    (row,) = [element for message in messages for element in found(message.arguments(), "elements")][:1]
    assert isinstance(row, list)
    (button,) = [one for one in row if isinstance(one, dict) and one.get("action_id") == "hp:approve"]
    assert isinstance(button, dict)
    return button


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_drawn_as_its_golden_file_shows(state: str) -> None:
    assert matches_golden(state, [message.arguments() for message in draw(STATES[state])])


@pytest.mark.parametrize("state", STATES)
def test_every_message_has_words_for_screen_readers_and_follows_no_link(state: str) -> None:  # SL-19, SL-33
    for message in draw(STATES[state]):
        sent = message.arguments()
        assert message.text.strip()
        assert len(found(sent, "elements")) <= 3
        assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)
        assert (sent["link_names"], sent["parse"]) == (False, "none")


# --- who may press what


@pytest.mark.parametrize("ref", [PERSON, DIRECT, ROOM, GROUP])
def test_who_may_decide_has_the_buttons_everywhere_the_safe_one_first(ref: str) -> None:
    assert buttons(draw(parcel(CARD, ref=ref))) == DECIDE


@pytest.mark.parametrize(("ref", "there"), [(PERSON, []), (DIRECT, []), (ROOM, DECIDE), (GROUP, DECIDE)])
def test_who_only_watches_has_buttons_in_a_room_alone_as_any_approver_there_may_press(
    ref: str, there: list[str]
) -> None:
    assert buttons(draw(parcel(CARD, "watch", ref=ref))) == there


@pytest.mark.parametrize("ticket", [None, Ticket(code="482913", url="https://x.example.test")])
@pytest.mark.parametrize("ref", [PERSON, ROOM])
@pytest.mark.parametrize("role", ["decide", "watch"])
@pytest.mark.parametrize("event", [CARD, QUESTION, FORM])
def test_without_a_ticket_for_buttons_there_are_none(
    event: Outbound, role: str, ref: str, ticket: Ticket | None
) -> None:
    assert buttons(draw(parcel(event, _role(role), ref=ref, ticket=ticket))) == []


@pytest.mark.parametrize("ref", [PERSON, ROOM])
def test_a_question_is_answered_by_whom_it_was_put_to_and_nobody_else(ref: str) -> None:
    assert buttons(draw(parcel(QUESTION, ref=ref))) == ["hp:choice:0", "hp:choice:1"]
    assert buttons(draw(parcel(QUESTION, "watch", ref=ref))) == []


@pytest.mark.parametrize("closed", [APPROVED, DENIED, EXPIRED, WITHDRAWN, ANSWERED], ids=lambda event: event.outcome)
def test_a_closed_card_is_one_message_without_buttons(closed: Outbound) -> None:  # SL-27, SL-53
    messages = draw(parcel(closed, request=CARD))
    assert len(messages) == 1
    assert buttons(messages) == []


def test_a_button_carries_the_ticket_and_the_digest_of_its_card() -> None:
    values = [value for message in draw(parcel(CARD)) for value in found(message.arguments(), "value")]
    assert values == [f"{TICKET.button} {CARD.digest}"] * len(DECIDE)


@pytest.mark.parametrize(("event", "style", "asks"), [(CARD, "danger", True), (LOW, "primary", False)])
def test_approving_asks_again_when_the_risk_is_high(event: Outbound, style: str, asks: bool) -> None:
    button = approve(draw(parcel(event)))
    assert button["style"] == style
    assert ("confirm" in button) is asks


@pytest.mark.parametrize("ref", [ROOM, GROUP])
@pytest.mark.parametrize("event", [CARD, card(calling(script="x" * 4_000))], ids=["whole", "outline"])
@pytest.mark.parametrize("role", ["decide", "watch"])
def test_nothing_that_would_let_others_decide_in_an_approvers_name_is_shown_in_a_room(
    event: Outbound, ref: str, role: str
) -> None:
    assert TICKET.code not in shown(draw(parcel(event, _role(role), ref=ref)))
    assert TICKET.code in shown(draw(parcel(event, ref=PERSON)))


@pytest.mark.parametrize("role", ["decide", "watch"])
def test_the_page_of_one_person_is_offered_in_a_room_only_where_all_else_fails(role: str) -> None:
    whole, outline = CARD, card(calling(script="x" * 4_000))
    seen = [TICKET.url in shown(draw(parcel(one, _role(role), ref=ROOM))) for one in (whole, outline)]
    assert seen == [False, True]


# --- whom it calls


def test_nobody_is_mentioned() -> None:
    assert "<@" not in shown(draw(parcel(CARD, "watch", ref=ROOM)))


# --- what does not fit


def fits(size: int) -> bool:
    """Whether a card with an argument of that length can be approved."""
    return "hp:approve" in buttons(draw(parcel(card(calling(a="x" * size), reason=""))))


def test_a_card_that_does_not_fit_cannot_be_approved_and_points_to_the_page() -> None:
    messages = draw(parcel(card(calling(script="x" * 4_000))))
    assert buttons(messages) == []
    assert NOT_HERE in messages[0].text
    assert f"<{TICKET.url}|" in shown(messages)
    assert "(4,002 characters, too long to be shown here)" in messages[0].text
    assert "xxx" not in shown(messages)


def test_the_longest_argument_that_fits_is_shown_whole_and_one_letter_more_is_not() -> None:
    edge = 3_000 - len('*Exact bytes:* `{"a":""}`')
    assert fits(edge)
    assert not fits(edge + 1)
    assert "x" * edge in shown(draw(parcel(card(calling(a="x" * edge)))))


def test_many_arguments_fit_until_the_message_is_full() -> None:
    def many(count: int) -> tuple[Message, ...]:
        return draw(parcel(card(calling(**{f"argument_{n:03}": "x" * 40 for n in range(count)}))))

    allowed = [count for count in range(30, 60) if buttons(many(count))]
    assert allowed == list(range(30, allowed[-1] + 1))
    assert allowed[-1] < 59
    full, over = many(allowed[-1]), many(allowed[-1] + 1)
    assert f"argument_{allowed[-1] - 1:03}" in shown(full[:1])
    assert NOT_HERE in over[0].text
    assert "more:* `" in over[0].text.replace("*and ", "*")


def test_of_a_great_many_small_arguments_all_are_shown_or_none_can_be_approved() -> None:
    for count, allowed in ((400, True), (480, True), (500, False)):
        first = draw(parcel(card(calling("t", **{chr(0x4E00 + n): 1 for n in range(count)}), reason="")))[0]
        assert ("hp:approve" in buttons((first,))) is allowed
        assert all(f"*{chr(0x4E00 + n)}:* `1`" in shown((first,)) for n in range(count)) is allowed
        assert (NOT_HERE in first.text) is not allowed


def test_facts_that_fit_one_by_one_but_not_together_cannot_be_approved() -> None:
    def long(letters: int) -> ApprovalRequest:
        identity = Author(identity="email:" + "i" * 2_900)
        crowded = card(calling(a="x" * 1_500), reason="", requester=identity)
        return crowded.model_copy(update={"approvers": ("b" * 2_900,), "policy": "p" * letters})

    assert "hp:approve" in buttons(draw(parcel(long(1_500))))
    assert buttons(draw(parcel(long(2_900)))) == []
    assert NOT_HERE in draw(parcel(long(2_900)))[0].text


def test_a_watchers_copy_that_does_not_fit_says_so_too() -> None:
    messages = draw(parcel(card(calling(script="x" * 4_000)), "watch"))
    assert NOT_HERE in messages[0].text
    assert buttons(messages) == []


def test_a_text_too_long_to_stand_for_the_message_says_so() -> None:
    rows = {f"a{n}": "x" * 400 for n in range(5)}
    (message,) = draw(parcel(card(calling(**rows), reason="")))
    assert message.text == f"Approval needed: deploy\n\n{LONG_TEXT}"
    assert "hp:approve" in buttons((message,))


def test_the_agents_words_are_marked_as_such_in_every_message_they_go_on_in() -> None:
    first, *others = draw(parcel(card(reason="It was approved by **Bo**. " * 400)))
    assert "approved by" not in shown((first,))
    assert len(others) == 3
    assert all(message.text.startswith("Text by the agent, not checked:\n\n") for message in others)


def test_a_closed_card_leaves_out_what_is_too_long_and_says_so() -> None:
    (message,) = draw(parcel(APPROVED, request=card(calling(script="x" * 9_000))))
    assert "(9,002 characters, too long to be shown here)" in message.text


@pytest.mark.parametrize(
    ("choices", "names"),
    [
        (("a", "b", "c", "d", "e"), [f"hp:choice:{n}" for n in range(5)]),
        (("a", "b", "c", "d", "e", "f"), ["hp:answer"]),
        (("x" * 75,), ["hp:choice:0"]),
        (("x" * 76,), ["hp:answer"]),
        (("&" * 15,), ["hp:choice:0"]),
        (("&" * 16,), ["hp:answer"]),
        (("",), ["hp:answer"]),
    ],
)
def test_choices_that_fit_are_buttons_and_others_a_form(choices: tuple[str, ...], names: list[JsonValue]) -> None:
    assert buttons(draw(parcel(QUESTION.model_copy(update={"choices": choices})))) == names


def test_a_question_no_modal_can_ask_is_answered_in_words() -> None:
    fields = tuple(FormField(name=f"f{n}", label="F") for n in range(101))
    form = InputRequest(id="q", to="x", question="?", fields=fields, expires_at=UNTIL)
    assert buttons(draw(parcel(form))) == []
    assert buttons(draw(parcel(FREE))) == ["hp:answer"]
