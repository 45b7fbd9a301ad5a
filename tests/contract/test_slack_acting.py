"""What is done about each gesture, on the wire: where it is answered, who is told, what is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import structlog

from adapters.base import Waiting
from adapters.heard import Filled, Ordered, Pressed, Received
from agent_core.events import InputRequest
from agent_core.values import Author
from gateway.store.errors import StoreDown
from sandbox.slack import Fault, Hands, Message
from sandbox.slack.world import Channel
from tests.contract.slack_bench import TRANSPORTS, Bench, Noted, Transport, bench, until

VALUE = "ticket " + "d" * 64
QUESTION = InputRequest(
    id="r2",
    to="slack:T0ACME/U0BO",
    question="Where?",
    choices=("here", "there"),
    expires_at=datetime(2030, 1, 1, tzinfo=UTC),
)


@pytest.fixture(params=TRANSPORTS)
async def b(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    transport: Transport = request.param
    async with bench(transport) as made:
        yield made
        assert made.slack.strays == []


def posted(b: Bench, where: str | Channel, action: str = "hp:approve", thread: str = "") -> Message:
    """A message of ours with one button."""
    room = b.slack.channel(where) if isinstance(where, str) else where
    bot = b.slack.core.world.installations[b.slack.team.id]
    message = Message(b.slack.core.ids.ts(), room.id, room.team_id, bot.bot_user, "card", bot_id=bot.bot_id)
    label = {"type": "plain_text", "text": "Press"}
    button = {"type": "button", "action_id": action, "text": label, "value": VALUE}
    message.thread_ts = thread
    message.blocks = [{"type": "actions", "block_id": "hp:answers", "elements": [button]}]
    room.messages.append(message)
    return message


def direct(b: Bench, who: Hands) -> Channel:
    return b.slack.core.direct(b.slack.team.id, who.id)


async def told(b: Bench, method: str) -> list[dict[str, object]]:
    """What was said, once all that was begun is done."""
    await b.adapter.settled()
    return [call.arguments for call in b.slack.called(method) if call.status == 200 and not call.error]


# --- where a press is answered


async def test_a_press_is_answered_where_it_was_made(b: Bench) -> None:  # SL-25
    bo, team = b.slack.person("bo"), b.slack.team.id
    root = b.slack.person("ana").say("#deploys", "hello")
    below, alone = posted(b, "#deploys", thread=root.ts), posted(b, "#deploys")
    private = posted(b, direct(b, bo))
    for message in (below, alone, private):
        await bo.click(message, "Press")
    pressed = [heard for heard in b.desk.taken if isinstance(heard, Pressed)]
    assert [heard.address.ref if heard.address else "" for heard in pressed] == [
        f"{team}/{below.channel}/{root.ts}",
        f"{team}/{alone.channel}/{alone.ts}",
        f"{team}/{private.channel}/{private.ts}",
    ]


async def test_what_is_sent_off_from_a_modal_is_answered_directly(b: Bench) -> None:
    bo = b.slack.person("bo")
    await bo.click(posted(b, "#deploys", "hp:deny"), "Press")
    await until(lambda: bo.modal)
    await bo.submit({"reason": "no"})
    (said,) = b.desk.taken
    assert isinstance(said, Pressed)
    assert said.address is not None
    assert said.address.ref == f"{b.slack.team.id}/{bo.id}"


# --- who is told


async def test_a_foreign_button_is_answered_below_it_to_one_alone(b: Bench) -> None:
    b.desk.foreign, bo = True, b.slack.person("bo")
    root = b.slack.person("ana").say("#deploys", "hello")
    await bo.click(posted(b, "#deploys", thread=root.ts), "Press")
    (said,) = await told(b, "chat.postEphemeral")
    assert (said["user"], said["thread_ts"]) == (bo.id, root.ts)
    assert "not one of ours" in str(said["text"])


async def test_who_cannot_be_spoken_to_aside_is_spoken_to_directly(b: Bench) -> None:
    b.desk.foreign, bo = True, b.slack.person("bo")
    b.slack.order(Fault("error", method="chat.postEphemeral", error="user_not_in_channel"))
    await bo.click(posted(b, "#deploys"), "Press")
    (said,) = await told(b, "chat.postMessage")
    assert said["channel"] == bo.id
    assert "not one of ours" in str(said["text"])


async def test_a_foreign_button_in_a_direct_message_is_answered_there(b: Bench) -> None:
    b.desk.foreign, bo = True, b.slack.person("bo")
    await bo.click(posted(b, direct(b, bo)), "Press")
    (said,) = await told(b, "chat.postMessage")
    assert said["channel"] == bo.id
    assert await told(b, "chat.postEphemeral") == []


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_what_cannot_be_stored_is_not_acknowledged(transport: Transport) -> None:  # SL-02
    """Slack itself shows the person that it went wrong."""
    async with bench(transport, Noted(down=2), deadline=0.5) as b:
        pressed = await b.slack.person("bo").click(posted(b, "#deploys"), "Press")
        typed = await b.slack.person("ana").slash("/holdpoint", "ask deploy", "#deploys")
        assert pressed is not None
        assert (pressed.acknowledged, typed.acknowledged) == (False, False)
        assert b.desk.taken == []


# --- choices


@pytest.mark.parametrize(("action", "text"), [("hp:choice:0", "here"), ("hp:choice:1", "there")])
async def test_a_choice_says_what_it_stands_for(b: Bench, action: str, text: str) -> None:
    b.desk.open = QUESTION
    await b.slack.person("bo").click(posted(b, "#deploys", action), "Press")
    (said,) = b.desk.taken
    assert isinstance(said, Filled)
    assert said.values == (("answer", text),)


@pytest.mark.parametrize("gone", [True, False])
async def test_a_choice_of_nothing_that_is_open_is_left_to_the_thread_to_judge(b: Bench, gone: bool) -> None:
    b.desk.open = None if gone else QUESTION
    await b.slack.person("bo").click(posted(b, "#deploys", "hp:choice:7"), "Press")
    (said,) = b.desk.taken
    assert isinstance(said, Filled)
    assert said.values == (("answer", "8"),), "none of the choices: it cannot count"


# --- the slash command


async def test_a_command_is_stored_as_the_words_of_who_typed_it(b: Bench) -> None:
    ana = b.slack.person("ana")
    assert (await ana.slash("/holdpoint", "ask deploy *it* & <!channel>", "#deploys")).acknowledged
    (said,) = [heard for heard in b.desk.taken if isinstance(heard, Received)]
    (root,) = await told(b, "chat.postMessage")
    assert said.message.text == "deploy *it* & @channel"
    assert said.message.author.identity == f"slack:{b.slack.team.id}/{ana.id}"
    shown = b.slack.messages("#deploys")[-1]
    assert said.conversation == said.address.ref == f"{b.slack.team.id}/{shown.channel}/{shown.ts}"
    assert root["text"] == f"<@{ana.id}> asks:\n>deploy *it* &amp; @channel"
    assert (root["unfurl_links"], root["unfurl_media"]) == (False, False)  # SL-33


@pytest.mark.parametrize("error", ["not_in_channel", "channel_not_found", "is_archived"])
async def test_a_command_where_we_cannot_write_stores_nothing_and_says_so(b: Bench, error: str) -> None:
    b.slack.order(Fault("error", method="chat.postMessage", error=error))
    assert (await b.slack.person("ana").slash("/holdpoint", "ask deploy", "#deploys")).acknowledged
    (said,) = await told(b, "chat.postEphemeral")
    assert "Please invite me" in str(said["text"])
    assert b.desk.taken == []


@dataclass
class Slow(Noted):
    """A desk that takes its time to say what waits, and then may not know."""

    looked_up: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False

    async def waiting(self, author: Author, seal: str) -> Sequence[Waiting]:
        await self.looked_up.wait()
        if self.fails:
            raise StoreDown("the store is away")
        return self.waits


@pytest.mark.parametrize(
    ("many", "fails", "words"),
    [
        (0, False, "Nothing waits for you."),
        (1, False, "1 request waits for you; "),
        (2, False, "2 requests wait for you; "),
        (0, True, "cannot be looked up just now"),
    ],
)
async def test_what_waits_is_told_after_slack_has_its_answer(many: int, fails: bool, words: str) -> None:  # SL-03
    desk = Slow(waits=[Waiting(QUESTION, "ticket")] * many, fails=fails)
    async with bench("http", desk) as b:
        assert (await b.slack.person("ana").slash("/holdpoint", "status", "#deploys")).acknowledged
        desk.looked_up.set()
        (said,) = await told(b, "chat.postEphemeral")
        assert words in str(said["text"])


async def test_what_breaks_after_the_answer_is_named_in_our_log() -> None:
    desk = Slow(fails=True)
    desk.looked_up.set()
    with structlog.testing.capture_logs() as logged:
        async with bench("http", desk) as b:
            b.slack.person("ana").open_home()
            await b.slack.settled()
            await b.adapter.settled()
    assert [line["error"] for line in logged if line["event"] == "work broke"] == ["StoreDown"]


# --- the stop button


@pytest.mark.parametrize("knows", [True, False])
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_the_status_ends_only_if_the_work_does(transport: Transport, knows: bool) -> None:  # SL-15
    async with bench(transport, Noted(knows=knows)) as b:
        room, ana = b.slack.channel("#deploys"), b.slack.person("ana")
        event = {"type": "agent_session_stopped", "channel": room.id, "thread_ts": "1.0", "user": ana.id}
        b.slack.emit(event | {"streaming_message_ts": ["2.0"]})
        await b.slack.settled()
        (order,) = b.desk.taken
        assert isinstance(order, Ordered)
        assert (order.verb, order.conversation) == ("stop", f"{b.slack.team.id}/{room.id}/1.0")
        statuses = [said["status"] for said in await told(b, "agents.sessions.setStatus")]
        aside = [str(said["text"]) for said in await told(b, "chat.postEphemeral")]
        assert statuses == (["active"] if knows else [])
        assert aside == ([] if knows else ["Only those who asked for this can stop it. It goes on."])
