"""Edits and deletions at work: from what somebody does in Slack to what the agent hears, on a real store. SL-11."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_core.events import Event
from gateway.app import House
from sandbox.slack import Message
from tests.contract.bench import Bench
from tests.contract.slack_house import Installable, installable
from tests.doors.scene import until
from tests.servers import Server

HELLO, VERSIONS = "Hello! I can list", "The versions are"


@pytest.fixture
async def at(valkey_server: Server, valkey_bench: Bench, tmp_path: Path) -> AsyncIterator[Installable]:
    """With the app installed, and nobody at work but the door."""
    async with installable(tmp_path, valkey_server.url) as ready:
        async with ready.at_work("web"), ready.browser() as browser:
            await browser.get(await ready.consented(browser))
        yield ready


async def log(ready: House) -> list[Event]:
    """The events of the one thread there is."""
    (only,) = await ready.threads.latest(most=10, before=None)
    return await ready.threads.events(only.id, after=0)


def said(at: Installable, message: Message) -> list[str]:
    """What we have said in a message's conversation."""
    return [one.text for one in at.slack.messages(at.slack.channel(message.channel)) if one.bot_id]


async def test_an_edit_and_a_deletion_before_the_agent_looks_are_what_it_sees(at: Installable) -> None:
    ana = at.slack.person("person0", at.team)
    async with at.at_work("web"):
        asked, gone = ana.say(None, "hello"), ana.say(None, "hello again")
        await at.slack.settled()
        ana.edit(asked, "which versions are there?")
        ana.delete(gone)
        await at.slack.settled()
    async with at.at_work("web", "worker", "sender", "runner"):
        assert await at.answered(asked, VERSIONS)
        await idle(at, asked)
    assert [text for text in said(at, asked) if HELLO in text] == []


async def test_an_edit_or_deletion_after_the_answer_is_in_the_log_and_does_nothing(at: Installable) -> None:
    ana = at.slack.person("person0", at.team)
    async with at.at_work("web", "worker", "sender") as ready:
        asked = ana.say(None, "hello")
        assert await at.answered(asked, HELLO)
        ana.edit(asked, "which versions are there?")
        await at.slack.settled()
        await idle(at, asked)
        ana.delete(asked)
        await at.slack.settled()
        kinds = [event.type for event in await log(ready)]
        assert (kinds.count("message_revised"), kinds.count("model_call")) == (2, 2)
        assert [text for text in said(at, asked) if VERSIONS in text] == []


async def test_an_edit_in_a_conversation_that_is_not_ours_is_nothing_to_us(at: Installable) -> None:
    room = at.slack.town.channel("room", at.team, ("person0", at.slack.app.name))
    ana = at.slack.person("person0", at.team)
    async with at.at_work("web") as ready:
        ana.edit(ana.say(room, "to others"), "to others still")
        await at.slack.settled()
        assert await ready.threads.latest(most=10, before=None) == []


async def idle(at: Installable, asked: Message) -> None:
    """Until a later word in the same conversation has been answered, and with it all that came before."""
    later = at.slack.person("person0", at.team).say(None, "thanks", thread=asked.ts)

    async def look() -> bool:
        thread = at.slack.messages(at.slack.channel(asked.channel), thread=asked.ts)
        return any(one.bot_id and one.ts > later.ts for one in thread)

    await until(look)
