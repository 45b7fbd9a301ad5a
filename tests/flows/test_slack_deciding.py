"""Several who must agree on Slack: each copy says how it stands; a question back, an answer instead, a handover."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent_core.events import ApprovalResponse, RequestRaised, ToolCall, Vote
from gateway.demo.world import Clock
from sandbox.model import ModelSandbox
from sandbox.slack import Hands, Message, SlackSandbox
from tests.contract.slack_bench import until
from tests.flows.slack_house import CARD, SlackHouse, buttons, opened, script, settings_of

ASK, INSTEAD, HAND = "Ask a question", "Answer instead", "Hand over"
RULE: dict[str, Any] = {"tool": "deploy", "approvers": ["bo", "cy", "di"], "need": 2, "delegates": ["eli"]}


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SlackHouse]:
    async with SlackSandbox(retry_delays=(0.1, 0.2)) as slack, ModelSandbox(script()) as model:
        settings = settings_of(tmp_path_factory.mktemp("k"), slack, model, ["bo", "cy", "di", "eli"])
        settings.policies_file.write_text(yaml.safe_dump({"rules": [RULE], "escalate_to": ["bo"]}))
        async with opened(slack, model, Clock(), settings) as made:
            yield made
        assert slack.strays == []


async def form(h: SlackHouse, name: str, card: Message, label: str) -> Hands:
    """Somebody, with the form open that this button opens."""
    person = h.person(name)
    await person.click(card, label)
    await until(lambda: person.modal and person.modal.definition.get("callback_id"))
    return person


async def test_a_decision_after_a_restart_is_drawn_into_every_copy(tmp_path: Path) -> None:  # SL-55
    async with SlackSandbox(retry_delays=(0.1, 0.2)) as slack, ModelSandbox(script()) as model:
        clock, settings = Clock(), settings_of(tmp_path, slack, model, ["bo", "cy", "di", "eli"])
        settings.policies_file.write_text(yaml.safe_dump({"rules": [RULE], "escalate_to": ["bo"]}))
        async with opened(slack, model, clock, settings) as first:
            asked = await first.ask("1.4.1")
            cards = [await first.card(asked), *[await first.card_for(name, asked) for name in ("bo", "cy", "di")]]
            before = [buttons(card) for card in cards]
            assert all(HAND in shown for shown in before)
        async with opened(slack, model, clock, settings) as second:
            await slack.person("bo").click(cards[1], "Approve")
            for card, shown in zip(cards, before, strict=True):
                now = await second.redrawn(card, "bo approved; still needed: 1 of ")
                assert buttons(now) == shown
            await slack.person("bo").click(second.now(cards[0]), "Approve")
            await until(lambda: second.told("bo", "Your decision counts. Still needed: 1 of "))
            assert await second.events(asked, ToolCall) == []
            await slack.person("cy").click(second.now(cards[0]), "Approve")
            await second.shown(asked, "1.4.1 now")
            for card in cards:
                assert buttons(await second.redrawn(card, "was approved by cy")) == []
            assert {vote.by.person for vote in await second.events(asked, Vote)} == {"bo"}
            assert len(await second.events(asked, ToolCall)) == 1


async def test_a_question_goes_to_who_asked_and_comes_back_with_the_card(h: SlackHouse) -> None:  # SL-56, SL-57
    asked = await h.ask("1.4.1")
    card = await h.card(asked)
    cy = await form(h, "cy", card, ASK)
    await cy.submit({"reason": "Which *database*?"})
    question = await h.shown(asked, "cy (a person, not the agent) asks before deciding")
    assert "Which _database_?" in question.text
    await until(lambda: h.told("cy", "Your question was passed on"))
    assert buttons(question) == ["Answer"]
    ana = await form(h, "ana", question, "Answer")
    assert "cy (a person, not the agent) asks" in str(ana.modal.definition if ana.modal else "")
    await ana.submit({"answer": "The one in Paris."})
    again = await until(lambda: [m for m in h.slack.direct("cy") if CARD in m.text and "in Paris" in m.text])
    assert "ana was asked about this, and answers:\n\n> The one in Paris." in again[0].text
    await cy.click(again[0], "Approve")
    await h.redrawn(card, "cy approved; still needed")


async def test_an_answer_instead_ends_it_and_nothing_runs(h: SlackHouse) -> None:
    asked = await h.ask("1.4.2")
    card, copy = await h.card(asked), await h.card_for("bo", asked)
    di = await form(h, "di", card, INSTEAD)
    await di.submit({"reason": "Please wait until Monday."})
    for shown in (card, copy):
        closed = await h.redrawn(shown, "was not run but answered by di")
        assert "Please wait until Monday." in closed.text
        assert buttons(closed) == []
    assert await h.events(asked, ToolCall) == []


async def test_who_is_handed_it_decides_and_who_may_not_is_told_in_private(h: SlackHouse) -> None:
    asked = await h.ask("1.4.0")
    card = await h.card(asked)
    ana = await form(h, "ana", card, HAND)
    await ana.submit({"to": "eli"})
    await until(lambda: h.told("ana", "Your answer does not count"))
    assert all("does not count" not in m.text for m in h.thread(asked)), "nobody else reads it"
    assert await h.events(asked, RequestRaised) == []
    cy = await form(h, "cy", card, HAND)
    await cy.submit({"to": "eli", "reason": "I am on a *train*."})
    await until(lambda: h.told("cy", "Your decision was handed on to eli"))
    his = await h.card_for("eli", asked)
    assert "cy asks you to decide this in their place.\n\nThey said:\n\n> I am on a _train_." in his.text
    await h.person("eli").click(his, "Approve")
    for shown in (card, his):
        assert "Approve" in buttons(await h.redrawn(shown, "eli approved; still needed: 1 of "))
    await h.person("bo").click(h.now(card), "Approve")
    for shown in (card, his):
        assert buttons(await h.redrawn(shown, "was approved by bo")) == []
    await h.shown(asked, "1.4.0 now")


async def test_what_comes_too_late_is_said_to_who_sent_it(h: SlackHouse) -> None:
    asked = await h.ask("1.4.1")
    card = await h.card(asked)
    late = await form(h, "cy", card, ASK)
    bo = await form(h, "bo", card, "Deny")
    await bo.submit({"reason": "no"})
    await h.redrawn(card, "was denied by bo")
    await late.submit({"reason": "Which one?"})
    await until(lambda: h.told("cy", "Your answer came too late: the request was denied"))
    assert [said.decision for said in await h.events(asked, ApprovalResponse)] == ["deny", "ask"]
