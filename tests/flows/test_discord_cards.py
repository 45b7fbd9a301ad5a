"""Cards on Discord after they were posted: a restart in between, a month later, and those who press and may not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_core.events import ApprovalRequest, ApprovalResponse, ToolCall
from gateway.demo.world import Clock
from sandbox.discord import DiscordSandbox
from sandbox.model import ModelSandbox
from tests.flows.discord_house import (
    RELEASES,
    ROLE,
    DiscordHouse,
    approving,
    buttons,
    discord_house,
    opened,
    settings_of,
    words,
)
from tests.flows.slack_house import script

MONTH = 31 * 24 * 3600


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DiscordHouse]:
    async with discord_house(tmp_path_factory.mktemp("k"), approvers=["bo", ROLE]) as made:
        yield made


async def test_a_press_after_a_restart_counts_once(tmp_path: Path) -> None:  # DC-12
    async with DiscordSandbox(identify_pause=0) as discord, ModelSandbox(script()) as model:
        clock, settings = Clock(), settings_of(tmp_path, discord, model, ["bo"])
        async with opened(discord, model, clock, settings) as first:
            asked = first.ask("1.4.1")
            card, copy = await first.card(asked), await first.card_for("bo", asked)
        failed = await discord.person("bo").click(card, approving(card))
        assert failed, "while nobody is at home, Discord itself says that it went wrong"

        async with opened(discord, model, clock, settings) as second:
            assert second.history() == []
            assert await discord.person("bo").click(card, approving(card)) is None
            await second.shown(asked, "1.4.1 now")
            for shown in (card, copy):
                assert buttons(await second.redrawn(shown, "approved by bo")) == []
            assert [one["version"] for one in second.history()] == ["1.4.1"]
            assert len(await second.events(asked, ToolCall)) == 1


async def test_a_form_that_was_open_over_a_restart_counts(tmp_path: Path) -> None:  # DC-15
    async with DiscordSandbox(identify_pause=0) as discord, ModelSandbox(script()) as model:
        clock, settings = Clock(), settings_of(tmp_path, discord, model, ["bo"])
        async with opened(discord, model, clock, settings) as first:
            asked = first.ask("1.4.1")
            card = await first.card(asked)
            assert await discord.person("bo").click(card, "Deny") is None
            assert discord.person("bo").modal
        async with opened(discord, model, clock, settings) as second:
            assert await discord.person("bo").submit({"Why not?": "not on a Friday"}) is None
            await second.shown(asked, "not on a Friday")
            assert buttons(await second.redrawn(card, "denied by bo")) == []
            assert second.history() == []


async def test_a_card_of_last_month_decides_nothing_and_says_so(h: DiscordHouse) -> None:  # DC-10
    asked = h.ask("1.4.1")
    card, starts = await h.card(asked), len(h.history())
    label = approving(card)
    h.move_on(MONTH)
    await h.redrawn(card, "expired")
    assert await h.person("bo").click(card, label) is None
    await h.whispered("bo", "expired")
    assert len(h.history()) == starts
    assert await h.events(asked, ToolCall) == []


async def test_a_button_whose_ticket_is_kept_no_more_is_answered(h: DiscordHouse) -> None:  # DC-10
    asked = h.ask("1.4.2")
    card, links = await h.card(asked), h.house.opened.links
    # The store lets tickets go after a month by its own clock, which nobody can move on.
    for key in [key async for key in links.redis.scan_iter(match="*:lk:*")]:
        await links.redis.delete(key)
    before = len(h.person("bo").whispers)
    assert await h.person("bo").click(card, approving(card)) is None
    await h.whispered("bo", "Nothing was done")
    assert len(h.person("bo").whispers) == before + 1
    assert await h.events(asked, ToolCall) == []


@pytest.mark.parametrize("name", ["ana", "cy", "stranger"])
async def test_who_may_not_decide_is_told_so_unseen_by_others(h: DiscordHouse, name: str) -> None:  # DC-16
    asked = h.ask("1.4.2")
    card, starts = await h.card(asked), len(h.history())
    assert await h.person(name).click(card, approving(card)) is None
    told = await h.whispered(name, "does not count")
    thread = await h.thread(asked)
    assert told.id not in [m.id for m in h.discord.messages(thread)]
    assert all("does not count" not in words(m) for m in h.discord.messages(thread))
    assert buttons(h.now(card)) == buttons(card)
    assert len(h.history()) == starts


async def test_whoever_holds_the_role_when_they_press_decides(h: DiscordHouse) -> None:  # DC-16
    h.discord.grant("di", ROLE)
    h.discord.revoke("di", ROLE)
    asked = h.ask("1.4.1")
    card, starts = await h.card(asked), len(h.history())
    assert await h.person("di").click(card, approving(card)) is None
    await h.whispered("di", "does not count")
    h.discord.grant("di", ROLE)
    (posted,) = [m for m in h.discord.messages(RELEASES) if "1.4.1" in words(m) and buttons(m)]
    assert await h.person("di").click(posted, approving(posted)) is None
    await h.shown(asked, "1.4.1 now")
    for shown in (card, posted):
        assert buttons(await h.redrawn(shown, "approved by di")) == []
    assert len(h.history()) == starts + 1
    said = await h.events(asked, ApprovalResponse)
    assert [bool(one.author.roles) for one in said] == [False, True]


async def test_who_asked_does_not_approve_as_one_of_the_group(h: DiscordHouse) -> None:  # DC-16
    h.discord.grant("ana", ROLE)
    asked = h.ask("1.4.2")
    card, starts = await h.card(asked), len(h.history())
    assert await h.person("ana").click(card, approving(card)) is None
    await h.whispered("ana", "asked for")
    h.discord.revoke("ana", ROLE)
    assert len(h.history()) == starts


async def test_an_empty_list_of_approvers_is_nobody(tmp_path: Path) -> None:  # DC-16
    async with DiscordSandbox(identify_pause=0) as discord, ModelSandbox(script()) as model:
        clock, settings = Clock(), settings_of(tmp_path, discord, model, ["bo"])
        async with opened(discord, model, clock, settings) as first:
            asked = first.ask()
            card = await first.card(asked)
        settings.policies_file.write_text("rules: [{tool: deploy, approvers: []}]\nescalate_to: [bo]\n")
        async with opened(discord, model, clock, settings) as second:
            for name in ("bo", "cy", "ana"):
                assert await discord.person(name).click(card, approving(card)) is None
                await second.whispered(name, "does not count")
            fresh = second.ask()
            await second.shown(fresh, "the policy names no one else who may approve deploy")
            assert await second.events(fresh, ApprovalRequest) == []
            assert await second.events(asked, ToolCall) == []
            assert second.history() == []
