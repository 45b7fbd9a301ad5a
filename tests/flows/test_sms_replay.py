"""What Twilio signed once is signed for ever: the same request again, a day later or at the same time, does nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from agent_core.events import ApprovalHeld, ApprovalRequest, ApprovalResponse, Notice, ToolCall, UserMessage
from gateway.app import house
from sandbox.twilio import Message
from sandbox.twilio.record import Delivery
from tests.doors.scene import free_port, listening, serving
from tests.flows.sms_house import SmsHouse, code, policy_of, sms_house


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    async with sms_house(tmp_path) as made:
        yield made


def posted(h: SmsHouse, message: Message) -> Delivery:
    """The webhook that told us of a message."""
    return next(one for one in h.twilio.deliveries if one.kind == "message" and one.sid == message.sid)


async def again(h: SmsHouse, message: Message) -> None:
    """The same bytes with the same signature come once more, and are taken."""
    number = len(h.twilio.deliveries)
    h.twilio.replay(posted(h, message))
    await h.settled()
    replayed = h.twilio.deliveries[number]
    assert (replayed.status, replayed.headers) == (200, posted(h, message).headers)


async def sent(h: SmsHouse) -> int:
    """How many messages Twilio was asked to send, once all is quiet."""
    await h.settled()
    return len([one for one in h.twilio.calls if one.method == "POST"])


@pytest.mark.parametrize("later", [{"hours": 0}, {"hours": 25}, {"days": 31}], ids=["at once", "a day", "a month"])
async def test_a_replayed_approval_decides_nothing(h: SmsHouse, later: dict[str, float]) -> None:  # SM-04
    """After a month even the store has forgotten that it knows the message: the closed request has not."""
    thread = await h.ask("1.4.2")
    said = h.text("bo", f"A {code(await h.card('bo'))}")
    await h.sms("bo", "was approved by bo")
    before = await sent(h)
    await h.move_on(**later)
    await again(h, said)
    assert h.history() == ["1.4.2 production"]
    assert len(await h.events(thread, ToolCall)) == 1
    if "days" not in later:
        assert len(await h.events(thread, ApprovalResponse)) == 1
        assert await sent(h) == before


async def test_a_replayed_approval_does_not_approve_the_next_request(h: SmsHouse) -> None:  # SM-04, SM-14
    """The same conversation, the same words: another request has another code."""
    h.text("ana", "Please deploy 1.4.2 to production.")
    said = h.text("bo", f"A {code(await h.card('bo', '1.4.2'))}")
    await h.sms("ana", "1.4.2 now")
    h.text("ana", "Please deploy 1.4.0 to production.")
    await h.card("bo", "1.4.0")
    await h.move_on(hours=2)
    await again(h, said)
    assert h.history() == ["1.4.2 production"]
    assert len(await h.events(h.own_thread("ana"), ApprovalRequest)) == 2


async def test_a_replayed_wish_is_no_second_wish(h: SmsHouse) -> None:  # SM-04
    said = h.text("ana", "Please deploy 1.4.2 to production.")
    card = await h.card("bo")
    before = await sent(h)
    await h.move_on(hours=20)
    await again(h, said)
    assert len(await h.events(h.own_thread("ana"), UserMessage)) == 1
    assert await sent(h) == before
    h.text("bo", f"R {code(card)}")
    await h.sms("ana", "This was denied")
    await again(h, said)
    assert len(await h.events(h.own_thread("ana"), ApprovalRequest)) == 1


async def test_an_approval_that_was_taken_back_stays_so_when_it_is_replayed(tmp_path: Path) -> None:  # SM-04
    async with sms_house(tmp_path, policy=policy_of(undo_within="PT10M")) as h:
        thread = await h.ask("1.4.2")
        digits = code(await h.card("bo"))
        said = h.text("bo", f"A {digits}")
        await h.sms("bo", "Your approval takes effect at")
        h.text("bo", f"U {digits}")
        await h.sms("bo", "You took your approval back")
        await again(h, said)
        await h.move_on(hours=1)
        await h.settled()
        assert [held.until is None for held in await h.events(thread, ApprovalHeld)] == [False, True]
        assert h.history() == []


async def test_a_replayed_wrong_code_is_one_guess(h: SmsHouse) -> None:  # SM-04, SM-15
    """Nobody can silence somebody's phone with what they caught once."""
    thread = await h.ask("1.4.2")
    digits = code(await h.card("bo"))
    wrong = h.text("bo", f"A {(int(digits) + 1) % 1_000_000:06d}")
    await h.sms("bo", "put the code of this very request")
    for _ in range(6):
        await again(h, wrong)
    h.text("bo", f"A {digits}")
    await h.sms("bo", "was approved by bo")
    assert len(await h.logged(thread, ToolCall)) == 1


