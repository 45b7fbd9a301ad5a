"""The judge on messages: what may be sent, edited and read is the same to our local Discord and to somebody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.discord_far_ends import FAR_ENDS, Bot, FarEnd, connected, far_end

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"


@pytest.fixture(params=FAR_ENDS)
async def far(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[FarEnd]:
    async with far_end(request.param) as made:
        yield made


@pytest.fixture
async def bot(far: FarEnd) -> AsyncIterator[Bot]:
    async with connected(far) as made:
        yield made


async def test_what_is_sent_is_heard_and_read_again(far: FarEnd, bot: Bot) -> None:
    general = far.channel("general")
    sent = await bot.call("POST", MESSAGES, channel_id=general, json={"content": "hello"})
    heard = await bot.hears("MESSAGE_CREATE")
    read = await bot.call("GET", MESSAGE, channel_id=general, message_id=sent["id"])

    assert heard["id"] == read["id"] == sent["id"]
    assert {heard["content"], read["content"], sent["content"]} == {"hello"}


async def test_a_message_has_at_most_two_thousand_characters(far: FarEnd, bot: Bot) -> None:
    general = far.channel("general")
    whole = await bot.call("POST", MESSAGES, channel_id=general, json={"content": "x" * 2000})

    assert len(whole["content"]) == 2000
    assert await bot.refused("POST", MESSAGES, channel_id=general, json={"content": "x" * 2001}) == (400, 50035)
