"""Delivery on Discord: what people see of an event, where, and what becomes of a card."""

from __future__ import annotations

import pytest

from adapters.errors import Rejected, TryLater, Unreachable
from agent_core.events import AgentMessage, Outbound
from sandbox.discord.fault import Fault
from tests.contract.discord_bench import CREATED, Sending, labels, said, sending
from tests.unit.adapters.cards import APPROVED, CARD, NOTICES, QUESTION, SAID, card
from tests.unit.adapters.states import LONG

pytestmark = pytest.mark.anyio
UNDECIDED = next(notice for notice in NOTICES if notice.kind == "not_an_approver")
PAUSED = next(notice for notice in NOTICES if notice.kind == "paused")
DECIDE, NEITHER = ["Deny", "Change and approve", "Approve (high risk)"], ["Ask a question", "Answer instead"]
PINGS = "@everyone @here <@{di}> <@&{guild}> done"


async def reply(bench: Sending, *, minutes: int = 15) -> str:
    """What an interaction of Di's in #deploys can be answered by, sealed."""
    until = int(bench.now()) + minutes * 60
    return bench.sealing.seal(f"{bench.us.application}/a.token/{until}")


# --- where it stands


async def test_a_card_in_direct_messages_has_its_buttons_and_begins_a_conversation() -> None:
    async with sending() as bench:
        receipt = await bench.send(bench.card())
        (message,) = bench.di.dms
        assert labels(message) == [*DECIDE, "Open the page", *NEITHER]
        assert receipt.provider_id == f"{message.channel}/{message.id}"
        assert (receipt.conversation, receipt.place) == (message.id, message.channel)
        assert receipt.at == pytest.approx(int(bench.now() * 1_000_000), abs=2_000_000)


async def test_the_channel_of_direct_messages_is_asked_for_once() -> None:  # DC-25
    async with sending() as bench:
        for effect in ("e1", "e2", "e3"):
            await bench.send(bench.parcel(effect=effect))
        assert len(bench.posts("/users/@me/channels")) == 1
        assert len(bench.di.dms) == 3


async def test_what_is_posted_in_a_room_begins_a_conversation() -> None:
    async with sending() as bench:
        receipt = await bench.send(bench.card(bench.room(), role="watch"))
        (message,) = bench.discord.messages("#deploys")
        assert (receipt.conversation, receipt.place) == (message.id, bench.deploys.id)
        assert labels(message) == [*DECIDE, *NEITHER]


async def test_nobody_is_called_whoever_the_agent_names() -> None:  # DC-21
    async with sending() as bench:
        text = PINGS.format(di=bench.di.id, guild=bench.discord.guild.id)
        said_so = SAID.model_copy(update={"text": text})
        events: tuple[Outbound, ...] = (said_so, QUESTION.model_copy(update={"question": text}), card(reason=text))
        for number, event in enumerate(events):
            await bench.send(bench.parcel(event, bench.room(), effect=f"e{number}"))
        asked = bench.di.say("#deploys", "a question")
        await bench.send(bench.parcel(said_so, bench.room(asked), effect="e9"))
        everything = [*bench.discord.messages("#deploys"), *bench.discord.messages(asked)]
        assert [message.author for message in everything if not message.type].count(bench.us.user) == 4
        assert not any(message.pinged or message.mention_everyone for message in everything)
        assert {str(call.body["allowed_mentions"]) for call in bench.posts()} == {
            "{'parse': [], 'replied_user': False}"
        }


async def test_no_picture_of_a_page_appears_below_what_the_agent_says() -> None:
    async with sending() as bench:
        await bench.send(bench.parcel())
        assert bench.di.dms[0].flags == 1 << 2


# --- long answers


async def test_of_a_long_answer_the_beginning_is_shown_and_all_of_it_is_in_a_file() -> None:  # DC-20, DC-27
    async with sending() as bench:
        await bench.send(bench.parcel(AgentMessage(id="a", to=("x",), text=LONG)))
        first, second, third = bench.di.dms
        assert first.content
        assert second.content
        assert "The file has all of it" in third.content
        (file,) = third.attachments
        assert (file.name, file.content.decode()) == ("answer.md", LONG)


async def test_where_no_file_may_be_sent_all_of_it_is_said() -> None:  # DC-27
    async with sending() as bench:
        bench.deploys.denied.add("ATTACH_FILES")
        await bench.send(bench.parcel(AgentMessage(id="a", to=("x",), text=LONG), bench.room()))
        words = bench.words(bench.deploys)
        assert len(words) > 3
        assert "".join(words).count("A paragraph of the agent's") == LONG.count("A paragraph of the agent's")


# --- how a card ends


async def test_a_closed_card_is_redrawn_without_buttons() -> None:  # DC-17
    async with sending() as bench:
        shown = (await bench.send(bench.card())).provider_id
        receipt = await bench.send(bench.parcel(APPROVED, effect="e2", shown=shown, request=CARD))
        (message,) = bench.di.dms
        assert labels(message) == []
        assert "was approved by bo" in said(message)
        assert receipt.provider_id == shown


