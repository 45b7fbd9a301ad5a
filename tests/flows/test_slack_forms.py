"""Questions on Slack: forms with a field of each kind, choices by button, changes; each judged at its field."""

from __future__ import annotations

import copy
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from agent_core.events import InputResponse, RequestClosed, ToolCall, ToolResult
from sandbox.slack import Hands, Message
from sandbox.slack.payload import view_submission
from tests.contract.slack_bench import TRANSPORTS, Transport, until
from tests.flows.slack_house import ROOM, SlackHouse, buttons, slack_house

RIGHT = {"why": "because", "many": "2.5", "day": "2026-02-28", "place": "there", "with": ["milk", "ice"]}


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SlackHouse]:
    async with slack_house(tmp_path_factory.mktemp("f")) as made:
        yield made


async def asked_by_form(h: SlackHouse, wish: str, words: str) -> tuple[Message, Message, Hands]:
    """Ana's wish, the question it leads to, and Ana with its form open."""
    ana = h.person("ana")
    asked = ana.say(ROOM, f"@holdpoint {wish}")
    question = copy.deepcopy(await h.shown(asked, words))
    await ana.click(question, "Answer")
    await until(lambda: ana.modal and ana.modal.definition.get("callback_id"))
    return asked, question, ana


async def sent_by_hand(h: SlackHouse, who: Hands, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the house answers to a form that no client of Slack's would send off so."""
    assert who.modal is not None
    state = {block: {"value": {"type": "plain_text_input", "value": value}} for block, value in values.items()}
    shown = h.slack.core.shown_view(who.modal) | {"state": {"values": state}}
    here = who._here(h.slack.team.id)
    trigger = h.slack.core.tickets.trigger(who.id, h.slack.team.id)
    delivery = await h.slack.send(view_submission(here, who.user, shown, trigger))
    assert delivery.acknowledged
    return delivery.answer or {}


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_form_with_a_field_of_each_kind_is_answered(h: SlackHouse, transport: Transport) -> None:  # SL-30
    await h.heard_by(transport)
    asked, question, ana = await asked_by_form(h, "survey", "How is it to be?")
    assert (await ana.submit({**RIGHT, "more": " "})).outcome == "closed"
    said = await h.shown(asked, "Noted: ")
    for line in ("why: because", "many: 2.5", "day: 2026-02-28", "place: there", "with: milk", "with: ice"):
        assert line in said.text
    assert "more" not in said.text
    assert buttons(await h.redrawn(question, "was answered by ana")) == []
    (answer,) = await h.events(asked, InputResponse)
    assert [name for name, _ in answer.values] == ["why", "many", "day", "place", "with", "with"]


async def test_a_form_that_was_asked_for_by_rest_is_answered_there_in_lines(h: SlackHouse) -> None:
    async with h.scene.caller("ana") as ana:
        thread = await ana.launch("survey")
        there = f"/threads/{thread}/requests/{(await ana.request(thread))['id']}/response"
        await ana.post(there, {"text": "why: because\nmany: a few"})
        await ana.heard(thread, "notice", kind="bad_form", detail="a few is not a number")
        await ana.post(there, {"text": "Why: because\nmany: 2.5\nday: 2026-02-28\nWhere: there\nwith: milk, ice"})
        await ana.heard(thread, "request_closed", outcome="answered")
        answer = (await ana.events(thread, "input_response"))[-1]
        assert [name for name, _ in answer["values"]] == ["why", "many", "day", "place", "with", "with"]


async def test_what_slacks_own_client_stops_never_comes_to_us(h: SlackHouse) -> None:
    asked, _, ana = await asked_by_form(h, "survey", "How is it to be?")
    stopped = await ana.submit({**RIGHT, "many": "many", "why": ""})
    assert stopped.outcome == "incomplete"
    assert set(stopped.errors) == {"many", "why"}
    assert await h.events(asked, InputResponse) == []


WRONG = {
    "a text of blanks": ({"why": " \n "}, {"why": "Please fill this in."}),
    "no number": ({"many": "a few"}, {"many": "a few is not a number"}),
    "no finite number": ({"many": "inf"}, {"many": "inf is not a number"}),
    "no date": ({"day": "2026-02-30"}, {"day": "2026-02-30 is not a date like 2026-01-31"}),
    "no choice": ({"place": "elsewhere"}, {"place": "choose from here, there"}),
    "none of the choices": ({"with": "tea"}, {"with": "choose from milk, sugar, ice"}),
    "two at once": (
        {"many": "x", "place": "y"},
        {"many": "x is not a number", "place": "choose from here, there"},
    ),
}


@pytest.mark.parametrize(("typed", "at"), WRONG.values(), ids=WRONG)
async def test_what_a_field_cannot_take_is_said_at_that_field(
    h: SlackHouse, typed: dict[str, str], at: dict[str, str]
) -> None:
    """SL-30, SL-31: whatever a client lets through."""
    asked, question, ana = await asked_by_form(h, "survey", "How is it to be?")
    right = RIGHT | {"with": "milk"}
    answer = await sent_by_hand(h, ana, right | typed)
    assert answer == {"response_action": "errors", "errors": at}
    assert await h.events(asked, InputResponse) == []
    assert buttons(h.now(question)) == ["Answer"], "it can be mended"
    assert await sent_by_hand(h, ana, right) == {}
    await h.shown(asked, "Noted: ")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_choices_too_many_for_a_menu_are_typed_with_commas(h: SlackHouse, transport: Transport) -> None:
    await h.heard_by(transport)
    asked, _, ana = await asked_by_form(h, "long list", "Which of them?")
    refused = await ana.submit({"those": "Choice 7, Choice 102"})
    assert refused.outcome == "errors"
    assert set(refused.errors) == {"those"}
    assert refused.errors["those"].startswith("choose from Choice 1, Choice 2, ")
    assert (await ana.submit({"those": "choice 7,  Choice 101"})).outcome == "closed"
    await h.shown(asked, "Noted: ")
    (answer,) = await h.events(asked, InputResponse)
    assert answer.values == (("those", "Choice 7"), ("those", "Choice 101"))


async def test_a_question_with_choices_is_answered_by_one_press(h: SlackHouse) -> None:
    starts, asked = len(h.history()), h.person("ana").say(ROOM, "@holdpoint Please deploy 1.4.1")
    question = copy.deepcopy(await h.shown(asked, "To which environment should 1.4.1 go?"))
    assert buttons(question) == ["staging", "production"]
    await h.person("ana").click(question, "staging")
    card = await h.card(asked)
    assert "staging" in card.text
    assert buttons(await h.redrawn(question, "was answered by ana")) == []
    before = len(h.told("ana"))
    await h.person("ana").click(question, "production")
    (told,) = await until(lambda: h.told("ana")[before:])
    assert "the request was answered by ana at" in told.text
    await h.person("bo").click(card, "Approve")
    await h.shown(asked, "staging runs 1.4.1 now")
    assert [one["environment"] for one in h.history()[starts:]] == ["staging"]


async def test_a_question_is_answered_by_whom_it_was_put_to(h: SlackHouse) -> None:  # SL-24
    asked = h.person("ana").say(ROOM, "@holdpoint Please deploy 1.4.0")
    question, before = await h.shown(asked, "To which environment should 1.4.0 go?"), len(h.told("bo"))
    await h.person("bo").click(question, "production")
    (told,) = await until(lambda: h.told("bo")[before:])
    assert "was not put to you" in told.text
    assert told.thread_ts == asked.ts
    assert await h.events(asked, RequestClosed) == []
    assert buttons(h.now(question)) == ["staging", "production"]


async def test_an_answer_to_a_question_that_was_closed_meanwhile_is_told_so(h: SlackHouse) -> None:
    asked, question, ana = await asked_by_form(h, "survey", "How is it to be?")
    async with h.scene.caller("ana") as console:
        await console.post(f"/threads/{h.thread_of(asked)}/stop")
    await h.redrawn(question, "was withdrawn")
    before = len(h.told("ana", "withdrawn"))
    assert (await ana.submit(RIGHT)).outcome == "closed"
    (told,) = await until(lambda: h.told("ana", "withdrawn")[before:])
    assert "the request was withdrawn by ana" in told.text
    await ana.click(question, "Answer")
    await until(lambda: ana.modal and "not open any more" in str(ana.modal.definition["blocks"]))
    assert (await h.events(asked, RequestClosed))[0].outcome == "withdrawn"


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"version": "newest"}, {"version": "String should match pattern"}),
        ({"version": ""}, {"version": "String should match pattern"}),
        ({"environment": "moon"}, {"environment": "Input should be 'staging' or 'production'"}),
        ({"version": "x", "environment": "y"}, {"version": "String should", "environment": "Input should be"}),
    ],
)
async def test_changed_arguments_the_tool_would_not_take_are_refused_at_their_fields(
    h: SlackHouse, typed: dict[str, str], at: dict[str, str]
) -> None:  # SL-30
    starts, asked = len(h.history()), await h.ask("1.4.2")
    card, bo = await h.card(asked), h.person("bo")
    await bo.click(card, "Change and approve")
    await until(lambda: bo.modal and bo.modal.definition.get("callback_id"))
    refused = await bo.submit(typed)
    assert refused.outcome == "errors"
    assert set(refused.errors) == set(at)
    assert all(refused.errors[name].startswith(words) for name, words in at.items())
    assert await h.events(asked, ToolCall) == []
    assert (await bo.submit({"version": "1.4.0", "environment": "production"})).outcome == "closed"
    await h.shown(asked, "production runs 1.4.0 now; before")
    assert [(one["version"], one["environment"]) for one in h.history()[starts:]] == [("1.4.0", "production")]


