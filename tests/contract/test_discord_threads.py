"""Threads on Discord: begun at the message that is answered, woken when asleep, and done without where not allowed."""

from __future__ import annotations

import pytest

from adapters.errors import Rejected, Unreachable
from agent_core.events import AgentMessage
from sandbox.discord.fault import Fault
from sandbox.discord.world import Channel, Message
from tests.contract.discord_bench import Sending, sending
from tests.unit.adapters.cards import APPROVED, CARD

pytestmark = pytest.mark.anyio
THREADS = "/channels/*/messages/*/threads"


def asked(bench: Sending) -> Message:
    return bench.di.say("#deploys", f"<@{bench.us.user}> deploy 1.4.2")


def thread(bench: Sending, message: Message) -> Channel:
    found = bench.discord.thread(message)
    assert found is not None
    return found


def ours(bench: Sending, message: Message) -> list[Message]:
    """What we said in the thread, without what Discord put at its head."""
    return [one for one in thread(bench, message).messages if one.author == bench.us.user and not one.type]


async def test_the_first_answer_begins_the_thread_and_the_next_goes_on_in_it() -> None:  # DC-08
    async with sending() as bench:
        question = asked(bench)
        first = await bench.send(bench.parcel(ref=bench.room(question)))
        second = await bench.send(bench.parcel(ref=bench.room(question), effect="e2"))
        below = thread(bench, question)
        assert len(ours(bench, question)) == 2
        assert [first.conversation, second.conversation] == ["", ""]
        assert len(bench.posts("/threads")) == 1
        assert below.auto_archive_minutes == 1440


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1.4.2 runs now.\n\nMore below.", "1.4.2 runs now."),
        ("## Done", "Done"),
        ("word " * 30, ("word " * 12).strip()),
        ("x" * 300, "x" * 60),
        ("\n\n", "Message"),
    ],
)
async def test_a_thread_is_called_by_how_the_answer_begins(text: str, name: str) -> None:
    async with sending() as bench:
        question = asked(bench)
        await bench.send(bench.parcel(AgentMessage(id="a", to=("x",), text=text), bench.room(question)))
        assert thread(bench, question).name == name


async def test_a_thread_that_begins_with_a_request_is_called_by_its_tool() -> None:
    async with sending() as bench:
        question = asked(bench)
        await bench.send(bench.card(bench.room(question)))
        assert thread(bench, question).name == "Approval needed: deploy"


async def test_a_thread_that_somebody_began_meanwhile_is_the_thread() -> None:  # DC-09
    async with sending() as bench:
        question = asked(bench)
        first, second = (bench.parcel(ref=bench.room(question), effect=name) for name in ("e1", "e2"))
        await bench.send(first)
        bench.discord.order(Fault("error", path=f"/channels/{question.id}/messages", status=404, code=10003))
        await bench.send(second)
        assert [call.code for call in bench.posts("/threads")] == [0, 160004]
        assert len(ours(bench, question)) == 2


@pytest.mark.parametrize("code", [50013, 50001, 50024, 160005, 30033])
async def test_where_no_thread_may_begin_it_is_an_answer_in_the_channel(code: int) -> None:  # DC-08
    async with sending() as bench:
        question = asked(bench)
        bench.discord.order(Fault("error", path=THREADS, status=403, code=code))
        receipt = await bench.send(bench.parcel(ref=bench.room(question)))
        answer = bench.discord.messages("#deploys")[-1]
        assert answer.reference is not None
        assert answer.reference.message == question.id
        assert (receipt.conversation, receipt.place) == (answer.id, bench.deploys.id)
        assert bench.discord.thread(question) is None


async def test_a_bot_that_may_begin_no_threads_answers_in_the_channel() -> None:  # DC-08
    async with sending() as bench:
        question = asked(bench)
        bench.deploys.denied.add("CREATE_PUBLIC_THREADS")
        await bench.send(bench.parcel(ref=bench.room(question)))
        assert len(bench.discord.messages("#deploys")) == 2


async def test_a_question_that_was_deleted_is_answered_in_the_channel() -> None:
    async with sending() as bench:
        question = asked(bench)
        bench.di.delete(question)
        await bench.send(bench.parcel(ref=bench.room(question)))
        assert len(bench.words(bench.deploys)) == 1


async def test_a_thread_that_is_asleep_is_woken() -> None:  # DC-09
    async with sending() as bench:
        question = asked(bench)
        await bench.send(bench.parcel(ref=bench.room(question)))
        thread(bench, question).archived = True
        bench.discord.order(Fault("error", path=f"/channels/{question.id}/messages", status=400, code=50083))
        await bench.send(bench.parcel(ref=bench.room(question), effect="e2"))
        assert not thread(bench, question).archived
        assert len(ours(bench, question)) == 2


async def test_a_card_in_a_thread_that_is_asleep_is_redrawn() -> None:  # DC-09, DC-17
    async with sending() as bench:
        question = asked(bench)
        shown = (await bench.send(bench.card(bench.room(question)))).provider_id
        thread(bench, question).archived = True
        await bench.send(bench.parcel(APPROVED, bench.room(question), effect="e2", shown=shown, request=CARD))
        (card,) = ours(bench, question)
        assert card.components == []


async def test_a_thread_that_is_locked_for_us_takes_no_answer() -> None:  # DC-09
    async with sending() as bench:
        question = asked(bench)
        await bench.send(bench.parcel(ref=bench.room(question)))
        below = thread(bench, question)
        below.archived = below.locked = True
        bench.deploys.denied.add("MANAGE_THREADS")
        with pytest.raises(Rejected) as refused:
            await bench.send(bench.parcel(ref=bench.room(question), effect="e2"))
        assert not isinstance(refused.value, Unreachable)
        assert len(ours(bench, question)) == 1
