"""An approval that is held, where there are buttons: who gave it takes it back by one, and nobody else does."""

from __future__ import annotations

from pathlib import Path

from agent_core.events import ApprovalHeld, RequestClosed, ToolCall
from gateway.demo.world import Clock
from sandbox.discord import DiscordSandbox
from sandbox.model import ModelSandbox
from sandbox.slack import SlackSandbox
from tests.contract.slack_bench import until
from tests.flows import discord_house, slack_house
from tests.flows.slack_house import script

HELD = "rules: [{tool: deploy, approvers: [bo, cy], undo_within: PT60S}]\nescalate_to: [bo]\n"
TAKE_BACK = "Take it back"


async def test_on_discord(tmp_path: Path) -> None:
    async with DiscordSandbox(identify_pause=0) as discord, ModelSandbox(script()) as model:
        settings = discord_house.settings_of(tmp_path, discord, model, ["bo", "cy"])
        settings.policies_file.write_text(HELD)
        async with discord_house.opened(discord, model, Clock(), settings) as h:
            asked = h.ask("1.4.1")
            card = await h.card(asked)
            approve = discord_house.approving(card)
            assert await h.person("bo").click(card, approve) is None
            notice = await h.whispered("bo", "To take it back before that, press the button.")
            assert await h.person("cy").click(card, approve) is None
            assert discord_house.buttons(await h.whispered("cy", "approved by bo")) == []
            assert await h.person("bo").click(notice, TAKE_BACK) is None
            await h.whispered("bo", "took your approval back")
            h.move_on(120)
            assert await h.person("cy").click(card, approve) is None
            await h.whispered("cy", "To take it back before that, press the button.")
            h.move_on(120)
            await h.shown(asked, "1.4.1 now")
            assert [one.by.person for one in await h.events(asked, ApprovalHeld)] == ["bo", "bo", "cy"]
            (closed,) = await h.events(asked, RequestClosed)
            assert closed.by
            assert closed.by.person == "cy"
            assert len(await h.events(asked, ToolCall)) == len(h.history()) == 1


async def test_on_slack(tmp_path: Path) -> None:
    async with SlackSandbox() as slack, ModelSandbox(script()) as model:
        settings = slack_house.settings_of(tmp_path, slack, model, ["bo"])
        settings.policies_file.write_text(HELD)
        clock = Clock()
        async with slack_house.opened(slack, model, clock, settings) as h:
            asked = await h.ask("1.4.1")
            card = await h.card(asked)
            await slack.person("bo").click(card, "Approve")
            (notice,) = await until(lambda: h.told("bo", "press the button"))
            await slack.person("bo").click(notice, TAKE_BACK)
            await until(lambda: h.told("bo", "took your approval back"))
            clock.move_on(hours=1)
            assert [one.until is None for one in await h.events(asked, ApprovalHeld)] == [False, True]
            assert await h.events(asked, ToolCall) == []
            assert h.history() == []
