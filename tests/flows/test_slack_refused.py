"""Clicks that do not count: each is answered, to whoever clicked alone, and nothing runs.

SL-24, SL-25, SL-30, SL-48.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from agent_core.events import ApprovalResponse, RequestClosed, ToolCall
from gateway.keyring import Pass
from sandbox.slack import Message
from tests.contract.slack_bench import until
from tests.flows.slack_house import ROOM, SlackHouse, buttons, slack_house, value_of

SHARED = "#partners"
NOT_ASKED = "this request was not put to you"
NOT_OURS = "not one of ours"
OPEN = ["Deny", "Change and approve", "Approve", "Ask a question", "Answer instead"]


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SlackHouse]:
    async with slack_house(tmp_path_factory.mktemp("r"), approvers=["bo"]) as made:
        yield made


async def nothing_ran(h: SlackHouse, asked: Message, before: int) -> None:
    assert await h.events(asked, ToolCall) == []
    assert len(h.history()) == before


async def answer_to(h: SlackHouse, name: str, before: int, words: str) -> Message:
    """The one thing this person was told since, and nobody else can read."""
    (told,) = await until(lambda: h.told(name)[before:])
    assert words in told.text
    return told


# --- who clicks

PEOPLE = {
    "a colleague who was not asked": ("cy", ROOM, NOT_ASKED),
    "a guest": ("dee", ROOM, NOT_ASKED),
    "whoever asked": ("ana", ROOM, "nobody can approve what they asked for themselves"),
    "a stranger in a shared channel": ("mallory", SHARED, NOT_ASKED),
}


@pytest.mark.parametrize("way", ["approve", "deny", "change"])
@pytest.mark.parametrize(("name", "room", "words"), PEOPLE.values(), ids=PEOPLE)
async def test_who_may_not_decide_is_told_and_decides_nothing(
    h: SlackHouse, name: str, room: str, words: str, way: str
) -> None:
    before, asked = len(h.history()), await h.ask(where=room)
    card, who = await h.card(asked), h.person(name)
    heard = len(h.told(name))
    if way == "approve":
        await who.click(card, "Approve")
        told = await answer_to(h, name, heard, words)
        assert (told.ephemeral_for, told.thread_ts) == (who.id, asked.ts), "where they clicked, unseen by others"
    else:
        await who.click(card, "Deny" if way == "deny" else "Change and approve")
        await until(lambda: who.modal and who.modal.definition.get("callback_id"))
        filled = {"reason": "no"} if way == "deny" else {"version": "1.4.1"}
        assert (await who.submit(filled)).outcome == "closed"
        await answer_to(h, name, heard, words)
    assert await h.events(asked, RequestClosed) == []
    await nothing_ran(h, asked, before)
    assert buttons(h.now(card)) == OPEN, "for others it is still open"


# --- what the button carries


async def forged(h: SlackHouse, card: Message) -> str:
    return "WyJ0IiwiciIsInMiXQ.Zm9yZ2Vk.c2lnbmF0dXJl " + value_of(card, "Approve").split()[1]


async def altered(h: SlackHouse, card: Message) -> str:
    value = value_of(card, "Approve")
    return ("A" if value[0] != "A" else "B") + value[1:]


async def resigned(h: SlackHouse, card: Message) -> str:
    """Another request's ticket under the signature of this one."""
    other = value_of(await h.card(await h.ask("1.4.0")), "Approve")
    _, _, signature = value_of(card, "Approve").split()[0].partition(".")
    return f"{other.partition('.')[0]}.{signature} {other.split()[1]}"


async def resealed(h: SlackHouse, card: Message) -> str:
    """What we would never give out here: a ticket of ours, for another workspace."""
    ticket, digest = value_of(card, "Approve").split()
    named = h.house.keyring.open_ticket(ticket)
    other = Pass(thread_id=named.thread_id, request_id=named.request_id, identity="slack:T0BETA")
    return f"{h.house.keyring.ticket(other)} {digest}"


async def mailed(h: SlackHouse, card: Message) -> str:
    """The ticket of somebody's decision page; it is theirs, with their code."""
    ticket, digest = value_of(card, "Approve").split()
    named = h.house.keyring.open_ticket(ticket)
    page = Pass(thread_id=named.thread_id, request_id=named.request_id, identity=f"slack:{h.slack.team.id}/U0BOACME")
    return f"{h.house.keyring.ticket(page)} {digest}"


