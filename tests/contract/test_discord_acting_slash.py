"""Commands and words on Discord: where a conversation begins, what waits for somebody, and when we are seen typing."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters.base import Waiting
from adapters.discord import words
from adapters.discord.commands import sync
from adapters.discord.meaning import Room
from adapters.discord.typing import LONGEST, LOOK_EVERY
from adapters.discord.where import Where
from adapters.heard import Ordered, Received, Revised
from gateway.store.errors import StoreDown
from sandbox.discord import Channel, Fault
from tests.contract.discord_acting_bench import CHANNEL, Bench, Waits, bench
from tests.contract.slack_bench import until
from tests.unit.adapters.cards import CARD, QUESTION

pytestmark = pytest.mark.anyio


async def commanded(house: Bench, command: str, where: str | Channel | None = None, **given: str) -> str | None:
    """Di gives a command; what she is shown if it failed."""
    await sync(house.api, house.acting.us.application)
    failed = await house.discord.person("di").slash(command, where, **given)
    await house.settled()
    return failed


async def test_what_was_asked_too_late_is_not_asked_behind_their_back() -> None:
    # DC-11
    async with bench() as house:
        house.discord.order(Fault("error", path="/interactions/*", status=404, code=10062))
        with capture_logs() as logged:
            trying = asyncio.create_task(commanded(house, "ask", what="deploy 1.4.2"))
            await until(lambda: [one for one in logged if one["event"] == "interaction too late"])
            house.discord.clock.forward(4)
            assert await trying
        assert house.desk.taken == []


async def test_what_is_asked_in_a_channel_begins_a_conversation_at_the_message_that_says_so() -> None:
    async with bench() as house:
        assert await commanded(house, "ask", CHANNEL, what="deploy 1.4.2\n@everyone") is None
        (shown,) = house.discord.messages(CHANNEL)
        (said,) = house.desk.taken
        assert isinstance(said, Received)
        place = Where(guild=house.discord.guild.id, channel=house.discord.channel(CHANNEL).id, thread=shown.id)
        assert (said.conversation, said.address) == (shown.id, place.address)
        assert said.message.id == f"discord:{house.interaction.data['id']}"
        assert said.message.text == "deploy 1.4.2\n@everyone"
        di = house.discord.person("di")
        assert shown.content == f"<@{di.id}> asks:\n> deploy 1.4.2\n> \\@everyone"
        assert shown.pinged == frozenset()
        assert house.desk.raw == [b""]  # DC-10: who has its token can answer an interaction.


async def test_what_is_asked_directly_belongs_to_the_direct_messages() -> None:
    async with bench() as house:
        assert await commanded(house, "ask", what="deploy") is None
        di, (said,) = house.discord.person("di"), house.desk.taken
        assert isinstance(said, Received)
        assert said.address == Where(user=di.id).address
        assert said.conversation == di.dms[0].channel


async def test_what_is_asked_in_a_thread_belongs_to_the_thread() -> None:
    async with bench() as house:
        di = house.discord.person("di")
        root = di.say(CHANNEL, "Let us talk")
        thread = house.discord.core.begin_thread(root, "talk", di.id)
        assert await commanded(house, "ask", thread, what="deploy") is None
        (said,) = house.desk.taken
        assert isinstance(said, Received)
        place = Where(guild=house.discord.guild.id, channel=root.channel, thread=thread.id)
        assert (said.conversation, said.address) == (thread.id, place.address)


async def test_what_cannot_be_stored_is_said_where_it_was_asked() -> None:
    async with bench(Waits(broken=StoreDown("away"))) as house:
        assert await commanded(house, "ask", CHANNEL, what="deploy") is None
        assert [one.content for one in house.discord.messages(CHANNEL)] == [words.FAILED]


async def test_what_is_stored_is_not_undone_by_what_is_not_shown() -> None:
    async with bench() as house:
        house.discord.order(Fault("error", path="/webhooks/*", method="PATCH", status=404, code=10008))
        await commanded(house, "ask", CHANNEL, what="deploy")
        assert len(house.desk.taken) == 1
        assert house.discord.person("di").dms == []


async def test_status_lists_what_waits_for_them_alone() -> None:
    waiting = [Waiting(CARD, "t"), Waiting(QUESTION, "t")]
    async with bench(Waits(waits=waiting, doing=["awaiting_human"])) as house:
        assert await commanded(house, "status") is None
        (told,) = house.discord.person("di").whispers
        assert told.content.split("\n") == [
            "2 requests wait for you:",
            "- to approve: deploy",
            f"- to answer: {words.harmless(QUESTION.question)}",
            "This conversation waits for somebody's answer.",
        ]
        assert house.discord.person("di").dms == []


async def test_status_of_nothing_and_of_more_than_can_be_listed() -> None:
    async with bench() as house:
        await commanded(house, "status", CHANNEL)
        house.desk.waits = [Waiting(CARD, "t")] * 12
        await commanded(house, "status", CHANNEL)
        none, many = house.discord.person("di").whispers
        assert none.content == words.NOTHING_WAITS
        assert many.content.split("\n")[-1] == "- and 2 more"
        assert len(many.content.split("\n")) == 12


@pytest.mark.parametrize(("knows", "said"), [(True, words.STOPPED), (False, words.NOT_THEIRS)])
async def test_stop_is_ordered_for_this_conversation(knows: bool, said: str) -> None:
    async with bench(Waits(knows=knows)) as house:
        assert await commanded(house, "stop") is None
        di, (order,) = house.discord.person("di"), house.desk.taken
        assert isinstance(order, Ordered)
        assert (order.verb, order.author.identity) == ("stop", f"discord:{di.id}")
        assert order.conversation == house.discord.core.direct(di.id).id
        assert [one.content for one in di.whispers] == [said]


async def test_stop_in_a_channel_stops_nothing() -> None:
    async with bench() as house:
        await commanded(house, "stop", CHANNEL)
        assert ([one.content for one in house.discord.person("di").whispers], house.desk.taken) == (
            [words.NO_CONVERSATION],
            [],
        )


# --- words, and that the agent is at work on them


def typed(house: Bench) -> list[str]:
    """The channels in which we were seen typing."""
    return [one.path.split("/")[2] for one in house.discord.calls if one.path.endswith("/typing")]


async def direct(house: Bench) -> Room:
    """The direct messages with Di, in which she said something."""
    return Room(id=await house.room("di"), kind="direct")


async def test_typing_is_shown_while_the_agent_is_at_work_and_no_longer() -> None:
    # DC-33
    async with bench(Waits(doing=["working", "running_tool", "awaiting_human", "working"])) as house:
        said = house.discord.person("di").dm("deploy")
        room = await direct(house)
        assert await house.acting.heard(*await house.read(said, room))
        await house.settled()
        assert typed(house) == [room.id] * 2
        assert house.pauses == [LOOK_EVERY] * 2
        assert LOOK_EVERY > 8


async def test_typing_is_shown_by_one_of_all_who_would() -> None:
    # DC-33: at most every 8 seconds, whoever does it.
    async with bench(Waits(doing=["working", "working"], first=False)) as house:
        said = house.discord.person("di").dm("deploy")
        await house.acting.heard(*await house.read(said, room := await direct(house)))
        await house.settled()
        assert typed(house) == []
        assert house.desk.turns == [f"typing/{room.id}"] * 2


async def test_typing_ends_after_ten_minutes() -> None:
    # DC-33
    async with bench(Waits(doing=["working"] * 1_000)) as house:
        house.desk.first = False
        await house.acting.heard(*await house.read(house.discord.person("di").dm("x"), await direct(house)))
        await house.settled()
        assert LONGEST - LOOK_EVERY < sum(house.pauses) <= LONGEST


async def test_what_is_none_of_our_business_is_not_worked_on() -> None:
    async with bench(Waits(doing=["working"], knows=False)) as house:
        said = house.discord.person("di").dm("hello")
        assert not await house.acting.heard(*await house.read(said, await direct(house)))
        await house.settled()
        assert typed(house) == []


async def test_what_begins_a_thread_is_worked_on_in_the_channel_it_was_said_in() -> None:
    async with bench(Waits(doing=["working"])) as house:
        channel = house.discord.channel(CHANNEL)
        said = house.discord.person("di").say(CHANNEL, f"<@{house.discord.app.bot}> deploy")
        room = Room(id=channel.id, kind="channel", guild=house.discord.guild.id)
        await house.acting.heard(*await house.read(said, room))
        await house.settled()
        assert typed(house) == [channel.id]


async def test_what_the_store_does_not_take_is_raised_to_who_heard_it() -> None:
    async with bench(Waits(broken=StoreDown("away"))) as house:
        said = house.discord.person("di").dm("deploy")
        received, raw = await house.read(said, await direct(house))
        with pytest.raises(StoreDown):
            await house.acting.heard(received, raw)
        author = received.message.author
        changed = Revised(id="x", author=author, conversation="1", revises=received.message.id, text="y")
        with pytest.raises(StoreDown):
            await house.acting.heard(changed, raw)
