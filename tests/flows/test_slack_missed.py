"""A house that was away: what was said meanwhile is answered when it is back, once, whichever way Slack reaches it."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.slack.adapter import SlackAdapter
from agent_core.events import ToolCall, UserMessage
from config.settings import Settings
from gateway.demo.world import Clock
from sandbox.model import ModelSandbox
from sandbox.slack import SlackSandbox
from tests.contract.slack_bench import TRANSPORTS, Transport, until
from tests.flows.slack_house import ROOM, opened, script, settings_of


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_what_was_said_while_the_house_was_away_is_answered(tmp_path: Path, transport: Transport) -> None:
    """SL-06, SL-35."""
    async with SlackSandbox(retry_delays=(0.01,)) as slack, ModelSandbox(script()) as model:
        clock, settings = Clock(), only(transport, settings_of(tmp_path, slack, model, ("bo",)))
        ana, bo = slack.person("ana"), slack.person("bo")
        async with opened(slack, model, clock, settings, transport=transport) as first:
            asked = ana.say(None, "Please deploy 1.4.2 to production.")
            greeted = ana.say(ROOM, "@holdpoint hello")
            card = await first.card_for("bo", asked)
            await until(lambda: len(first.thread(greeted)) > 1)
            await slack.settled()

        before = len(slack.deliveries)
        bo.say(None, "What is in it?", thread=card.ts)
        ana.say(None, "It is urgent.", thread=asked.ts)
        other = ana.say(ROOM, "@holdpoint Please deploy 1.5.0.")
        await slack.settled()
        assert not [one for one in slack.deliveries[before:] if one.acknowledged], "nobody was there"

        async with opened(slack, model, clock, settings, transport=transport) as again:
            await again.shown(other, "To which environment")
            slacks = again.house.channels.adapters["slack"]
            assert isinstance(slacks, SlackAdapter)
            await until(lambda: not slacks.missed.behind)
            said = [(one.author.person, one.text) for one in await again.events(asked, UserMessage)]
            assert said[0] == ("ana", "Please deploy 1.4.2 to production.")
            assert sorted(said[1:]) == [("ana", "It is urgent."), ("bo", "What is in it?")]

            for lost in slack.deliveries[before:]:
                slack.core.courier.send_again(lost)
            await slack.settled()
            assert len(await again.events(asked, UserMessage)) == 3
            assert len(await again.events(other, UserMessage)) == 1

            await bo.click(again.now(card), "Approve")
            await again.redrawn(card, "was approved by bo")
            await until(again.history)
            await until(lambda: len(slack.direct("ana")) > 3)
            assert [one["version"] for one in again.history()] == ["1.4.2"]
            assert len(await again.events(asked, ToolCall)) == 1


def only(transport: Transport, settings: Settings) -> Settings:
    """The settings of a house that Slack reaches in this way only."""
    assert settings.slack is not None
    other = {"app_token": None} if transport == "http" else {"signing_secrets": ()}
    return settings.model_copy(update={"slack": settings.slack.model_copy(update=other)})
