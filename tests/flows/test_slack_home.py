"""Beside the thread: the Home tab and what is pressed there, the slash command, Slack's own stop button."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from agent_core.events import AgentMessage, Control, RequestClosed, ToolCall, UserMessage
from sandbox.model import Fault as ModelFault
from sandbox.slack import Hands, Message
from tests.contract.slack_bench import TRANSPORTS, Transport, until
from tests.flows.slack_house import ROOM, SlackHouse, buttons, slack_house

WAITS = "Approval needed: deploy"


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SlackHouse]:
    async with slack_house(tmp_path_factory.mktemp("o"), approvers=["bo"]) as made:
        yield made


async def at_home(h: SlackHouse, name: str) -> str:
    """What somebody's Home tab says, opened now."""
    who, calls = h.person(name), len(h.slack.called("views.publish"))
    who.open_home()
    await until(lambda: len(h.slack.called("views.publish")) > calls and h.slack.called("views.publish")[-1].status)
    assert who.home is not None
    return str(who.home.definition["blocks"])


def place_of(who: Hands, version: str, action: str) -> str:
    """Where on the Home tab the button for this version is."""
    assert who.home is not None
    said = ""
    for block in who.home.definition["blocks"]:
        said = "" if block["type"] == "divider" else said + str(block)
        if block["type"] == "actions" and version in said:
            return f"{block['block_id']}/{action}"
    raise AssertionError(f"nothing about {version}")


# --- the Home tab


async def test_the_home_tab_lists_what_waits_for_me_and_for_nobody_else(h: SlackHouse) -> None:
    versions = ("1.4.0", "1.4.1")
    for version in versions:
        await h.card(await h.ask(version))
    bos = await at_home(h, "bo")
    assert bos.count(WAITS) == 2
    assert bos.index(versions[0]) < bos.index(versions[1]), "the oldest first"
    for name in ("ana", "cy", "dee"):
        assert "Nothing waits for you." in await at_home(h, name)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_the_buttons_of_the_home_tab_work(h: SlackHouse, transport: Transport) -> None:
    await h.heard_by(transport)
    cards, bo = [await h.card(yes := await h.ask("1.4.2"))], h.person("bo")
    cards.append(await h.card(await h.ask("6.6.6")))
    await at_home(h, "bo")
    await bo.click_view(place_of(bo, "1.4.2", "hp:approve"), home=True)
    await h.shown(yes, "1.4.2 now")
    await h.redrawn(cards[0], "was approved by bo")
    await bo.click_view(place_of(bo, "6.6.6", "hp:deny"), home=True)
    await until(lambda: bo.modal)
    assert (await bo.submit({"reason": "it is broken"})).outcome == "closed"
    assert "it is broken" in (await h.redrawn(cards[1], "was denied by bo")).text
    again = place_of(bo, "1.4.2", "hp:approve")
    before = len(h.told("bo"))
    await bo.click_view(again, home=True)
    (told,) = await until(lambda: h.told("bo")[before:])
    assert "the request was approved by bo at" in told.text
    left = await at_home(h, "bo")
    assert "6.6.6" not in left
    assert "1.4.2" not in left


async def test_what_is_changed_on_the_home_tab_is_what_runs(h: SlackHouse) -> None:
    starts, asked = len(h.history()), await h.ask("1.4.2")
    await h.card(asked)
    await at_home(h, "bo")
    bo = h.person("bo")
    await bo.click_view(place_of(bo, "1.4.2", "hp:edit"), home=True)
    await until(lambda: bo.modal and bo.modal.definition.get("callback_id"))
    assert (await bo.submit({"version": "1.4.1"})).outcome == "closed"
    await h.shown(asked, "production runs 1.4.1 now; before")
    assert [one["version"] for one in h.history()[starts:]] == ["1.4.1"]


async def test_a_question_waits_on_the_home_tab_of_whom_it_was_put_to(h: SlackHouse) -> None:
    ana = h.person("ana")
    asked = ana.say(ROOM, "@holdpoint Please deploy 1.4.1")
    await h.shown(asked, "To which environment should 1.4.1 go?")
    assert "To which environment" not in await at_home(h, "bo")
    assert "To which environment" in await at_home(h, "ana")
    await ana.click_view(place_of(ana, "To which environment should 1.4.1 go?", "hp:choice:0"), home=True)
    assert "staging" in (await h.card(asked)).text


async def test_another_persons_home_button_decides_nothing(h: SlackHouse) -> None:  # SL-24
    asked = await h.ask("1.4.0")
    await h.card(asked)
    await at_home(h, "bo")
    bo, cy, before = h.person("bo"), h.person("cy"), len(h.told("cy"))
    h.slack.core.homes[cy.id] = h.slack.core.homes[bo.id]
    await cy.click_view(place_of(bo, "1.4.0", "hp:approve"), home=True)
    (told,) = await until(lambda: h.told("cy")[before:])
    assert "was not put to you" in told.text
    assert await h.events(asked, ToolCall) == []


