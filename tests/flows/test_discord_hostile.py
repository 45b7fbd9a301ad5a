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


async def test_what_is_said_where_a_posted_command_began_a_thread_is_not_missed(h: DiscordHouse) -> None:  # DC-04
    await h.discord.deliver_to(f"{h.settings.public_url}/discord/events")
    ana = h.person("ana")
    assert await ana.slash("ask", "#general", what="which versions are there?") is None
    begun = (await until(lambda: [m for m in h.discord.messages("#general") if "asks:" in words(m)]))[-1]
    await h.shown(begun, "The versions are")
    h.discord.unreachable(True)
    h.discord.forget_sessions()
    await h.discord.drop()
    await until(lambda: not h.discord.sessions)
    ana.say(await h.thread(begun), "and once more: which versions are there?")
    h.discord.unreachable(False)

    await until(lambda: len([m for m in h.discord.messages(begun) if "The versions are" in words(m)]) == 2)


async def test_a_role_that_has_no_room_any_more_is_told_to_whoever_asked(h: DiscordHouse) -> None:
    room = h.discord.channel(RELEASES)
    room.denied |= {"VIEW_CHANNEL"}
    asked = h.ask("1.4.1")
    await h.card(asked)
    await h.told("ana", f"could not be delivered to {ROLE}.")
    room.denied -= {"VIEW_CHANNEL"}
