"""The home tab: what waits, whole and with its buttons, or by its title; nothing is left out without a word."""

from __future__ import annotations

from typing import Any, cast

import pytest
from slack_sdk.models.views import View

from adapters.base import Waiting
from adapters.slack.blocks import Json
from adapters.slack.home import home
from agent_core.events import InputRequest
from tests.unit.adapters.cards import CARD, QUESTION, calling, card
from tests.unit.adapters.slack.hostile import CORPUS, obeyed, unseen
from tests.unit.adapters.slack.shown import found, matches_golden
from tests.unit.adapters.states import FORM, LOW

SOME = [Waiting(CARD, "t1"), Waiting(LOW, "t2"), Waiting(QUESTION, "t3"), Waiting(FORM, "t4")]


def texts(view: Json) -> str:
    return "\n".join(text for text in found(view, "text") if isinstance(text, str))


def test_the_tab_is_as_its_golden_files_show() -> None:
    assert matches_golden("home-some", [home(SOME)])
    assert matches_golden("home-nothing", [home([])])


def test_slacks_own_models_take_the_tab() -> None:
    assert View(**cast(dict[str, Any], home(SOME))).to_dict()["type"] == "home"


def test_each_button_carries_the_ticket_of_its_own_request() -> None:
    assert found(home(SOME), "value") == [
        *[f"t1 {CARD.digest}"] * 5,
        *[f"t2 {LOW.digest}"] * 5,
        *["t3"] * 2,
        "t4",
    ]
    ids = found(home(SOME), "block_id")
    assert len(ids) == len(set(map(str, ids))) == 6


def test_a_request_is_approved_from_here_only_if_all_of_it_is_shown() -> None:
    view = home([Waiting(card(calling(script="x" * 4_000)), "t1"), Waiting(card(reason="x" * 40_000), "t2")])
    assert found(view, "action_id") == []
    assert texts(view).count("Too long to be shown here whole") == 2
    assert "xxx" not in texts(view)


def test_the_words_of_the_agent_are_shown_and_marked() -> None:
    assert "Text by the agent, not checked:\n> Ana wants it." in texts(home([Waiting(CARD, "t1")]))


@pytest.mark.parametrize("count", [1, 20, 24, 25, 60])
def test_what_does_not_fit_is_counted(count: int) -> None:
    view = home([Waiting(QUESTION, f"t{n}") for n in range(count)])
    assert isinstance(view["blocks"], list)
    listed = texts(view).count("*A question*")
    assert len(view["blocks"]) <= 100
    assert listed == count or f"{count - listed} more do not fit here." in texts(view)


@pytest.mark.parametrize("text", CORPUS)
def test_nothing_in_a_request_is_obeyed_or_unseen(text: str) -> None:
    asked = InputRequest(id="q", to="x", question=text, choices=(text, "y"), expires_at=CARD.expires_at)
    view = home([Waiting(card(calling(**{text: text}), reason=text), "t1"), Waiting(asked, "t2")])
    assert not obeyed(view)
    assert not unseen(view)
