"""A long answer on Slack: several messages and no stream; whole, in order, each once, whatever gets lost on the way."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence

import pytest
from pydantic import SecretStr

from adapters.base import Parcel, Receipt
from adapters.errors import OutcomeUnknown, TryLater
from adapters.slack.account import SlackApp
from adapters.slack.adapter import SlackAdapter
from adapters.slack.api import Api
from adapters.slack.install import Single
from agent_core.events import AgentMessage
from sandbox.slack import Fault, Message, SlackSandbox
from sandbox.slack.fault import ApiFault
from tests.unit.adapters.slack.shown import parcel
from tests.unit.adapters.slack.states import STATES

LINES = [f"{number}. what there is to say about server number {number}" for number in range(1, 301)]
ANSWER = AgentMessage(id="a1", to=("slack:T1/U2",), text="\n".join(LINES))


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(retry_delays=(), deadline=0.1) as running:
        yield running
        assert running.strays == []


@pytest.fixture
async def adapter(slack: SlackSandbox) -> AsyncIterator[SlackAdapter]:
    async with Api(slack.api_url) as api:
        app = SlackApp((SecretStr(slack.app.signing_secret),), base_url=slack.api_url)
        yield SlackAdapter(app, api, Single(api, SecretStr(slack.bot_token)))


@pytest.fixture
async def asked(slack: SlackSandbox) -> Message:
    return slack.person("ana").say("#deploys", "@holdpoint what is there to say?")


def thread_of(slack: SlackSandbox, asked: Message) -> str:
    """Where an answer to a message goes."""
    return f"{slack.team.id}/{asked.channel}/{asked.ts}"


def told(messages: Sequence[Message]) -> list[str]:
    """The numbered lines that can be read, in order."""
    return [line for one in messages for line in re.findall(r"^\d+\. .*$", one.text, re.MULTILINE)]


async def persist(slack: SlackSandbox, adapter: SlackAdapter, sent: Parcel, faults: Sequence[ApiFault]) -> Receipt:
    """Send, and send again as the sender does, one fault in the way of each try until there are no more."""
    for number, fault in enumerate(faults):
        slack.order(Fault(fault, method="chat.postMessage", seconds=0))
        with pytest.raises((OutcomeUnknown, TryLater)):
            await adapter.send(sent.model_copy(update={"repeat": number > 0}))
    return await adapter.send(sent.model_copy(update={"repeat": bool(faults)}))


async def test_a_long_answer_is_whole_in_messages_that_open_no_link(  # SL-16, SL-22, SL-33
    slack: SlackSandbox, adapter: SlackAdapter, asked: Message
) -> None:
    receipt = await adapter.send(parcel(ANSWER, ref=thread_of(slack, asked)))
    _, *shown = slack.messages("#deploys", thread=asked.ts)
    assert len(shown) > 3
    assert told(shown) == LINES
    assert receipt == Receipt(provider_id=f"{slack.team.id}/{asked.channel}/{shown[0].ts}")
    posts = [call.arguments for call in slack.called("chat.postMessage")]
    assert len(posts) == len(shown)
    assert {(one["unfurl_links"], one["unfurl_media"]) for one in posts} == {(False, False)}


@pytest.mark.parametrize(
    "faults",
    [
        ("lost_reply",),
        ("lost_reply", "lost_reply", "lost_reply"),
        ("lost_reply", "drop_before", "lost_reply", "server_error", "lost_reply", "rate_limited"),
    ],
    ids=["first", "each", "any"],
)
async def test_what_gets_lost_on_the_way_is_told_once(  # SL-17, SL-36
    slack: SlackSandbox, adapter: SlackAdapter, asked: Message, faults: Sequence[ApiFault]
) -> None:
    receipt = await persist(slack, adapter, parcel(ANSWER, ref=thread_of(slack, asked)), faults)
    _, *shown = slack.messages("#deploys", thread=asked.ts)
    assert told(shown) == LINES
    assert receipt.provider_id == f"{slack.team.id}/{asked.channel}/{shown[0].ts}"


async def test_so_it_is_in_a_conversation_that_begins_with_it(slack: SlackSandbox, adapter: SlackAdapter) -> None:
    ana = slack.person("ana")
    begins = parcel(ANSWER, ref=f"{slack.team.id}/{ana.id}")
    receipt = await persist(slack, adapter, begins, ("lost_reply", "lost_reply", "lost_reply"))
    shown = ana.messages(None)
    assert told(shown) == LINES
    assert {one.root for one in shown} == {shown[0].ts}
    place = f"{slack.team.id}/{shown[0].channel}/{shown[0].ts}"
    assert receipt == Receipt(provider_id=place, conversation=place)


async def test_it_is_found_again_at_the_end_of_a_long_thread(
    slack: SlackSandbox, adapter: SlackAdapter, asked: Message
) -> None:
    for number in range(250):
        slack.person("bo").say("#deploys", f"and another thing: {number}", thread=asked.ts)
    await persist(slack, adapter, parcel(ANSWER, ref=thread_of(slack, asked)), ("lost_reply", "lost_reply"))
    assert told(slack.messages("#deploys", thread=asked.ts)) == LINES


async def test_nothing_is_ever_a_stream_so_none_is_open_while_a_thread_is_parked(  # SL-18
    slack: SlackSandbox, adapter: SlackAdapter, asked: Message
) -> None:
    for number, state in enumerate(STATES.values()):
        address = state.address.model_copy(update={"ref": thread_of(slack, asked)})
        ana = f"slack:{slack.team.id}/{slack.person('ana').id}"
        update = {"address": address, "effect_id": f"e{number}", "identity": ana}
        await adapter.send(state.model_copy(update=update))
    assert len(slack.called("chat.postMessage")) >= 10
    assert [call.method for call in slack.calls if "Stream" in call.method] == []
    assert [one for one in slack.messages("#deploys") if one.streaming] == []
