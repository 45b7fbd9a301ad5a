"""The card on Discord: every event in every state as its golden file shows it, and who gets which buttons where."""

from __future__ import annotations

import pytest

from adapters.base import Role, Ticket
from adapters.discord.buttons import carried
from adapters.discord.card import EMPTY, NOT_HERE, SHOWN, draw
from adapters.errors import Rejected
from agent_core.events import AgentMessage, Outbound
from tests.unit.adapters.cards import APPROVED, CARD, DENIED, EXPIRED, NOTICES, QUESTION, calling, card
from tests.unit.adapters.discord.cards_shown import (
    MANY,
    PERSON,
    ROOM,
    STATES,
    THREAD,
    TICKET,
    TOO_MANY,
    acts,
    drawn,
    matches_golden,
    parcel,
    pressed,
    words,
)
from tests.unit.adapters.states import ANSWERED, FORM, FREE, LONG, LOW, WITHDRAWN

DECIDE = ["deny", "edit", "approve", "ask", "instead"]
HELD = next(notice for notice in NOTICES if notice.kind == "held")


def role(name: str) -> Role:
    return "decide" if name == "decide" else "watch"


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_drawn_as_its_golden_file_shows(state: str) -> None:  # DC-19
    assert matches_golden(state, [drawn(message) for message in draw(STATES[state])])


@pytest.mark.parametrize("state", STATES)
def test_every_message_says_something_and_calls_nobody(state: str) -> None:  # DC-21
    for message in draw(STATES[state]):
        sent = message.arguments()
        assert message.content.strip() or message.description.strip()
        assert sent["allowed_mentions"] == {"parse": [], "replied_user": False}
        assert bool(message.content) is not bool(message.description)


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_a_component_of_the_second_version(state: str) -> None:  # DC-19
    for message in draw(STATES[state]):
        flags, embeds = message.arguments()["flags"], message.arguments()["embeds"]
        assert isinstance(flags, int)
        assert isinstance(embeds, list)
        assert not flags & 1 << 15
        assert len(embeds) <= 1


# --- who may press what


@pytest.mark.parametrize("ref", [PERSON, ROOM, THREAD])
def test_who_may_decide_has_the_buttons_everywhere_the_safe_one_first(ref: str) -> None:
    assert acts(draw(parcel(CARD, ref=ref))) == DECIDE


@pytest.mark.parametrize(("ref", "there"), [(PERSON, []), (ROOM, DECIDE), (THREAD, DECIDE)])
def test_who_only_watches_has_buttons_in_a_room_alone_as_any_approver_there_may_press(
    ref: str, there: list[str]
) -> None:
    assert acts(draw(parcel(CARD, "watch", ref=ref))) == there


@pytest.mark.parametrize("ticket", [None, Ticket(code="482913", url="https://x.example.test")])
@pytest.mark.parametrize("ref", [PERSON, ROOM])
@pytest.mark.parametrize("name", ["decide", "watch"])
@pytest.mark.parametrize("event", [CARD, QUESTION, FORM])
def test_without_a_ticket_for_buttons_there_are_none(
    event: Outbound, name: str, ref: str, ticket: Ticket | None
) -> None:
    assert acts(draw(parcel(event, role(name), ref=ref, ticket=ticket))) == []


@pytest.mark.parametrize(("event", "there"), [(QUESTION, ["choose.0", "choose.1"]), (FORM, ["answer"])])
@pytest.mark.parametrize("ref", [PERSON, ROOM])
def test_a_question_is_answered_by_whom_it_was_put_to_and_nobody_else(
    event: Outbound, there: list[str], ref: str
) -> None:
    assert acts(draw(parcel(event, ref=ref))) == there
    assert acts(draw(parcel(event, "watch", ref=ref))) == []


def test_many_choices_are_a_select_and_too_many_are_words() -> None:
    assert acts(draw(parcel(MANY))) == ["choose"]
    assert acts(draw(parcel(TOO_MANY))) == []
    assert "server 30" in words(draw(parcel(TOO_MANY)))


def test_a_question_with_six_fields_is_answered_in_words() -> None:
    sixth = FORM.fields[0].model_copy(update={"name": "more"})
    six = FORM.model_copy(update={"fields": (*FORM.fields, sixth)})
    assert acts(draw(parcel(six))) == []
    assert acts(draw(parcel(FREE))) == ["answer"]


