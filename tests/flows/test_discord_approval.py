"""The main job on Discord: asked by mention or DM, decided by a button, told where it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from agent_core.events import ApprovalResponse, ToolCall
from tests.flows.discord_house import CARD, DiscordHouse, approving, buttons, discord_house, words


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DiscordHouse]:
    async with discord_house(tmp_path_factory.mktemp("d")) as made:
        yield made


async def test_asked_by_mention_approved_in_the_thread_that_began_there(h: DiscordHouse) -> None:  # DC-08
    asked = h.ask("1.4.1")
    card, starts = await h.card(asked), len(h.history())
    assert approving(card) in buttons(card)
    assert await h.person("bo").click(card, approving(card)) is None
    await h.shown(asked, "1.4.1 now")
    assert buttons(await h.redrawn(card, "approved by bo")) == []
    assert [one["version"] for one in h.history()[starts:]] == ["1.4.1"]
    (response,) = await h.events(asked, ApprovalResponse)
    assert response.author.person == "bo"
    assert len(await h.events(asked, ToolCall)) == 1


async def test_asked_by_direct_message_approved_by_direct_message(h: DiscordHouse) -> None:  # DC-08
    starts = len(h.history())
    asked = h.ask_directly("1.4.2", by="di")
    card = await h.card_for("bo", asked)
    assert CARD in words(card)
    assert await h.person("bo").click(card, approving(card)) is None
    await h.told("di", "1.4.2 now")
    assert [one["version"] for one in h.history()[starts:]] == ["1.4.2"]
