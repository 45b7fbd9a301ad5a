"""Trouble on Discord: it is slow, limits us, fails, takes no direct messages; and a model that shouts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from agent_core.deliveries import Delivery
from gateway.demo.teller import Teller, first
from gateway.demo.world import BO, Clock
from sandbox.discord import DiscordSandbox, Fault
from sandbox.model import ModelSandbox
from tests.contract.slack_bench import until
from tests.flows.discord_house import DiscordHouse, opened, settings_of, words
from tests.flows.slack_house import SURVEY, script

SHOUT = "@everyone @here <@&{role}> <@{user}> [click me](https://evil.example) ||hidden|| look!"


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DiscordHouse]:
    async with DiscordSandbox(identify_pause=0) as discord:
        said = SHOUT.format(role=discord.role("releasers").id, user=discord.person("cy").id)
        rule = {"name": "shout", "when": {"last_event": "<user_message [^>]*>.*shout"}, "then": {"say": said}}
        async with ModelSandbox(script([rule, *SURVEY])) as model:
            settings = settings_of(tmp_path_factory.mktemp("t"), discord, model, ["bo"])
            async with opened(discord, model, Clock(), settings) as made:
                yield made
                assert discord.strays == []


async def test_nobody_is_called_by_what_a_model_says(h: DiscordHouse) -> None:  # DC-21
    asked = h.person("ana").say("#general", f"<@{h.discord.app.bot}> please shout")
    answer = await h.shown(asked, "look!")
    assert answer.pinged == frozenset()
    assert "https://evil.example" in words(answer)
    sent = [call.body for call in h.discord.calls if call.method == "POST" and call.path.endswith("/messages")]
    assert sent
    assert all(body["allowed_mentions"]["parse"] == [] for body in sent)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("error", method="POST", path="/channels/*/messages", status=500),
        Fault("rate_limit", method="POST", path="/channels/*/messages", seconds=0.2, via=True),
        Fault("rate_limit", method="POST", path="/channels/*/messages", seconds=1, via=False),
        Fault("drop", method="POST", path="/channels/*/messages"),
        Fault("lost", method="POST", path="/channels/*/messages"),
    ],
    ids=["500", "429 with Via", "429 without Via", "broken before", "broken after"],
)
async def test_what_is_sent_in_trouble_stands_there_once(h: DiscordHouse, fault: Fault) -> None:  # DC-22
    asked = h.person("ana").say("#general", f"<@{h.discord.app.bot}> which versions are there?")
    await h.shown(asked, "The versions are")
    thread = await h.thread(asked)
    h.discord.order(fault, count=1)
    h.person("ana").say(thread, "once more: which versions are there?")
    await until(lambda: len([m for m in h.discord.messages(thread) if "The versions are" in words(m)]) == 2)
    h.person("ana").say(thread, "and a third time: which versions are there?")
    await until(lambda: len([m for m in h.discord.messages(thread) if "The versions are" in words(m)]) == 3)
    h.discord.lift()
    assert {one.outcome for one in await h.events(asked, Delivery)} == {"sent"}


async def test_who_takes_no_direct_messages_is_asked_another_way(t: Teller) -> None:  # DC-25
    bo = t.world.discord.person("bo")
    bo.refuse_dms()
    await until(lambda: t.world.discord.sessions)
    t.world.discord.person("di").dm("Please deploy 1.4.1 to production.")
    letter = await t.letter(BO, "May this run?", "Bo gets the request by mail")
    assert first(r"APPROVE (\d{6})", letter.text)
    assert bo.dms == []
