"""Fifty presses at once on one card, by two listening processes' worth of house: one decision, one effect."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from agent_core.events import ApprovalResponse, Event, RequestClosed, ToolCall
from sandbox.discord import Message
from tests.contract.slack_bench import until
from tests.flows.discord_house import DiscordHouse, approving, discord_house, words

CROWD = [f"reviewer{number}" for number in range(10)]


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DiscordHouse]:
    async with discord_house(tmp_path_factory.mktemp("c"), approvers=["bo", "cy", *CROWD]) as made:
        yield made


async def test_fifty_presses_to_approve_are_one_decision_and_one_effect(h: DiscordHouse) -> None:  # DC-06
    presses = ["bo"] * 20 + ["cy"] * 20 + CROWD
    asked = h.ask("1.4.1")
    card, starts = await h.card(asked), len(h.history())
    label = approving(card)

    failed = await asyncio.gather(*(h.person(name).click(card, label) for name in presses))

    assert [one for one in failed if one] == []
    await h.shown(asked, "1.4.1 now")
    (closed,) = await h.events(asked, RequestClosed)
    winner = str(closed.by and closed.by.person)
    assert [one["version"] for one in h.history()[starts:]] == ["1.4.1"]
    await logged(h, asked, ApprovalResponse, len(presses))  # Discord is answered first.
    assert len(await h.events(asked, ToolCall)) == 1
    vain = Counter(presses) - Counter([winner])

    def told() -> Counter[str]:
        late = f"approved by {winner}"
        return Counter({name: sum(late in words(m) for m in h.person(name).whispers) for name in set(presses)})

    await until(lambda: told() == vain)


async def test_presses_for_and_against_at_once_are_one_decision(h: DiscordHouse) -> None:  # DC-06
    asked = h.ask("1.4.2")
    card, starts = await h.card(asked), len(h.history())
    label, deniers = approving(card), ["cy", *CROWD]
    for name in deniers:
        assert await h.person(name).click(card, "Deny") is None

    heap = [h.person("bo").click(card, label) for _ in range(9)]
    heap += [h.person(name).submit({"Why not?": "not now"}) for name in deniers]
    failed = await asyncio.gather(*heap[::2], *heap[1::2])

    assert [one for one in failed if one] == []
    words_by = {"approved": "1.4.2 now", "denied": "not now"}
    await logged(h, asked, RequestClosed, 1)
    (closed,) = await h.events(asked, RequestClosed)
    await h.shown(asked, words_by[closed.outcome])
    effects = 1 if closed.outcome == "approved" else 0
    assert len(h.history()) - starts == len(await h.events(asked, ToolCall)) == effects


async def logged(h: DiscordHouse, asked: Message, kind: type[Event], count: int) -> None:
    """Until so many events of a kind are in the log."""
    async with asyncio.timeout(30):
        while len(await h.events(asked, kind)) != count:
            await asyncio.sleep(0.05)
