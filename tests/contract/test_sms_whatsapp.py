"""WhatsApp through Twilio: free words within 24 hours, templates after that, and buttons that come back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.errors import OutcomeUnknown, Rejected
from adapters.sms.buttons import pressed
from sandbox.twilio import Fault
from tests.contract.sms_sending import Sending, said, sending
from tests.unit.adapters.cards import CALLED, QUESTION

APPROVAL, NOTICE = "HX" + "a" * 32, "HX" + "b" * 32
TEMPLATES = {"approval": APPROVAL, "notice": NOTICE}
WORDS = "May this run? {{1}}\n{{2}}\nAnswer A {{3}} or R {{3}}.\n{{4}}\nOr: {{5}}\nNot checked: {{6}} (end)"


@pytest.fixture
async def line(anyio_backend: str) -> AsyncIterator[Sending]:
    async with sending("whatsapp", templates=TEMPLATES) as made:
        made.twilio.template(APPROVAL, WORDS, buttons=[("Approve", "{{7}}"), ("Deny", "{{8}}")])
        made.twilio.template(NOTICE, "News: {{1}} Read it here: {{2}} (end)")
        yield made


async def writes(line: Sending) -> None:
    """Ana writes: at Twilio and in our book."""
    line.phone.whatsapp("hi")
    await line.knows(heard_at=line.twilio.clock.now())


async def test_within_24_hours_words_are_free(line: Sending) -> None:  # SM-30
    await writes(line)
    await line.send(line.parcel(said("Done.")))
    (call,) = line.posts
    assert line.bodies == ["Agent: Done."]
    assert call.form["From"] == [f"whatsapp:{line.twilio.whatsapp_number}"]
    assert "ContentSid" not in call.form


async def test_after_them_it_is_a_template_without_a_body(line: Sending) -> None:  # SM-30
    await writes(line)
    line.forward(24 * 3_600)
    await line.send(line.parcel(CALLED))
    (call,) = line.posts
    assert call.form["ContentSid"] == [NOTICE]
    assert "Body" not in call.form
    assert line.bodies[0].startswith("News: The agent cannot go on by itself")
    assert line.phone.inbox[0].status in ("sent", "delivered")


async def test_without_a_template_it_goes_another_way() -> None:  # SM-30
    async with sending("whatsapp") as line:
        with pytest.raises(Rejected, match="24 hours"):
            await line.send(line.parcel(CALLED))
        assert line.posts == []


async def test_buttons_carry_the_ticket_and_say_which_card_was_seen(line: Sending) -> None:  # SM-31
    await line.send(line.parcel())
    (bubble,) = line.phone.inbox
    assert [button.title for button in bubble.buttons] == ["Approve", "Deny"]
    approve = pressed(bubble.buttons[0].payload)
    assert approve is not None
    assert (approve.decision, approve.ticket) == ("approve", "ticket")


async def test_when_whatsapp_says_the_window_is_shut_a_template_follows_at_once(line: Sending) -> None:  # SM-10, SM-30
    await line.knows(heard_at=line.twilio.clock.now())
    line.twilio.order(Fault("error", code=63016, method="POST"))
    await line.send(line.parcel(QUESTION))
    assert ["ContentSid" in call.form for call in line.posts] == [False, True]
    assert len(line.bodies) == 1


async def test_a_template_whose_answer_was_lost_is_found(line: Sending) -> None:  # SM-24
    line.twilio.order(Fault("lost_reply", method="POST"))
    with pytest.raises(OutcomeUnknown):
        await line.send(line.parcel())
    line.forward(60)
    await line.send(line.parcel(old=True, repeat=True))
    assert len(line.bodies) == len(line.posts) == 1


async def test_a_long_text_is_one_message_and_no_media(line: Sending) -> None:  # SM-28
    await writes(line)
    await line.send(line.parcel(said("A sentence of it. " * 60)))
    assert len(line.bodies) == 1
    assert all("MediaUrl" not in call.form for call in line.posts)
