"""WhatsApp: free words within a day, templates after it, and buttons that only their own person can press."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.sms.buttons import Button as Carried, carried, pressed
from agent_core.events import Notice, RequestClosed, ToolCall
from sandbox.twilio import Fault, Sms
from sandbox.twilio.forms import Incoming
from sandbox.twilio.world import Button
from tests.flows.sms_house import CARD, NUMBERS, SmsHouse, code, policy_of, sms_house
from tests.flows.sms_steps import AT_PHONE, BO, posts, ways

APPROVAL, NOTICE = "HX" + "a" * 32, "HX" + "b" * 32
TEMPLATES = {"approval": APPROVAL, "notice": NOTICE}
WORDS = f"{CARD} {{{{1}}}}\n{{{{2}}}}\nAnswer A {{{{3}}}} or R {{{{3}}}}.\n{{{{4}}}}\nOr: {{{{5}}}}\n{{{{6}}}} (end)"
ASKED = policy_of("bo", "cy", via=["whatsapp"])
ON_WHATSAPP = f"whatsapp:{BO}"


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    """Bo and Cy are asked on WhatsApp; there are templates."""
    async with sms_house(tmp_path, policy=ASKED, whatsapp=True, line={"templates": TEMPLATES}) as made:
        made.twilio.template(APPROVAL, WORDS, buttons=[("Approve", "{{7}}"), ("Deny", "{{8}}")])
        made.twilio.template(NOTICE, "News: {{1}} Read it here: {{2}} (end)")
        yield made


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    """Bo is asked on WhatsApp; there is no template."""
    async with sms_house(tmp_path, policy=policy_of("bo", via=["whatsapp"]), whatsapp=True) as made:
        yield made


def presses(h: SmsHouse, name: str, payload: str) -> None:
    """Somebody's WhatsApp says that they pressed a button that carries this."""
    carrier = h.twilio.carrier
    sender, ours = f"whatsapp:{NUMBERS[name]}", f"whatsapp:{h.twilio.whatsapp_number}"
    message = carrier.new(sender, ours, "Approve", "inbound", "received")
    handset = carrier.world.handset(NUMBERS[name])
    carrier.receive(message, Incoming(handset, pressed=Button("Approve", payload)))


def payload(card: Sms) -> str:
    """What the button to approve carries."""
    return next(one.payload for one in card.buttons if one.title == "Approve")


async def test_within_a_day_the_agent_speaks_freely_and_afterwards_by_template(h: SmsHouse) -> None:  # SM-30
    h.phone("bo").whatsapp("hello")
    await h.sms("bo", "Agent: Hello!")
    assert "ContentSid" not in posts(h)[-1].form
    await h.move_on(hours=24)
    await h.ask()
    await h.card("bo", "What it would do, as the tool says: \u201cproduction runs 1.4.0 now")
    assert posts(h)[-1].form["ContentSid"] == [APPROVAL]
    assert "Body" not in posts(h)[-1].form


async def test_outside_of_it_without_a_template_it_goes_another_way(bare: SmsHouse) -> None:  # SM-30
    h = bare
    h.phone("bo").whatsapp("hello")
    await h.sms("bo", "Agent: Hello!")
    await h.ask("1.4.1")
    assert (await h.card("bo", "1.4.1")).channel == "whatsapp"
    await h.settled()
    await h.move_on(hours=24)
    thread = await h.ask("1.4.2")
    card = await h.card("bo", "1.4.2")
    assert card.channel == "sms"
    assert await ways(h, thread) == [(ON_WHATSAPP, AT_PHONE)]
    assert len([one for one in posts(h) if one.form["To"] == [ON_WHATSAPP]]) == 2, "WhatsApp was not asked to find out"
    h.text("bo", f"A {code(card)}")
    await h.logged(thread, RequestClosed)
    await h.settled()
    assert h.history() == ["1.4.2 production"]