# --- the slash command


async def said_to(h: SlackHouse, name: str, text: str, where: str = ROOM) -> Message:
    """What somebody is told to a command, alone."""
    before = len(h.told(name))
    delivery = await h.person(name).slash("/holdpoint", text, where)
    assert delivery.acknowledged
    (told,) = await until(lambda: h.told(name)[before:])
    return told


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_command_begins_a_conversation_where_it_was_typed(h: SlackHouse, transport: Transport) -> None:
    await h.heard_by(transport)
    before = len(h.slack.messages(ROOM))
    await h.person("ana").slash("/holdpoint", "ask deploy 1.4.1 to staging <!channel>", ROOM)
    (root,) = await until(lambda: [m for m in h.slack.messages(ROOM)[before:] if "asks:" in m.text])
    assert root.text.startswith(f"<@{h.person('ana').id}> asks:")
    assert "<!" not in root.text
    card = await h.card(root)
    (wish,) = await h.events(root, UserMessage)
    assert wish.author.person == "ana"
    await h.person("bo").click(card, "Approve")
    await h.shown(root, "staging runs 1.4.1 now")


async def test_a_command_in_a_channel_without_us_is_answered_directly(h: SlackHouse) -> None:
    told = await said_to(h, "ana", "ask deploy 1.4.1 to staging", "#random")
    assert "Please invite me to this channel first" in told.text
    assert not told.ephemeral_for
    assert [m for m in h.slack.messages("#random") if m.bot_id] == []


async def test_a_command_tells_how_much_waits(h: SlackHouse) -> None:
    assert "Nothing waits for you." in (await said_to(h, "cy", "status")).text
    await h.card(await h.ask("1.4.2"))
    told = await said_to(h, "bo", "status")
    assert re.match(r"[1-9]\d* requests? waits? for you", told.text)
    assert told.ephemeral_for == h.person("bo").id


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stop", "stop button"),
        ("", "/holdpoint ask"),
        ("help", "/holdpoint ask"),
        ("wibble <@U0BOACME>", "/holdpoint ask"),
        ("ask   ", "/holdpoint ask"),
    ],
)
async def test_any_other_command_is_answered_to_whoever_typed_it(h: SlackHouse, text: str, words: str) -> None:
    assert words in (await said_to(h, "cy", text)).text


async def test_a_decision_typed_where_nothing_was_asked_is_answered_where_it_can_be_read(h: SlackHouse) -> None:
    """Slack shows nobody what is said aside below a message that has no answer yet."""
    before = len(h.told("bo"))
    h.person("bo").say(ROOM, "@holdpoint approve 123456")
    (told,) = await until(lambda: h.told("bo")[before:])
    assert "There is no open request here" in told.text


# --- the stop button


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_who_asked_can_stop_the_agent_at_work(h: SlackHouse, transport: Transport) -> None:  # SL-15
    await h.heard_by(transport)
    h.model.order(ModelFault(kind="hang"))
    asks = len(h.model.exchanges)
    asked = await h.ask("1.4.1")
    await until(lambda: h.slack.session(asked).status == "processing" and len(h.model.exchanges) > asks)
    delivery = await h.person("ana").stop(asked)
    assert delivery is not None
    assert delivery.acknowledged
    h.model.lift()
    await h.shown(asked, "This conversation was stopped by ana")
    await until(lambda: h.slack.session(asked).status == "active")
    assert await h.events(asked, AgentMessage) == []
    assert await h.events(asked, ToolCall) == []


async def test_a_stop_withdraws_what_waits(h: SlackHouse) -> None:  # SL-15
    asked = await h.ask("1.4.1")
    card = await h.card(asked)
    stop(h, asked, "ana")
    assert buttons(await h.redrawn(card, "was withdrawn by ana")) == []
    await h.shown(asked, "This conversation was stopped by ana")


async def test_a_stop_by_somebody_else_stops_nothing(h: SlackHouse) -> None:
    starts, asked, before = len(h.history()), await h.ask("1.4.0"), len(h.told("cy"))
    card = await h.card(asked)
    await until(lambda: h.slack.session(asked).status == "suspended")
    stop(h, asked, "cy")
    (told,) = await until(lambda: h.told("cy")[before:])
    assert "Only those who asked for this can stop it" in told.text
    assert await h.events(asked, Control) == []
    assert await h.events(asked, RequestClosed) == []
    assert h.slack.session(asked).status == "suspended", "it still waits"
    await h.person("bo").click(card, "Approve")
    await h.shown(asked, "1.4.0 now")
    assert len(h.history()) == starts + 1


def stop(h: SlackHouse, asked: Message, name: str) -> None:
    """Slack says that somebody stopped a thread in which the agent waits."""
    event = {"type": "agent_session_stopped", "channel": asked.channel, "thread_ts": asked.ts}
    h.slack.emit(event | {"user": h.person(name).id, "streaming_message_ts": []})
