"""Presses on Discord: acknowledged before anything is stored, stored whatever Discord says, refused to one alone."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters.discord import words
from adapters.discord.buttons import Word
from adapters.discord.where import Where, where_of
from adapters.heard import Filled, Pressed
from gateway.store.errors import StoreDown
from sandbox.discord import Fault
from tests.contract.discord_acting_bench import CHANNEL, DIGEST, TICKET, Waits, bench, button, menu
from tests.contract.slack_bench import until
from tests.unit.adapters.cards import QUESTION

pytestmark = pytest.mark.anyio

THINK, DEFER = 5, 6
CALLBACKS = "/interactions/*"


async def test_a_press_is_acknowledged_and_stored() -> None:
    async with bench() as house:
        di, card = house.discord.person("di"), await house.post(button("approve", "Approve"))
        assert await di.click(card, "Approve") is None
        await house.settled()
        (pressed,) = house.desk.taken
        assert isinstance(pressed, Pressed)
        assert (pressed.decision, pressed.ticket, pressed.digest) == ("approve", TICKET, DIGEST)
        assert pressed.author.identity == f"discord:{di.id}"
        assert house.answers() == [(DEFER, 204)]
        assert (di.whispers, di.dms) == ([], [])


async def test_where_a_press_is_answered_says_sealed_how_they_alone_are_told() -> None:
    async with bench() as house:
        card = await house.post(button("approve", "Approve"))
        before = int(house.acting.clock())
        await house.discord.person("di").click(card, "Approve")
        await house.settled()
        (pressed,) = house.desk.taken
        assert isinstance(pressed, Pressed)
        assert pressed.address is not None
        application, token, ends = house.reply(pressed)
        assert application == house.discord.app.id
        assert token == house.interaction.data["token"]
        assert before + 900 <= ends <= house.acting.clock() + 900
        place = Where(guild=house.discord.guild.id, channel=house.discord.channel(CHANNEL).id)
        assert where_of(pressed.address).here == place
        assert token not in pressed.model_dump_json()


async def test_a_slow_store_keeps_nobody_waiting() -> None:
    # DC-10: no waiting for the store before the first answer.
    async with bench() as house:
        house.desk.store.clear()
        card = await house.post(button("approve", "Approve"))
        assert await house.discord.person("di").click(card, "Approve") is None
        assert house.answers() == [(DEFER, 204)]
        assert house.desk.taken == []
        house.desk.store.set()
        await house.settled()
        assert len(house.desk.taken) == 1


async def test_after_sixteen_minutes_they_are_told_directly() -> None:
    # DC-10: 15 minutes for what follows; what is refused later is said by the bot itself.
    async with bench(Waits(foreign=True)) as house:
        house.desk.store.clear()
        di, card = house.discord.person("di"), await house.post(button("approve", "Approve"))
        await di.click(card, "Approve")
        house.discord.clock.forward(16 * 60)
        house.desk.store.set()
        await house.settled()
        assert [message.content for message in di.dms] == [words.NOT_OURS]
        assert house.followed() == []


async def test_that_another_process_was_first_undoes_nothing() -> None:
    # DC-11
    async with bench() as house:
        house.discord.order(Fault("error", path=CALLBACKS, status=400, code=40060))
        card = await house.post(button("approve", "Approve"))
        with capture_logs() as logged:
            pressing = asyncio.create_task(house.discord.person("di").click(card, "Approve"))
            await until(lambda: house.desk.taken)
            house.discord.clock.forward(4)
            await pressing
            await house.settled()
        assert [heard.decision for heard in house.desk.taken if isinstance(heard, Pressed)] == ["approve"]
        assert [one["why"] for one in logged if one["event"] == "interaction not answered"]


@pytest.mark.parametrize("word", ["approve", "deny"])
async def test_what_came_too_late_does_not_count_behind_their_back(word: Word) -> None:
    # DC-11: Discord has told them that it failed, so they may have thought again; pressing again counts.
    async with bench() as house:
        di, card = house.discord.person("di"), await house.post(button(word, "Press"))
        if word == "deny":
            assert await di.click(card, "Press") is None
        house.discord.order(Fault("error", path=CALLBACKS, status=404, code=10062))
        with capture_logs() as logged:
            trying = asyncio.create_task(di.submit({}) if word == "deny" else di.click(card, "Press"))
            await until(lambda: [one for one in logged if one["event"] == "interaction too late"])
            house.discord.clock.forward(4)
            assert await trying
            await house.settled()
        assert house.desk.taken == []
        assert (di.dms, di.whispers) == ([], [])
        assert await (di.submit({}) if word == "deny" else di.click(card, "Press")) is None
        await house.settled()
        assert len(house.desk.stored) == 1


async def test_two_processes_that_hear_one_press_store_it_under_one_id() -> None:
    # DC-06, DC-11
    async with bench() as house:
        card = await house.post(button("approve", "Approve"))
        await house.discord.person("di").click(card, "Approve")
        await house.settled()
        house.discord.replay(house.interaction)
        await house.settled()
        assert house.answers() == [(DEFER, 204), (DEFER, 400)]
        assert len(house.desk.taken) == 2
        assert len(house.desk.stored) == 1


@pytest.mark.parametrize("broken", [StoreDown("the store is away"), ZeroDivisionError("ours")])
async def test_what_breaks_is_said_and_logged(broken: Exception) -> None:
    # DC-14: nobody is left with a press that vanished, and no operator without a line.
    async with bench(Waits(broken=broken)) as house:
        di, card = house.discord.person("di"), await house.post(button("approve", "Approve"))
        with capture_logs() as logged:
            assert await di.click(card, "Approve") is None
            await house.settled()
        assert [one.content for one in di.whispers] == [words.FAILED]
        (line,) = [one for one in logged if one["event"] == "interaction failed"]
        assert (line["log_level"], line["error"], line["kind"]) == ("error", type(broken).__name__, "Pressed")
        assert house.interaction.data["token"] not in str(logged)


async def test_a_stranger_is_told_and_nobody_else() -> None:
    # DC-16
    async with bench(Waits(foreign=True)) as house:
        house.discord.person("ed")
        stranger, card = house.discord.person("stranger"), await house.post(button("approve", "Approve"))
        await stranger.click(card, "Approve")
        await house.settled()
        assert [one.content for one in stranger.whispers] == [words.NOT_OURS]
        assert house.discord.person("ed").whispers == []
        assert [one.id for one in house.discord.messages(CHANNEL)] == [card.id]


@pytest.mark.parametrize("custom_id", ["hp:gone:x:", "somebody:else"])
async def test_a_button_that_means_nothing_any_more_says_so(custom_id: str) -> None:
    async with bench() as house:
        stale = {"type": 2, "style": 1, "label": "Old", "custom_id": custom_id}
        di, card = house.discord.person("di"), await house.post(stale)
        assert await di.click(card, "Old") is None
        await house.settled()
        assert [one.content for one in di.whispers] == [words.UNKNOWN]
        assert house.desk.taken == []


async def test_a_follow_up_that_discord_refuses_goes_directly() -> None:
    async with bench(Waits(foreign=True)) as house:
        house.discord.order(Fault("error", path="/webhooks/*", status=404, code=10015))
        di, card = house.discord.person("di"), await house.post(button("approve", "Approve"))
        await di.click(card, "Approve")
        await house.settled()
        assert [one.content for one in di.dms] == [words.NOT_OURS]


async def test_who_takes_no_direct_messages_either_is_logged() -> None:
    async with bench(Waits(foreign=True)) as house:
        house.discord.order(Fault("error", path="/webhooks/*", status=404, code=10015))
        di, card = house.discord.person("di"), await house.post(button("approve", "Approve"))
        di.refuse_dms()
        with capture_logs() as logged:
            await di.click(card, "Approve")
            await house.settled()
        assert [one for one in logged if one["event"] == "nobody told"]


# --- choices


async def test_a_choice_by_its_button_or_in_a_list_is_the_answer_in_words() -> None:
    async with bench(Waits(open=QUESTION)) as house:
        di = house.discord.person("di")
        buttons = [button("choose", one, number, digest="") for number, one in enumerate(QUESTION.choices)]
        await di.click(await house.post(*buttons), QUESTION.choices[1])
        await di.choose(await house.post(menu(*QUESTION.choices)), QUESTION.choices[0])
        await house.settled()
        said = [heard.values for heard in house.desk.taken if isinstance(heard, Filled)]
        assert said == [(("answer", QUESTION.choices[1]),), (("answer", QUESTION.choices[0]),)]


async def test_a_choice_of_a_question_that_is_closed_is_stored_for_the_thread_to_judge() -> None:
    async with bench() as house:
        card = await house.post(button("choose", "production", 1, digest=""))
        await house.discord.person("di").click(card, "production")
        await house.settled()
        assert [heard.values for heard in house.desk.taken if isinstance(heard, Filled)] == [(("answer", "2"),)]


async def test_a_press_in_direct_messages_is_answered_there() -> None:
    async with bench() as house:
        di, card = house.discord.person("di"), await house.post(button("undo", "Undo"), to="di")
        await di.click(card, "Undo")
        await house.settled()
        (pressed,) = house.desk.taken
        assert isinstance(pressed, Pressed)
        assert pressed.address is not None
        assert (pressed.decision, where_of(pressed.address).here) == ("undo", Where(user=di.id))