async def test_an_old_card_that_may_be_changed_no_more_is_answered() -> None:  # DC-17
    async with sending() as bench:
        shown = (await bench.send(bench.card(bench.room()))).provider_id
        too_often = Fault("error", method="PATCH", path=f"{CREATED}/*", code=30046, seconds=0.01)
        bench.discord.order(too_often, count=5)
        await bench.send(bench.parcel(APPROVED, bench.room(), effect="e2", shown=shown, request=CARD))
        card, answer = bench.discord.messages("#deploys")
        assert "was approved by bo" in said(answer)
        assert answer.reference is not None
        assert answer.reference.message == card.id


async def test_a_card_that_is_gone_is_answered_all_the_same() -> None:  # DC-17
    async with sending() as bench:
        shown = (await bench.send(bench.card(bench.room()))).provider_id
        card = bench.discord.messages("#deploys")[0]
        bench.discord.order(Fault("error", method="PATCH", path=f"*/{card.id}", status=404, code=10008))
        await bench.send(bench.parcel(APPROVED, bench.room(), effect="e2", shown=shown, request=CARD))
        assert "was approved by bo" in said(bench.discord.messages("#deploys")[-1])


async def test_in_a_room_nobody_hears_of_the_end_of_a_card_that_is_not_there() -> None:
    async with sending() as bench:
        receipt = await bench.send(bench.parcel(APPROVED, bench.room(), request=CARD))
        assert (receipt.provider_id, bench.discord.messages("#deploys")) == ("", [])


# --- to one person


async def test_what_concerns_one_person_is_said_to_them_alone_in_a_room() -> None:
    async with sending() as bench:
        await bench.send(bench.parcel(UNDECIDED, bench.room(), request=CARD))
        assert bench.discord.messages("#deploys") == []
        assert "does not count" in bench.words()[0]


async def test_what_concerns_all_is_said_to_all() -> None:
    async with sending() as bench:
        await bench.send(bench.parcel(PAUSED, bench.room()))
        assert "paused" in bench.words(bench.deploys)[0]


async def test_after_fifteen_minutes_an_interaction_is_answered_by_a_direct_message() -> None:
    async with sending() as bench:
        ref = f"{bench.room()}?{await reply(bench)}"
        bench.discord.clock.forward(960)
        await bench.send(bench.parcel(UNDECIDED, ref, request=CARD))
        assert not [call for call in bench.discord.calls if call.path.startswith("/webhooks")]
        assert len(bench.di.dms) == 1


async def test_an_interaction_that_discord_forgot_is_answered_by_a_direct_message() -> None:
    async with sending() as bench:
        await bench.send(bench.parcel(UNDECIDED, f"{bench.room()}?{await reply(bench)}", request=CARD))
        assert [call.code for call in bench.discord.calls if call.path.startswith("/webhooks")] == [10015]
        assert len(bench.di.dms) == 1


async def test_who_takes_no_direct_messages_is_told_in_the_room() -> None:
    async with sending() as bench:
        bench.di.refuse_dms()
        await bench.send(bench.parcel(UNDECIDED, bench.room(), request=CARD))
        assert "does not count" in bench.words(bench.deploys)[0]


# --- who cannot be reached


@pytest.mark.parametrize("how", ["refuse_dms", "leave"])
async def test_who_takes_no_direct_messages_cannot_be_reached_there(how: str) -> None:  # DC-25
    async with sending() as bench:
        getattr(bench.di, how)()
        with pytest.raises(Unreachable):
            await bench.send(bench.card())
        assert len([call for call in bench.posts() if call.status == 403]) <= 1


async def test_a_channel_that_we_may_not_see_is_not_asked_again() -> None:  # DC-24
    async with sending() as bench:
        bench.deploys.denied.add("VIEW_CHANNEL")
        with pytest.raises(Unreachable):
            await bench.send(bench.card(bench.room()))
        assert [call.status for call in bench.discord.calls if "/messages" in call.path] == [403]


async def test_a_channel_that_is_gone_cannot_be_reached() -> None:
    async with sending() as bench:
        with pytest.raises(Unreachable):
            await bench.send(bench.card(f"{bench.discord.guild.id}/1234"))


async def test_a_rate_limit_parks_the_parcel_until_it_is_over() -> None:  # DC-24
    async with sending() as bench:
        bench.discord.order(Fault("rate_limit", path=CREATED, seconds=300))
        with pytest.raises(TryLater) as later:
            await bench.send(bench.card())
        assert later.value.retry_after == pytest.approx(300, abs=1)


async def test_no_address_of_ours_is_refused() -> None:
    async with sending() as bench:
        with pytest.raises(Rejected):
            await bench.send(bench.card("somewhere"))
