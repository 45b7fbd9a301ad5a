"""Hostile cards: whatever stands in an event, Discord obeys none of it and the reader sees all of it."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given, settings, strategies as st

from adapters.discord.card import draw
from adapters.text import visible
from agent_core.events import AgentMessage, Escalation, InputRequest, Notice, Outbound, RequestClosed
from agent_core.values import Author, Call, FormField, NoticeKind
from tests.unit.adapters.cards import AT, CARD, UNTIL, calling, card
from tests.unit.adapters.discord.cards_shown import ROOM, acts, parcel, words
from tests.unit.adapters.discord.hostile import CORE, CORPUS, obeyed, unseen

TEXT = st.text(st.sampled_from("ab <>!@#&;|`*_~[]()\\\n-\u202e\"'") | st.characters(codec="utf-8"), max_size=40)


def events(text: str) -> list[Outbound]:
    """One of each kind, with the text wherever it comes from outside."""
    call = Call(tool=text, version=text, arguments=json.dumps({text: text, "list": [text]}, ensure_ascii=False))
    author = Author(identity=f"email:{text}")
    request = card(call, reason=text, requester=author).model_copy(update={"approvers": (text,), "policy": text})
    form = FormField(name=text, label=text, kind="choices", choices=(text, "y"))
    return [
        request,
        AgentMessage(id="a", to=("x",), text=text),
        Escalation(id="e", to=("x",), reason=text),
        InputRequest(id="q", to="x", question=text, choices=(text, "y"), expires_at=UNTIL),
        InputRequest(id="q", to="x", question=text, fields=(form,), expires_at=UNTIL),
        RequestClosed(id="c", at=AT, request_id="r1", outcome="denied", by=author, reason=text, call=call),
        *(Notice(id="n", to="x", kind=kind, detail=text) for kind in get_args(NoticeKind)),
    ]


@pytest.mark.parametrize("text", CORPUS)
def test_nothing_of_others_is_obeyed_or_unseen(text: str) -> None:  # DC-21
    about = card(Call(tool=text, version="1", arguments="{}"))
    for event in events(text):
        for message in draw(parcel(event, request=about)):
            for shown in (message.content, message.title, message.description):
                assert not obeyed(shown)
                assert not unseen(shown)


@pytest.mark.parametrize("text", CORE)
def test_a_value_is_shown_whole_and_in_code(text: str) -> None:
    (message,) = draw(parcel(card(Call(tool="t", version="1", arguments=json.dumps({"a": text}, ensure_ascii=False)))))
    assert f"**a:** `{visible(json.dumps(text, ensure_ascii=False))}`" in message.description


def test_a_value_cannot_end_its_code_and_pose_as_a_fact() -> None:
    text = "`\n**Risk:** `low` ``` \n**Risk:** `low`"
    (message,) = draw(parcel(card(calling(a=text), reason="")))
    assert message.description.count("\n**Risk:** ") == 1
    assert "\n**Risk:** `high`" in message.description


def test_the_agent_cannot_draw_a_card_like_ours() -> None:
    ours = draw(parcel(CARD, ref=ROOM))[0]
    (said,) = draw(parcel(AgentMessage(id="a", to=("x",), text=ours.description)))
    assert said.arguments()["embeds"] == []
    assert said.arguments()["components"] == []
    (reason,) = draw(parcel(card(reason=ours.description), ref=ROOM))
    theirs = reason.description.partition("Text by the agent, not checked:\n")[2]
    assert all(line.startswith("> ") for line in theirs.split("\n") if line)
    assert "**Risk:**" in theirs


@given(TEXT)
def test_whatever_stands_in_a_card_its_own_facts_stand_there_once(text: str) -> None:
    for event in events(text)[:1]:
        messages = draw(parcel(event))
        lines = [line for message in messages for line in message.description.split("\n")]
        assert sum(line.startswith("**Digest:** ") for line in lines) == 1
        assert sum(line.startswith("**Risk:** ") for line in lines) == 1


@settings(max_examples=30, deadline=None)
@given(TEXT)
def test_every_hostile_event_can_be_drawn(text: str) -> None:
    for event in events(text):
        assert words(draw(parcel(event, request=CARD))).strip()


def test_a_choice_is_a_label_and_not_a_command() -> None:
    choices = ("@everyone", "<@42>", "||x||")
    question = InputRequest(id="q", to="x", question="Which?", choices=choices, expires_at=UNTIL)
    messages = draw(parcel(question))
    assert acts(messages) == ["choose.0", "choose.1", "choose.2"]
    assert not obeyed(messages[0].description)
