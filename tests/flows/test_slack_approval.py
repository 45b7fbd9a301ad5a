"""An approval on Slack from the question to the effect: approved, denied with a reason, approved with a change."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from agent_core.events import ApprovalRequest, RequestClosed, ToolCall
from tests.contract.slack_bench import TRANSPORTS, Transport, until
from tests.flows.slack_house import SlackHouse, buttons, slack_house


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SlackHouse]:
    async with slack_house(tmp_path_factory.mktemp("a")) as made:
        yield made


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_approved_request_has_one_effect_and_the_thread_shows_it(h: SlackHouse, transport: Transport) -> None:
    """SL-01, SL-19, SL-27."""
    await h.heard_by(transport)
    before, asked = len(h.history()), await h.ask("1.4.2")
    card = await h.card(asked)
    assert buttons(card) == ["Deny", "Change and approve", "Approve", "Ask a question", "Answer instead"]

    assert await h.person("bo").click(card, "Approve", confirm=False) is None, "a high risk is confirmed"
    assert await h.person("bo").click(card, "Approve") is not None

    await h.shown(asked, "1.4.2 now")
    closed = await h.redrawn(card, "was approved by bo")
    assert buttons(closed) == []
    assert "1.4.2" in closed.text
    assert [one["version"] for one in h.history()[before:]] == ["1.4.2"]
    assert len(await h.events(asked, ToolCall)) == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_denial_in_the_modal_gives_its_reason_and_nothing_runs(h: SlackHouse, transport: Transport) -> None:
    await h.heard_by(transport)
    before, asked = len(h.history()), await h.ask("1.4.1")
    card, bo = await h.card(asked), h.person("bo")
    await bo.click(card, "Deny")
    await until(lambda: bo.modal)
    assert (await bo.submit({"reason": "the notes are <!channel> missing"})).outcome == "closed"

    closed = await h.redrawn(card, "was denied by bo")
    assert "They said:\n\n> the notes are &lt;!channel&gt; missing" in closed.text
    assert buttons(closed) == []
    await h.shown(asked, "This was denied. The reason given: ")
    assert len(h.history()) == before
    assert await h.events(asked, ToolCall) == []


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_what_is_changed_is_what_runs_and_what_is_said(h: SlackHouse, transport: Transport) -> None:
    await h.heard_by(transport)
    before, asked = len(h.history()), await h.ask("1.4.2")
    card, bo = await h.card(asked), h.person("bo")
    await bo.click(card, "Change and approve")
    await until(lambda: bo.modal and bo.modal.definition.get("callback_id"))
    assert (await bo.submit({"version": "1.4.0"})).outcome == "closed"

    await h.shown(asked, "1.4.0 now")
    closed = await h.redrawn(card, "was approved by bo, with other arguments")
    assert "1.4.0" in closed.text
    assert "1.4.2" in closed.text, "what was asked for is not forgotten"
    assert buttons(closed) == []
    assert [one["version"] for one in h.history()[before:]] == ["1.4.0"]
    (request,), (called,) = await h.events(asked, ApprovalRequest), await h.events(asked, ToolCall)
    (end,) = await h.events(asked, RequestClosed)
    ran = {"version": "1.4.0", "environment": "production"}
    assert json.loads(called.call.arguments) == ran
    assert end.call == called.call
    assert called.digest != request.digest


async def test_a_change_that_changes_nothing_is_a_plain_approval(h: SlackHouse) -> None:
    asked = await h.ask("1.4.1")
    card, cy = await h.card(asked), h.person("cy")
    await cy.click(card, "Change and approve")
    await until(lambda: cy.modal and cy.modal.definition.get("callback_id"))
    await cy.submit()
    await h.shown(asked, "1.4.1 now")
    closed = await h.redrawn(card, "was approved by cy")
    assert "other arguments" not in closed.text
    (request,), (called,) = await h.events(asked, ApprovalRequest), await h.events(asked, ToolCall)
    assert called.digest == request.digest
