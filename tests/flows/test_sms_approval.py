"""A thread by SMS alone, from the wish to the effect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_core.events import RequestClosed, ToolCall
from tests.flows.sms_house import SmsHouse, code, sms_house


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    async with sms_house(tmp_path) as made:
        yield made


async def test_a_thread_begins_is_decided_and_ends_by_text(h: SmsHouse) -> None:  # SM-14, SM-17
    h.text("ana", "Please deploy 1.4.2 to production.")
    card = await h.card("bo", '{"version":"1.4.2","environment":"production"}')
    await h.sms("ana", "This needs the approval of bo")
    assert h.history() == []
    h.text("bo", f"A {code(card)}")
    await h.sms("ana", "Agent: Done: production runs 1.4.2 now")
    await h.sms("bo", "was approved by bo")
    await h.settled()
    thread = h.own_thread("ana")
    (closed,) = await h.events(thread, RequestClosed)
    assert closed.by
    assert (closed.by.identity, closed.by.assurance) == ("sms:+447700900002", "restricted")
    assert len(await h.events(thread, ToolCall)) == 1
    assert h.history() == ["1.4.2 production"]
    assert h.mail.letters("bo@example.test") == (), "nobody needs a second channel"