async def of_another(h: SlackHouse, card: Message) -> str:
    other = await h.card(await h.ask("1.4.0"))
    return f"{value_of(other, 'Approve').split()[0]} {value_of(card, 'Approve').split()[1]}"


async def of_another_digest(h: SlackHouse, card: Message) -> str:
    return f"{value_of(card, 'Approve').split()[0]} {'0' * 64}"


async def without_digest(h: SlackHouse, card: Message) -> str:
    return value_of(card, "Approve").split()[0]


async def nothing(h: SlackHouse, card: Message) -> str:
    return ""


async def a_sentence(h: SlackHouse, card: Message) -> str:
    return "please approve this"


CHANGED = "what you saw is not what is being asked"
VALUES = {
    "a forged ticket": (forged, NOT_OURS),
    "an altered ticket": (altered, NOT_OURS),
    "a ticket with the signature of another": (resigned, NOT_OURS),
    "a ticket for another workspace": (resealed, NOT_OURS),
    "the ticket of a page": (mailed, NOT_OURS),
    "a ticket of another request": (of_another, CHANGED),
    "another digest": (of_another_digest, CHANGED),
    "no digest": (without_digest, CHANGED),
    "nothing": (nothing, "no meaning any more"),
    "a sentence": (a_sentence, "no meaning any more"),
}


@pytest.mark.parametrize(("made", "words"), VALUES.values(), ids=VALUES)
async def test_a_button_that_was_tampered_with_decides_nothing(
    h: SlackHouse, made: Callable[[SlackHouse, Message], Awaitable[str]], words: str
) -> None:
    before, asked = len(h.history()), await h.ask()
    card, heard = await h.card(asked), len(h.told("bo"))
    value = await made(h, card)
    delivery = await h.person("bo").click(card, "Approve", value=value)
    assert delivery is not None
    assert delivery.acknowledged
    told = await answer_to(h, "bo", heard, words)
    assert told.ephemeral_for == h.person("bo").id
    await nothing_ran(h, asked, before)
    assert buttons(h.now(card)) == OPEN


async def test_a_press_with_a_bad_ticket_leaves_no_trace_in_any_log(h: SlackHouse) -> None:
    asked = await h.ask()
    card, heard = await h.card(asked), len(h.told("bo"))
    await h.person("bo").click(card, "Approve", value=await altered(h, card))
    await answer_to(h, "bo", heard, NOT_OURS)
    assert await h.events(asked, ApprovalResponse) == []


# --- when


async def denied(h: SlackHouse, asked: Message, card: Message) -> None:
    bo = h.person("bo")
    await bo.click(card, "Deny")
    await until(lambda: bo.modal)
    await bo.submit({"reason": "no"})
    await h.redrawn(card, "was denied by bo")


async def expired(h: SlackHouse, asked: Message, card: Message) -> None:
    h.clock.move_on(24.5)
    await h.redrawn(card, "expired")


async def stopped(h: SlackHouse, asked: Message, card: Message) -> None:
    async with h.scene.caller("ana") as ana:
        await ana.post(f"/threads/{h.thread_of(asked)}/stop")
    await h.redrawn(card, "was withdrawn")


TIMES = {
    "after it was decided": (denied, "the request was denied by bo at 20"),
    "after it expired": (expired, "the request has expired, and nothing was done"),
    "after a stop": (stopped, "the request was withdrawn"),
}


@pytest.mark.parametrize(("end", "words"), TIMES.values(), ids=TIMES)
async def test_a_click_that_comes_too_late_hears_how_it_ended(
    h: SlackHouse, end: Callable[[SlackHouse, Message, Message], Awaitable[None]], words: str
) -> None:
    before, asked = len(h.history()), await h.ask()
    card = await h.card(asked)
    await end(h, asked, card)
    assert buttons(h.now(card)) == [], "only a client that has not noticed can still press"
    heard = len(h.told("bo"))
    await h.person("bo").click(card, "Approve")
    await answer_to(h, "bo", heard, words)
    await nothing_ran(h, asked, before)
