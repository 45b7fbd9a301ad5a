"""People on Discord who do what nobody thought of: answers beside the thread, commands, rooms that are shut."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from agent_core.events import UserMessage
from tests.contract.slack_bench import until
from tests.flows.discord_house import CARD, RELEASES, ROLE, DiscordHouse, discord_house, words


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DiscordHouse]:
    async with discord_house(tmp_path_factory.mktemp("h"), approvers=[ROLE]) as made:
        yield made


async def test_who_answers_a_card_in_its_room_goes_on_talking_in_the_thread_that_begins_there(h: DiscordHouse) -> None:
    h.discord.grant("cy", ROLE)
    asked = h.ask("1.4.1")
    card = (await until(lambda: [m for m in h.discord.messages(RELEASES) if CARD in words(m)]))[-1]
    answer = h.person("cy").say(RELEASES, "which versions are there?", reply_to=card)
    await h.shown(answer, "The versions are")
    h.person("cy").say(await h.thread(answer), "and once more: which versions are there?")

    await until(lambda: len([m for m in h.discord.messages(answer) if "The versions are" in words(m)]) == 2)
    said = [one.text for one in await h.events(asked, UserMessage)]
    assert said[-2:] == ["which versions are there?", "and once more: which versions are there?"]


async def test_what_waits_for_those_who_hold_a_role_waits_for_each_of_them(h: DiscordHouse) -> None:
    h.discord.grant("cy", ROLE)
    asked = h.ask("1.4.1")
    await h.card(asked)
    assert await h.person("cy").slash("status", RELEASES) is None
    await h.whispered("cy", "to approve: deploy")
    assert await h.person("di").slash("status", RELEASES) is None
    await h.whispered("di", "Nothing waits for you.")
