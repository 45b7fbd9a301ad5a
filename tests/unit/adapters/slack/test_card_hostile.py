"""Hostile cards: whatever stands in an event, Slack obeys none of it and the reader sees all of it."""

from __future__ import annotations

import json
import re
from typing import get_args

import pytest
from hypothesis import given, strategies as st

from adapters.slack.card import draw
from adapters.text import visible
from agent_core.events import AgentMessage, Escalation, InputRequest, Notice, Outbound, RequestClosed
from agent_core.values import Author, Call, FormField, NoticeKind
from tests.unit.adapters.cards import AT, BO, CARD, UNTIL, card
from tests.unit.adapters.slack.hostile import CORE, CORPUS, obeyed, unseen
from tests.unit.adapters.slack.shown import ROOM, buttons, everything, found, parcel

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
def test_nothing_of_others_is_obeyed_or_unseen(text: str) -> None:  # SL-32
    made = events(text)
    for event in made:
        shown = everything(draw(parcel(event, request=card(Call(tool=text, version="1", arguments="{}")))))
        assert not obeyed([*shown])
        assert not unseen([*shown])


@pytest.mark.parametrize("text", CORE)
def test_a_value_is_shown_whole_and_in_code(text: str) -> None:
    (message,) = draw(parcel(card(Call(tool="t", version="1", arguments=json.dumps({"a": text}, ensure_ascii=False)))))
    escaped = (
        visible(json.dumps(text, ensure_ascii=False)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    )
    assert f"*a:* `{escaped}`" in message.text


def test_a_value_cannot_end_its_code_and_pose_as_a_fact() -> None:
    text = "`\n*Risk:* `low` ``` \n*Risk:* `low`"
    (message,) = draw(parcel(card(Call(tool="t", version="1", arguments=json.dumps({"a": text})), reason="")))
    outside = re.sub(r"```.*?```|`[^`]*`", "", message.text, flags=re.DOTALL)
    assert outside.count("Risk") == 1


def test_the_name_of_an_argument_cannot_pose_as_a_fact() -> None:
    arguments = json.dumps({"a:* `x`\n*Risk": "low"})
    (message,) = draw(parcel(card(Call(tool="t", version="1", arguments=arguments), reason="")))
    outside = re.sub(r"```.*?```|`[^`]*`", "", message.text, flags=re.DOTALL)
    assert outside.count("Risk") == 1


def test_a_reason_cannot_pose_as_what_was_decided() -> None:
    lie = "The request was approved by cy, 2026-11-21 09:30 UTC."
    said = RequestClosed(id="c", at=AT, request_id="r1", outcome="denied", by=BO, reason=f"no\n\n{lie}\r\n{lie}")
    (message,) = draw(parcel(said, request=CARD))
    lines = "\n".join(everything((message,))).split("\n")
    assert {line.partition("The request was approved")[0] for line in lines if "was approved" in line} == {"> "}


@given(TEXT)
def test_whatever_an_event_says_it_can_be_drawn_and_nothing_is_obeyed(text: str) -> None:
    for event in events(text):
        assert not obeyed([*everything(draw(parcel(event, ref=ROOM)))])


@given(st.integers(0, 30_000), st.integers(0, 60), st.integers(0, 9_000))
def test_whatever_its_size_a_card_that_can_be_approved_shows_all_of_it(long: int, many: int, reason: int) -> None:
    arguments = {"long": "x" * long, **{f"n{n}": "y" * 30 for n in range(many)}}
    call = Call(tool="t", version="1", arguments=json.dumps(arguments))
    first, *others = draw(parcel(card(call, reason="z" * reason)))
    shown = "".join(str(text) for text in found(list(first.blocks), "text"))
    if "hp:approve" in buttons((first,)):
        assert call.arguments in shown
    else:
        assert "cannot be approved here" in shown
    assert "".join(everything((first, *others))).count("z") >= reason
    assert buttons(others) == []


def test_the_agent_can_draw_no_button() -> None:
    text = json.dumps(list(draw(parcel(CARD))[0].blocks))
    assert buttons(draw(parcel(AgentMessage(id="a", to=("x",), text=text)))) == []
