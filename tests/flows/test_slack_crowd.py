"""Fifty clicks at once on one card: one decision, one effect, and everybody else hears whose it was (SL-26)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

import pytest

from agent_core.events import ApprovalResponse, RequestClosed, ToolCall
from sandbox.slack import Hands, Message
from tests.contract.slack_bench import until
from tests.flows.slack_house import SlackHouse, buttons, slack_house

CROWD = [f"reviewer{number}" for number in range(10)]
Press = Coroutine[Any, Any, object]


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SlackHouse]:
    async with slack_house(tmp_path_factory.mktemp("c"), approvers=["bo", "cy", *CROWD]) as made:
        await made.heard_by("http")
        yield made


async def about_to_deny(h: SlackHouse, card: Message, name: str) -> Hands:
    """Somebody with the form filled in, about to send it off."""
    who = h.person(name)
    await who.click(card, "Deny")
    await until(lambda: who.modal)
    return who


def approvals(h: SlackHouse, card: Message, clicks: Sequence[str]) -> list[Press]:
    return [h.person(name).click(card, "Approve") for name in clicks]


async def ended(h: SlackHouse, asked: Message, clicks: Sequence[str], before: Counter[str]) -> RequestClosed:
    """How it ended: once all that was clicked is in the log, and all who clicked in vain were told, each click once."""
    card = await h.shown(asked, "The request was ")
    (closed,) = await h.events(asked, RequestClosed)
    assert closed.by is not None
    assert closed.by.person is not None
    assert buttons(card) == []
    assert len(await h.events(asked, ApprovalResponse)) == len(clicks)
    vain = Counter(clicks) - Counter([closed.by.person])
    await until(lambda: all(len(h.told(name)) - before[name] == vain[name] for name in Counter(clicks)))
    return closed


def told_so_far(h: SlackHouse, clicks: Sequence[str]) -> Counter[str]:
    return Counter({name: len(h.told(name)) for name in clicks})


async def test_fifty_clicks_to_approve_are_one_decision_and_one_effect(h: SlackHouse) -> None:
    clicks = ["bo"] * 20 + ["cy"] * 20 + CROWD
    asked = await h.ask("1.4.1")
    card, before, starts = await h.card(asked), told_so_far(h, clicks), len(h.history())

    delivered = await asyncio.gather(*approvals(h, card, clicks))

    assert all(one is not None and one.acknowledged for one in delivered)  # type: ignore[attr-defined]
    closed = await ended(h, asked, clicks, before)
    await h.shown(asked, "1.4.1 now")
    assert [one["version"] for one in h.history()[starts:]] == ["1.4.1"]
    assert len(await h.events(asked, ToolCall)) == 1
    winner = closed.by.person if closed.by else ""
    for name in dict.fromkeys(clicks):
        for told in h.told(name)[before[name] :]:
            assert f"the request was approved by {winner} at {closed.at:%Y-%m-%d %H:%M} UTC" in told.text


async def test_clicks_for_and_against_at_once_are_one_decision(h: SlackHouse) -> None:
    """Approvals, denials sent off from modals, and clicks of those who may not decide, in one heap."""
    deniers = ["bo", "cy", *CROWD]
    yes, no_say = ["bo"] * 7 + ["cy"] * 7 + CROWD, ["ana"] * 8 + ["dee"] * 6
    clicks = yes + no_say + deniers
    assert len(clicks) == 50
    asked = await h.ask("1.4.2")
    card, before, starts = await h.card(asked), told_so_far(h, clicks), len(h.history())
    sent_off = [(await about_to_deny(h, card, name)).submit({"reason": "not now"}) for name in deniers]

    heap = [*approvals(h, card, [*yes, *no_say]), *sent_off]
    await asyncio.gather(*heap[::2], *heap[1::2])

    closed = await ended(h, asked, clicks, before)
    winner = closed.by.person if closed.by else ""
    assert winner in deniers
    words = {"approved": "1.4.2 now", "denied": "This was denied. The reason given: not now"}
    await h.shown(asked, words[closed.outcome])
    effects = 1 if closed.outcome == "approved" else 0
    assert len(h.history()) - starts == len(await h.events(asked, ToolCall)) == effects
    late = f"the request was {closed.outcome} by {winner} at {closed.at:%Y-%m-%d %H:%M} UTC"
    for name in deniers:
        assert all(late in told.text for told in h.told(name)[before[name] :])
    for name in ("ana", "dee"):
        known = (late, "asked for themselves", "was not put to you")
        assert all(any(words in told.text for words in known) for told in h.told(name)[before[name] :])