async def test_a_change_to_where_nobody_has_looked_yet_is_refused_with_what_is_so_there(h: SlackHouse) -> None:
    starts, asked = len(h.history()), await h.ask("1.4.2")
    card, bo = await h.card(asked), h.person("bo")
    await bo.click(card, "Change and approve")
    await until(lambda: bo.modal and bo.modal.definition.get("callback_id"))
    assert (await bo.submit({"environment": "staging"})).outcome == "closed"
    await h.redrawn(card, "was approved by bo")
    await h.shown(asked, "what it was approved on has changed since")
    (refused,) = await h.events(asked, ToolResult)
    assert (refused.outcome, len(h.history()) - starts) == ("refused", 0)
    assert re.search(r"staging runs [0-9.]+ now; 1\.4\.2 would run", refused.content)


async def test_a_change_to_a_request_that_was_decided_meanwhile_approves_nothing(h: SlackHouse) -> None:
    starts, asked = len(h.history()), await h.ask("1.4.2")
    card, bo = await h.card(asked), h.person("bo")
    await bo.click(card, "Change and approve")
    await until(lambda: bo.modal and bo.modal.definition.get("callback_id"))
    async with h.scene.caller("cy") as cy:
        await cy.decide(h.thread_of(asked), await cy.request(h.thread_of(asked)), "deny")
    await h.redrawn(card, "was denied by cy")
    assert (await bo.submit({"version": "1.4.0"})).outcome == "updated"
    assert bo.modal is not None
    assert "not open any more" in str(bo.modal.definition["blocks"])
    assert len(h.history()) == starts
