"""Cards after they were posted: a restart in between, copies in several places, ends that came another way."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from agent_core.events import ApprovalRequest, ToolCall
from gateway.demo.world import Clock
from gateway.serve import ROLES
from sandbox.model import ModelSandbox
from sandbox.slack import Fault, Message, SlackSandbox
from tests.contract.slack_bench import TRANSPORTS, Transport, until
from tests.flows.slack_house import (
    CARD,
    ROOM,
    SlackHouse,
    buttons,
    opened,
    script,
    settings_of,
    slack_house,
)


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SlackHouse]:
    async with slack_house(tmp_path_factory.mktemp("k")) as made:
        yield made


# --- restarts


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_click_after_a_restart_counts_once(tmp_path: Path, transport: Transport) -> None:  # SL-25
    async with SlackSandbox(retry_delays=(0.1, 0.2)) as slack, ModelSandbox(script()) as model:
        clock, settings = Clock(), settings_of(tmp_path, slack, model, ["bo"])
        async with opened(slack, model, clock, settings) as first:
            asked = await first.ask("1.4.1")
            card, copy = await first.card(asked), await first.card_for("bo", asked)
        lost = await slack.person("bo").click(card, "Approve")
        assert lost is not None
        assert not lost.acknowledged, "while nobody is at home, Slack itself says that it went wrong"

        async with opened(slack, model, clock, settings) as second:
            await second.heard_by(transport)
            assert second.history() == []
            await slack.person("bo").click(card, "Approve")
            await second.shown(asked, "1.4.1 now")
            for shown in (card, copy):
                assert buttons(await second.redrawn(shown, "was approved by bo")) == []
            await slack.person("bo").click(copy, "Approve")
            await until(lambda: second.told("bo", "the request was approved by bo at"))
            assert [one["version"] for one in second.history()] == ["1.4.1"]
            assert len(await second.events(asked, ToolCall)) == 1


async def test_a_policy_that_names_nobody_any_more_lets_nobody_decide(tmp_path: Path) -> None:  # SL-24
    async with SlackSandbox() as slack, ModelSandbox(script()) as model:
        clock, settings = Clock(), settings_of(tmp_path, slack, model, ["bo"])
        async with opened(slack, model, clock, settings) as first:
            asked = await first.ask()
            card = await first.card(asked)
        settings.policies_file.write_text("rules: [{tool: deploy, approvers: []}]\nescalate_to: [bo]\n")
        async with opened(slack, model, clock, settings) as second:
            for name in ("bo", "cy", "ana"):
                await slack.person(name).click(card, "Approve")
                await until(lambda name=name: second.told(name, "Your answer does not count"))  # type: ignore[misc]
            fresh = await second.ask()
            await second.shown(fresh, "the policy names no one else who may approve deploy")
            assert await second.events(fresh, ApprovalRequest) == []
            assert await second.events(asked, ToolCall) == []
            assert second.history() == []


async def test_a_click_on_a_request_that_has_just_expired_does_not_count(tmp_path: Path) -> None:
    """SL-25: the timer may be late, the judgement is not."""
    roles = [role for role in ROLES if role != "timers"]
    async with slack_house(tmp_path, roles=roles) as h:
        asked = await h.ask()
        card = await h.card(asked)
        h.clock.move_on(24.01)
        await h.person("bo").click(card, "Approve")
        await until(lambda: h.told("bo", "the request has expired, and nothing was done"))
        assert buttons(await h.redrawn(card, "expired: nobody answered in time")) == []
        assert await h.events(asked, ToolCall) == []


# --- copies


async def test_every_copy_is_redrawn_even_where_people_have_moved_on(h: SlackHouse) -> None:
    """SL-27: Bo has his copy in his DM, Cy has one, and both talk in the thread before anybody decides."""
    asked = await h.ask("1.4.0")
    cards = [await h.card(asked), await h.card_for("bo", asked), await h.card_for("cy", asked)]
    assert len({card.channel for card in cards}) == 3
    for number, name in enumerate(("bo", "cy"), 1):
        h.person(name).say(ROOM, "Looking at it.", thread=asked.ts)
        await until(lambda number=number: _waiting(h, asked) == number)  # type: ignore[misc]
    await h.person("cy").click(cards[0], "Approve")
    for card in cards:
        closed = await h.redrawn(card, "was approved by cy")
        assert re.search(r"was approved by cy, \d{4}-\d\d-\d\d \d\d:\d\d UTC", closed.text)
        assert buttons(closed) == []
        assert "1.4.0" in closed.text


def _waiting(h: SlackHouse, asked: Message) -> int:
    return len([m for m in h.thread(asked) if "still waits for approval" in m.text])


async def test_an_expired_request_says_so_everywhere(h: SlackHouse) -> None:  # SL-53
    asked = await h.ask("1.4.1")
    cards = [await h.card(asked), await h.card_for("bo", asked), await h.card_for("cy", asked)]
    h.clock.move_on(24.5)
    for card in cards:
        closed = await h.redrawn(card, "The request expired: nobody answered in time, and nothing was done")
        assert buttons(closed) == []
    await h.shown(asked, "Nobody answered in time")


async def test_a_stop_by_rest_withdraws_every_copy(h: SlackHouse) -> None:
    asked = await h.ask("1.4.2")
    cards = [await h.card(asked), await h.card_for("bo", asked)]
    async with h.scene.caller("ana") as ana:
        await ana.post(f"/threads/{h.thread_of(asked)}/stop")
    for card in cards:
        assert buttons(await h.redrawn(card, "was withdrawn by ana")) == []
    await h.shown(asked, "This conversation was stopped by ana")


async def test_a_decision_by_rest_is_shown_on_every_card(h: SlackHouse) -> None:
    asked = await h.ask("1.4.2")
    cards = [await h.card(asked), await h.card_for("bo", asked), await h.card_for("cy", asked)]
    async with h.scene.caller("cy") as cy:
        request = await cy.request(h.thread_of(asked))
        await cy.decide(h.thread_of(asked), request, "deny", "not on a Friday")
    for card in cards:
        closed = await h.redrawn(card, "was denied by cy")
        assert "not on a Friday" in closed.text
        assert buttons(closed) == []


async def test_a_decision_on_the_page_is_shown_on_every_card(h: SlackHouse) -> None:
    asked = await h.ask("1.4.0")
    cards = [await h.card(asked), await h.card_for("bo", asked)]
    words = str(cards[1].blocks)
    link, code = re.search(r"<(http://\S+/d/[^|]+)\|", words), re.search(r"give the code `(\d{6})`", words)
    assert link is not None
    assert code is not None
    assert "/d/" not in str(cards[0].blocks), "the link is one person's, and stands in no room"
    async with httpx.AsyncClient() as browser:
        page = (await browser.get(link[1])).text
        names = ("form_token", "digest", "seen")
        form = {name: value[1] for name in names if (value := re.search(rf'name="{name}" value="([^"]*)"', page))}
        sent = await browser.post(link[1], data={**form, "decision": "approve", "code": code[1]})
        assert sent.status_code == 303
    for card in cards:
        assert buttons(await h.redrawn(card, "was approved by bo")) == []
    await h.shown(asked, "1.4.0 now")


async def test_a_decision_after_the_response_urls_have_run_out_is_still_shown(h: SlackHouse) -> None:  # SL-27
    asked = await h.ask("1.4.1")
    card = await h.card(asked)
    h.slack.clock.forward(40 * 60)
    await h.person("bo").click(card, "Approve")
    assert buttons(await h.redrawn(card, "was approved by bo")) == []


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed", "is_archived"])
async def test_a_card_that_cannot_be_redrawn_holds_nothing_up(h: SlackHouse, error: str) -> None:  # SL-28
    asked = await h.ask("1.4.2")
    card = await h.card(asked)
    await h.card_for("cy", asked)
    h.slack.order(Fault("error", method="chat.update", error=error), count=3)
    await h.person("bo").click(card, "Approve")
    await h.shown(asked, "The request was approved by bo")
    await h.shown(asked, "1.4.2 now")
    h.slack.lift()


# --- who may read it


async def test_what_is_asked_in_private_is_answered_in_private(h: SlackHouse) -> None:  # SL-51
    rooms = [c for c in h.slack.core.world.channels.values() if c.kind != "im"]
    before = {room.id: len(room.messages) for room in rooms}
    asked = await h.ask("1.4.1", where=None)
    card, copy = await h.shown(asked, "This needs the approval of bo, cy"), await h.card_for("bo", asked)
    assert buttons(card) == [], "Ana cannot approve it herself"
    assert CARD not in card.text
    await h.person("bo").click(copy, "Approve")
    await h.shown(asked, "1.4.1 now")
    assert buttons(await h.redrawn(copy, "was approved by bo")) == []
    await h.redrawn(card, "was approved by bo")
    assert {room.id: len(room.messages) for room in rooms} == before