@pytest.mark.parametrize("closed", [APPROVED, DENIED, EXPIRED, WITHDRAWN, ANSWERED], ids=lambda event: event.outcome)
def test_a_closed_card_is_one_message_without_buttons(closed: Outbound) -> None:  # DC-17
    messages = draw(parcel(closed, request=CARD))
    assert len(messages) == 1
    assert messages[0].arguments()["components"] == []


def test_a_button_carries_the_ticket_and_the_digest_of_its_card() -> None:
    found = [carried(one) for one in pressed(draw(parcel(CARD))) if one.startswith("hp:")]
    assert [(one.ticket, one.digest) for one in found if one] == [(TICKET.button, CARD.digest)] * len(DECIDE)


def test_a_button_says_when_the_risk_is_high() -> None:
    assert "Approve (high risk)" in str(draw(parcel(CARD))[0].rows)
    assert "high risk" not in str(draw(parcel(LOW))[0].rows)


def test_a_held_approval_is_taken_back_by_its_button_where_there_is_one() -> None:
    assert acts(draw(parcel(HELD, request=CARD))) == ["undo"]
    assert acts(draw(parcel(HELD, request=CARD, ticket=Ticket(code="482913")))) == []


@pytest.mark.parametrize("event", [CARD, card(calling(script="x" * 4_000))], ids=["whole", "outline"])
@pytest.mark.parametrize("name", ["decide", "watch"])
@pytest.mark.parametrize("ref", [ROOM, THREAD])
def test_nothing_that_would_let_others_decide_in_an_approvers_name_is_shown_in_a_room(
    event: Outbound, name: str, ref: str
) -> None:
    there, alone = draw(parcel(event, role(name), ref=ref)), draw(parcel(event))
    assert TICKET.code not in words(there)
    assert TICKET.url not in pressed(there)
    assert TICKET.code in words(alone)
    assert TICKET.url in pressed(alone)


# --- what does not fit


def fits(size: int) -> bool:
    return acts(draw(parcel(card(calling(script="x" * size), reason="")))) == DECIDE


def test_a_card_either_shows_every_byte_or_has_no_button() -> None:  # DC-18
    sizes = [size for size in range(1_000, 2_500, 25) if fits(size)]
    assert sizes == list(range(1_000, max(sizes) + 1, 25))
    assert 1_500 < max(sizes) < 2_000
    for size in (max(sizes), max(sizes) + 25):
        messages = draw(parcel(card(calling(script="x" * size), reason="")))
        assert (("x" * size) in words(messages)) is (size == max(sizes))
        assert (NOT_HERE in words(messages)) is (size != max(sizes))


def test_four_thousand_characters_are_counted_not_cut() -> None:
    shown = words(draw(parcel(card(calling(script="x" * 4_000)))))
    assert NOT_HERE in shown
    assert "4,002 characters, too long to be shown here" in shown
    assert "…" not in shown
    assert "xxx" not in shown


def test_long_reasons_of_the_agents_go_on_below_each_piece_saying_whose_words_they_are() -> None:
    first, *others = draw(parcel(card(reason=LONG)))
    assert acts([first]) == DECIDE
    assert others
    assert all(message.description.startswith("Text by the agent, not checked:\n> ") for message in others)


@pytest.mark.parametrize("count", [1, 15, 40, 200])
def test_arguments_of_any_number_are_drawn(count: int) -> None:
    many = card(calling(**{f"{number}{'`' * 90}": "`" * 95 for number in range(count)}))
    shown = words(draw(parcel(many)))
    assert CARD.digest[:12] in shown


# --- long answers


def test_the_third_part_is_a_file_with_all_of_it() -> None:  # DC-20
    *begins, last = draw(parcel(AgentMessage(id="a", to=("x",), text=LONG)))
    assert len(begins) == SHOWN
    assert last.file is not None
    assert (last.file.name, last.file.content.decode()) == ("answer.md", LONG)


def test_two_parts_are_two_messages() -> None:
    messages = draw(parcel(AgentMessage(id="a", to=("x",), text="word " * 500)))
    assert [bool(message.file) for message in messages] == [False, False]


def test_an_answer_too_long_for_a_file_is_refused() -> None:  # DC-27
    with pytest.raises(Rejected, match="bytes"):
        draw(parcel(AgentMessage(id="a", to=("x",), text="x" * 1_999 + "\n\n" + ("y" * 9_999 + "\n\n") * 1_000)))


def test_an_empty_answer_says_so() -> None:
    (message,) = draw(parcel(AgentMessage(id="a", to=("x",), text=" \n")))
    assert message.content == EMPTY
