"""People on Discord who do what nobody thought of: answers beside the thread, commands, rooms that are shut."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from agent_core.events import RequestClosed, UserMessage
from sandbox.discord import Message
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


async def test_where_no_thread_can_begin_answers_to_answers_are_one_conversation(h: DiscordHouse) -> None:
    room, ana = h.discord.channel("#narrow"), h.person("ana")
    room.denied |= {"CREATE_PUBLIC_THREADS"}

    async def answer(number: int) -> Message:
        def there() -> list[Message]:
            return [m for m in h.discord.messages(room) if "The versions are" in words(m)][number:]

        return (await until(there))[0]

    asked = ana.say(room, f"<@{h.discord.app.bot}> which versions are there?")
    for turn in (1, 2):
        ana.say(room, f"which versions are there? ({turn})", reply_to=await answer(turn - 1))
    await answer(2)
    said = [one.text for one in await h.events(asked, UserMessage)]
    assert said[1:] == ["which versions are there? (1)", "which versions are there? (2)"]


async def test_a_message_that_is_gone_before_its_thread_begins_is_answered_in_the_channel(h: DiscordHouse) -> None:
    ana = h.person("ana")
    h.discord.channel("#fleeting")
    asked = ana.say("#fleeting", f"<@{h.discord.app.bot}> which versions are there?")
    ana.delete(asked)
    (answer,) = await until(lambda: [m for m in h.discord.messages("#fleeting") if "The versions are" in words(m)])
    more = ana.say("#fleeting", "and once more: which versions are there?", reply_to=answer)
    await h.shown(more, "The versions are")
    assert len(await h.events(asked, UserMessage)) == 2


async def test_who_may_not_decide_cannot_by_any_form(h: DiscordHouse) -> None:  # DC-16
    asked = h.ask("1.4.1")
    card = await h.card(asked)
    di = h.person("di")
    assert await di.click(card, "Change and approve") is None
    assert await di.submit({"version": "1.4.2"}) is None
    await h.whispered("di", "this request was not put to you")
    assert await di.click(card, "Deny") is None
    assert await di.submit({"Why not?": "because"}) is None
    await until(lambda: len([m for m in di.whispers if "this request was not put to you" in words(m)]) == 2)
    assert (h.history(), await h.events(asked, RequestClosed)) == ([], [])
