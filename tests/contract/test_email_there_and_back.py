"""E-mail there and back through our adapter, at the sandbox and at Debian's Exim and Dovecot alike."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from adapters.base import Kept
from adapters.email.adapter import EmailAdapter
from adapters.heard import Received
from tests.contract.email_sending import Counters, Memory
from tests.contract.mailbox import BO, following, reading
from tests.contract.post_office import PostOffice, came, reply_as
from tests.unit.adapters.email.parcels import HONEST

CARD = HONEST["card"]


class Nowhere:
    """No mail is posted here."""

    async def post(self, source: str, kept: Kept) -> None:
        raise AssertionError("nobody posts")


@pytest.fixture
async def adapter(office: PostOffice) -> AsyncIterator[EmailAdapter]:
    async with contextlib.aclosing(EmailAdapter(office.account, Memory(), Counters(), Nowhere())) as ours:
        yield ours


async def test_a_card_comes_to_bo_and_his_answer_comes_back_as_his_verified_word(
    office: PostOffice, adapter: EmailAdapter
) -> None:
    receipt = await adapter.send(CARD)
    card = await came(office, BO)
    assert card.message_id == receipt.provider_id
    await reply_as(office, BO, card, "APPROVE 482913")
    async with reading(office.account) as batches:
        (kept,) = (await following(batches)).messages
    received = await adapter.sources[0].read(kept)
    assert isinstance(received, Received)
    author = received.message.author
    assert (author.identity, author.assurance) == ("email:bo@example.test", "verified")
    assert (received.message.text, received.token, received.code) == ("APPROVE 482913", CARD.reply_token, "482913")
