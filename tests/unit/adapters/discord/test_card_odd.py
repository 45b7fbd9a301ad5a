"""Odd answers: of nothing that can be seen, and so long that where no file may be sent they are said in messages."""

from __future__ import annotations

import pytest

from adapters.discord.card import BEGINNING, EMPTY, SHOWN, draw, in_words
from agent_core.events import AgentMessage
from tests.unit.adapters.discord.cards_shown import parcel


def answer(text: str) -> AgentMessage:
    return AgentMessage(id="a", to=("x",), text=text)


@pytest.mark.parametrize("blank", ["", " \n", "\u00a0", "\u2003\u3000", "&nbsp;"])
def test_what_discord_would_not_take_for_a_message_says_that_there_is_no_text(blank: str) -> None:
    assert [message.content for message in draw(parcel(answer(blank)))] == [EMPTY]


def test_an_answer_in_words_goes_on_where_its_beginning_ends() -> None:
    # Letters that count twice come after the beginning, so that all of it would be cut elsewhere.
    said = [f"word{number}" for number in range(1_900)] + ["\U0001f600"] * 10_000
    text = " ".join(said)
    assert len(" ".join(said[:1_900])) < BEGINNING
    begun, whole = draw(parcel(answer(text)))[:SHOWN], in_words(answer(text))
    assert whole[:SHOWN] == begun
    assert set(said) <= set(" ".join(message.content for message in whole).split())
