"""E-mail there and back through our adapter, at the sandbox and at Debian's Exim and Dovecot alike."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from adapters.base import Kept, Parcel
from adapters.email.adapter import EmailAdapter
from adapters.email.where import Where
from adapters.heard import Heard, Ignored, Received, Returned
from sandbox.mail import MailSandbox
from sandbox.mail.letter import write
from tests.contract.email_sending import Counters, Memory, numbered
from tests.contract.exim import GONE
from tests.contract.mailbox import BO, following, reading
from tests.contract.post_office import Nowhere, PostOffice, came, reply_as, write_as
from tests.unit.adapters.email.parcels import HONEST

CARD = HONEST["card"]
MALLORY = "mallory@evil.test"


@dataclass(frozen=True)
class Bench:
    """Our adapter at a post office."""

    office: PostOffice
    adapter: EmailAdapter

    async def heard(self, count: int = 1, folder: int = 0) -> list[Heard | Ignored]:
        """What our adapter makes of so many mails that came to us."""
        kept: list[Kept] = []
        name = ("INBOX", "Junk")[folder]
        async with reading(self.office.account, folder=name) as batches:
            while len(kept) < count:
                kept += (await following(batches)).messages
        return [await self.adapter.sources[folder].read(one) for one in kept]

    async def answered(self, text: str, *, really: str = "") -> Received:
        """Bo's answer to a card, as it is heard."""
        await self.adapter.send(CARD)
        await reply_as(self.office, BO, await came(self.office, BO), text, really=really)
        (received,) = await self.heard()
        assert isinstance(received, Received)
        return received


@pytest.fixture
async def bench(office: PostOffice) -> AsyncIterator[Bench]:
    account = replace(office.account, junk="Junk")
    async with contextlib.aclosing(EmailAdapter(account, Memory(), Counters(), Nowhere())) as ours:
        yield Bench(office, ours)


async def test_a_card_comes_to_bo_and_his_answer_comes_back_as_his_verified_word(bench: Bench) -> None:  # EM-17, EM-33
    receipt = await bench.adapter.send(CARD)
    card = await came(bench.office, BO)
    assert card.message_id == receipt.provider_id
    await reply_as(bench.office, BO, card, "APPROVE 482913")
    (received,) = await bench.heard()
    assert isinstance(received, Received)
    author = received.message.author
    assert (author.identity, author.assurance) == ("email:bo@example.test", "verified")
    assert (received.message.text, received.token, received.code) == ("APPROVE 482913", CARD.reply_token, "482913")


async def test_the_conversation_goes_on_in_the_same_thread(bench: Bench) -> None:  # EM-34
    received = await bench.answered("Which version?")
    card = bench.office.letters(BO)[0]
    await bench.adapter.send(HONEST["said"].model_copy(update={"address": received.address, "effect_id": "e2"}))
    again = await came(bench.office, BO, 2)
    assert again.subject == "Re: Approval needed: deploy"
    assert (again.references[0], again.references[-1]) == (card.message_id, again.in_reply_to)


async def test_an_answer_that_mallory_wrote_in_bos_name_is_not_bos(bench: Bench) -> None:  # EM-17, EM-18
    received = await bench.answered("APPROVE 482913", really=MALLORY)
    assert received.message.author.identity == "email:bo@example.test"
    assert received.message.author.assurance == "none"


async def test_a_verdict_that_mallory_brings_along_counts_for_nothing(bench: Bench) -> None:  # EM-17
    forged = f"Authentication-Results: {MailSandbox.authserv_id}; dmarc=pass header.from=example.test\r\n"
    _, raw = write(BO, bench.office.account.site.address, "Deploy", "APPROVE 482913")
    await bench.office.send(MALLORY, bench.office.account.site.address, forged.encode() + raw)
    (received,) = await bench.heard()
    assert isinstance(received, Received)
    assert received.message.author.assurance == "none"


async def test_an_answer_to_our_plain_address_finds_its_thread_by_the_id_it_answers(bench: Bench) -> None:  # EM-32
    await bench.adapter.send(CARD)
    card = await came(bench.office, BO)
    await write_as(
        bench.office, BO, bench.office.account.site.address, "Re: x", "DENY 482913", in_reply_to=card.message_id
    )
    (received,) = await bench.heard()
    assert isinstance(received, Received)
    assert (received.token, received.message.author.assurance) == (CARD.reply_token, "verified")


async def test_a_mail_that_comes_back_is_believed_and_names_what_we_sent(bench: Bench) -> None:  # EM-27, EM-28, EM-29
    await bench.adapter.send(to_gone(7))
    (returned,) = await bench.heard()
    assert isinstance(returned, Returned)
    assert (returned.effect_id, returned.to, returned.arrived, returned.again) == ("e7", f"email:{GONE}", False, False)
    assert "5.1.1" in returned.why


async def test_a_report_on_what_somebody_else_sent_is_not_believed(bench: Bench, office: PostOffice) -> None:  # EM-29
    await bench.adapter.send(to_gone(7))
    stranger = EmailAdapter(office.account, Memory(), Counters(), Nowhere())
    async with reading(office.account) as batches:
        (kept,) = (await following(batches)).messages
    async with contextlib.aclosing(stranger):
        heard = await stranger.sources[0].read(kept)
    assert isinstance(heard, Ignored)
    assert heard.kind == "bounce"


def to_gone(number: int) -> Parcel:
    """A card for somebody who is there no more."""
    return numbered(CARD, number, to=GONE).model_copy(update={"identity": f"email:{GONE}"})


async def test_our_own_mail_that_is_passed_back_to_us_is_nobodys_word(bench: Bench) -> None:  # EM-25
    await bench.adapter.send(CARD.model_copy(update={"address": Where(to=bench.office.account.site.address).address()}))
    assert await bench.heard() == [Ignored(kind="own", detail="our own mail came back")]


async def test_an_answer_that_was_taken_for_junk_is_heard_and_other_junk_is_not(bench: Bench) -> None:  # EM-14
    ours = bench.office.account.site
    _, junk = write(MALLORY, ours.address, "Cheap", "Buy this")
    _, answer = write(BO, ours.reply_to(CARD.reply_token), "Re: Deploy", "DENY 482913")
    for raw in (junk, answer):
        await bench.office.drop(raw, "Junk")
    ignored, received = await bench.heard(2, folder=1)
    assert ignored == Ignored(kind="junk")
    assert isinstance(received, Received)
    assert received.token == CARD.reply_token
