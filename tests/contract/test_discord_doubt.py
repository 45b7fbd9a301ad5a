"""In doubt on Discord: what may have been sent is looked for, and only what is missing is sent."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.discord.deliver import deliver, nonce
from adapters.errors import OutcomeUnknown
from agent_core.events import AgentMessage
from sandbox.discord.fault import Fault
from sandbox.discord.nonces import GOOD_FOR
from tests.contract.discord_bench import CREATED, Meter, Sending, sending
from tests.unit.adapters.cards import APPROVED, CARD
from tests.unit.adapters.states import LONG

pytestmark = pytest.mark.anyio
FORGOTTEN = GOOD_FOR + 60


async def lost(bench: Sending, parcel: Any) -> None:
    """Send it, and never hear what became of it, as when the process dies: nothing is claimed."""
    bench.discord.order(Fault("lost", path=CREATED), count=3)
    with pytest.raises(OutcomeUnknown):
        await bench.send(parcel)


async def test_every_message_has_a_nonce_of_its_own_that_is_the_same_next_time() -> None:  # DC-22
    async with sending() as bench:
        parcel = bench.parcel(AgentMessage(id="a", to=("x",), text=LONG))
        await bench.send(parcel)
        await deliver(bench.api, bench.us, parcel, Meter(), bench.sealing, bench.now)
        sent = [call.body["nonce"] for call in bench.posts()]
        assert sent[:3] == sent[3:] == [nonce("e1", part) for part in range(3)]
        assert all(call.body["enforce_nonce"] is True for call in bench.posts())
        assert len(bench.di.dms) == 3


async def test_what_was_sent_is_found_after_discord_forgot_its_nonce() -> None:  # DC-22
    async with sending() as bench:
        parcel = bench.card()
        await lost(bench, parcel)
        bench.discord.clock.forward(FORGOTTEN)
        receipt = await bench.send(parcel.model_copy(update={"repeat": True}))
        (message,) = bench.di.dms
        assert receipt.provider_id == f"{message.channel}/{message.id}"
        assert receipt.conversation == message.id


async def test_only_the_parts_that_are_missing_are_sent() -> None:  # DC-22
    async with sending() as bench:
        parcel = bench.parcel(AgentMessage(id="a", to=("x",), text=LONG))
        await bench.send(parcel)
        (dm,) = {message.channel for message in bench.di.dms}
        bench.discord.place(dm).messages.pop()
        bench.discord.clock.forward(FORGOTTEN)
        await bench.send(parcel.model_copy(update={"repeat": True}))
        assert len(bench.di.dms) == 3
        assert bench.di.dms[-1].attachments


async def test_the_same_words_of_another_effect_are_not_taken_for_ours() -> None:  # DC-22
    async with sending() as bench:
        mine = bench.parcel(effect="e2")
        await bench.send(bench.parcel())
        await bench.send(mine.model_copy(update={"repeat": True}))
        assert len(bench.di.dms) == 2
        assert len(bench.meter.owners) == 2


async def test_what_others_say_in_the_same_words_is_not_ours() -> None:
    async with sending() as bench:
        parcel = bench.parcel(ref=bench.room())
        bench.di.say("#deploys", "1.4.2 runs in **production** now.")
        await bench.send(parcel.model_copy(update={"repeat": True}))
        assert len(bench.discord.messages("#deploys")) == 2


async def test_what_was_sent_is_found_behind_much_else() -> None:
    async with sending() as bench:
        parcel = bench.parcel(ref=bench.room())
        for number in range(150):
            bench.di.say("#deploys", f"talk {number}")
        await lost(bench, parcel)
        bench.discord.clock.forward(FORGOTTEN)
        await bench.send(parcel.model_copy(update={"repeat": True}))
        assert len(bench.discord.messages("#deploys")) == 151


async def test_a_file_that_was_sent_is_not_sent_again() -> None:  # DC-22, DC-27
    async with sending() as bench:
        parcel = bench.parcel(AgentMessage(id="a", to=("x",), text=LONG))
        await bench.send(parcel)
        bench.discord.clock.forward(FORGOTTEN)
        await bench.send(parcel.model_copy(update={"repeat": True}))
        assert len(bench.di.dms) == 3


async def test_words_sent_in_place_of_a_file_are_found_again() -> None:
    async with sending() as bench:
        bench.deploys.denied.add("ATTACH_FILES")
        parcel = bench.parcel(AgentMessage(id="a", to=("x",), text=LONG), bench.room())
        await bench.send(parcel)
        before = len(bench.discord.messages("#deploys"))
        bench.discord.clock.forward(FORGOTTEN)
        await bench.send(parcel.model_copy(update={"repeat": True}))
        assert len(bench.discord.messages("#deploys")) == before > 3


async def test_an_answer_in_the_channel_is_found_where_no_thread_may_begin() -> None:
    async with sending() as bench:
        bench.deploys.denied.add("CREATE_PUBLIC_THREADS")
        question = bench.di.say("#deploys", "a question")
        parcel = bench.parcel(ref=bench.room(question))
        first = await bench.send(parcel)
        bench.discord.clock.forward(FORGOTTEN)
        again = await bench.send(parcel.model_copy(update={"repeat": True}))
        assert again == first
        assert len(bench.discord.messages("#deploys")) == 2


async def test_a_card_is_redrawn_as_often_as_need_be() -> None:
    async with sending() as bench:
        shown = (await bench.send(bench.card())).provider_id
        closed = bench.parcel(APPROVED, effect="e2", shown=shown, request=CARD)
        await bench.send(closed)
        await bench.send(closed.model_copy(update={"repeat": True}))
        assert len(bench.di.dms) == 1