@pytest.mark.parametrize(
    "fault",
    [Fault("error", code=63016, to=ON_WHATSAPP, method="POST"), Fault("failed", code=63016, to=BO)],
    ids=["refused", "told later"],
)
async def test_when_the_day_is_over_by_whatsapps_clock_it_goes_another_way(
    bare: SmsHouse, fault: Fault
) -> None:  # SM-10, SM-30
    h = bare
    h.phone("bo").whatsapp("hello")
    await h.sms("bo", "Agent: Hello!")
    h.twilio.order(fault)
    thread = await h.ask()
    assert (await h.card("bo")).channel == "sms"
    assert await ways(h, thread) == [(ON_WHATSAPP, AT_PHONE)]
    await h.move_on(hours=2)
    await h.settled()
    assert len([one for one in posts(h) if one.form["To"] == [ON_WHATSAPP]]) == 2, "hello, and this once"


async def test_a_press_decides_and_a_second_one_changes_nothing(h: SmsHouse) -> None:  # SM-31
    thread = await h.ask()
    card = await h.card("bo", "1.4.2")
    h.phone("bo").press(card, "Approve")
    (closed,) = await h.logged(thread, RequestClosed)
    assert closed.by
    assert (closed.outcome, closed.by.identity, closed.by.assurance) == ("approved", ON_WHATSAPP, "restricted")
    h.phone("bo").press(card, "Deny")
    (told,) = await h.logged(thread, Notice)
    await h.settled()
    assert told.kind == "already_closed"
    assert len(await h.events(thread, RequestClosed)) == len(await h.events(thread, ToolCall)) == 1
    assert h.history() == ["1.4.2 production"]


async def test_a_press_that_twilio_brings_twice_is_one(h: SmsHouse) -> None:  # SM-04, SM-31
    thread = await h.ask()
    h.phone("bo").press(await h.card("bo"), "Approve")
    await h.logged(thread, RequestClosed)
    await h.settled()
    h.twilio.replay(next(one for one in h.twilio.deliveries if one.kind == "message"))
    await h.settled()
    assert [one.taken for one in h.twilio.deliveries if one.kind == "message"] == [True, True]
    assert await h.events(thread, Notice) == []
    assert h.history() == ["1.4.2 production"]


async def test_nobody_else_can_press_it_even_who_may_approve(h: SmsHouse) -> None:  # SM-31
    thread = await h.ask()
    card, his = await h.card("bo"), await h.card("cy")
    assert payload(card) != payload(his)
    for name in ("ana", "cy"):
        presses(h, name, payload(card))
    await h.settled()
    assert len([one for one in h.twilio.deliveries if one.kind == "message" and one.taken]) == 2
    assert await h.events(thread, RequestClosed) == []
    presses(h, "cy", payload(his))
    (closed,) = await h.logged(thread, RequestClosed)
    assert closed.by
    assert closed.by.person == "cy"


async def test_what_no_button_of_ours_carries_decides_nothing(h: SmsHouse) -> None:  # SM-31
    thread = await h.ask()
    genuine = payload(await h.card("bo"))
    button = pressed(genuine)
    assert button
    assert button.digest
    middle = len(button.ticket) // 2
    other = "A" if button.ticket[middle] != "A" else "B"
    bent = f"{button.ticket[:middle]}{other}{button.ticket[middle + 1 :]}"
    for forged in (Carried("approve", bent, button.digest), Carried("approve", "A" * 43, button.digest)):
        presses(h, "bo", carried(forged) or "")
    presses(h, "bo", "approve")
    presses(h, "bo", carried(Carried("approve", button.ticket, "0" * 64)) or "")
    await h.logged(thread, Notice)
    await h.settled()
    # The ticket is good, but it was another card; and what carries none of ours is a word without a code.
    told = {notice.kind for notice in await h.events(thread, Notice)}
    assert "changed" in told
    assert told <= {"changed", "code_needed"}
    assert len([one for one in h.twilio.deliveries if one.kind == "message" and one.taken]) == 4
    assert await h.events(thread, RequestClosed) == []
    presses(h, "bo", genuine)
    await h.logged(thread, RequestClosed)


async def test_a_code_typed_on_whatsapp_decides_as_well(h: SmsHouse) -> None:  # SM-14, SM-30
    thread = await h.ask()
    h.phone("bo").whatsapp(f"R {code(await h.card('bo'))} not today")
    (closed,) = await h.logged(thread, RequestClosed)
    assert (closed.outcome, closed.reason) == ("denied", "not today")
    await h.settled()
    assert h.history() == []