async def test_a_code_that_was_caught_is_of_no_use_under_another_id(h: SmsHouse) -> None:  # SM-01, SM-04
    """What is changed is not signed."""
    thread = await h.ask("1.4.2")
    caught = posted(h, await told(h, "bo", "Hello"))
    digits = code(await h.card("bo"))
    forged = caught.body.replace("Hello", f"A+{digits}")
    assert forged != caught.body
    async with httpx.AsyncClient() as http:
        answer = await http.post(caught.url, content=forged, headers=dict(caught.headers))
    assert answer.status_code == 403
    await h.settled()
    assert await h.events(thread, ApprovalResponse) == []


async def told(h: SmsHouse, name: str, words: str) -> Message:
    """What somebody wrote, once it was posted."""
    said = h.text(name, words)
    await h.settled()
    return said


@contextlib.asynccontextmanager
async def second_web(h: SmsHouse) -> AsyncIterator[str]:
    """The URL of another web role, of a house of its own, on the same store."""
    settings = h.settings.model_copy(update={"port": free_port()})
    async with house(settings, clock=h.clock) as other, serving(other, ["web"]):
        await listening(settings.port)
        yield f"http://127.0.0.1:{settings.port}/sms/events"


async def caught(h: SmsHouse, words: str) -> Delivery:
    """What Twilio posts, signed, when Bo writes this; it arrives nowhere."""
    url = f"{h.settings.public_url}/sms/events"
    h.twilio.deliver_to("sms", url, post_to=f"http://127.0.0.1:{free_port()}/")
    said = h.text("bo", words)
    await h.twilio.settled()
    h.twilio.deliver_to("sms", url)
    assert posted(h, said).status == 0
    return posted(h, said)


@pytest.mark.parametrize("words", ["A {}", "YES"])
async def test_the_same_webhook_at_two_web_roles_at_once_is_one_message(
    h: SmsHouse, words: str
) -> None:  # SM-04, SM-07
    thread = await h.ask("1.4.2")
    card = await h.card("bo")
    await h.settled()
    post = await caught(h, words.format(code(card)))
    async with second_web(h) as other, httpx.AsyncClient() as http:
        urls = [f"{h.settings.public_url}/sms/events", other] * 4
        tokens = [{"I-Twilio-Idempotency-Token": f"token-{n % 3}"} for n in range(len(urls))]
        tries = [
            http.post(url, content=post.body, headers={**post.headers, **token})
            for url, token in zip(urls, tokens, strict=True)
        ]
        assert [answer.status_code for answer in await asyncio.gather(*tries)] == [200] * len(urls)
    await h.settled()
    heard = await h.events(thread, UserMessage)
    assert len(heard) == 2, "Ana's wish, and what Bo wrote"
    approved = words != "YES"
    assert len(await h.events(thread, ApprovalResponse)) == len(await h.events(thread, ToolCall)) == int(approved)
    assert [one.kind for one in await h.events(thread, Notice)] == ([] if approved else ["code_needed"])
    assert h.history() == (["1.4.2 production"] if approved else [])
