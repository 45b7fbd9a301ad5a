"""The e-mail adapter, there and back: what is sent to a person is answered by them, and read as their word."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from adapters.base import Kept
from adapters.email.adapter import EmailAdapter
from adapters.errors import Unreadable
from adapters.heard import Address, Heard, Ignored, Received
from agent_core.values import Assurance
from sandbox.mail import Letter, MailSandbox
from sandbox.mail.post import Auth
from tests.contract.email_sending import Counters, Memory
from tests.contract.mailbox import BO, account, following, reading
from tests.unit.adapters.email.parcels import HONEST

TOKEN = HONEST["card"].reply_token


@dataclass
class Post:
    """The sandbox's mail, and our adapter at it."""

    mail: MailSandbox
    adapter: EmailAdapter

    async def read(self, kept: Kept) -> Heard | Ignored:
        """What our adapter makes of a mail."""
        return await self.adapter.sources[0].read(kept)

    async def arrived(self) -> tuple[Kept, ...]:
        """What is in our mailbox."""
        async with reading(account(self.mail)) as batches:
            return (await following(batches)).messages

    async def card(self) -> Letter:
        """A request that Bo got."""
        await self.adapter.send(HONEST["card"])
        return self.mail.letters(BO)[-1]


class Nowhere:
    """No mail is posted here."""

    async def post(self, source: str, kept: Kept) -> None:
        raise AssertionError("nobody posts")


def adapter(mail: MailSandbox) -> EmailAdapter:
    return EmailAdapter(account(mail), Memory(), Counters(), Nowhere())


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async with MailSandbox() as mail, contextlib.aclosing(adapter(mail)) as ours:
        yield Post(mail, ours)


async def test_an_answer_comes_back_as_the_persons_verified_word_with_token_and_code(post: Post) -> None:
    await post.mail.reply_as(BO, await post.card(), "APPROVE 482913")
    (kept,) = await post.arrived()
    received = await post.read(kept)
    assert isinstance(received, Received)
    author = received.message.author
    assert (author.identity, author.assurance) == ("email:bo@example.test", "verified")
    assert (received.message.text, received.token, received.code) == ("APPROVE 482913", TOKEN, "482913")


async def test_an_answer_to_an_answer_stays_in_the_thread_of_both_mail_programs(post: Post) -> None:
    letter = await post.card()
    answer_id = await post.mail.reply_as(BO, letter, "Which version?")
    (kept,) = await post.arrived()
    received = await post.read(kept)
    assert isinstance(received, Received)
    await post.adapter.send(HONEST["said"].model_copy(update={"address": received.address}))
    again = post.mail.letters(BO)[-1]
    assert again.in_reply_to == answer_id
    assert again.references == (letter.message_id, answer_id)
    assert again.subject == "Re: Approval needed: deploy"


async def test_an_answer_without_the_plus_address_finds_its_thread_by_our_id(post: Post) -> None:
    letter = await post.card()
    await post.mail.send_as(BO, post.mail.bot, "Re: x", "DENY 482913", in_reply_to=letter.message_id)
    (kept,) = await post.arrived()
    received = await post.read(kept)
    assert isinstance(received, Received)
    assert received.token == TOKEN


UNSURE: dict[Auth, Assurance] = {"fail": "none", "none": "asserted", "unstamped": "asserted"}


@pytest.mark.parametrize(("auth", "assurance"), UNSURE.items())
async def test_an_answer_that_our_exchanger_does_not_vouch_for_is_not_verified(
    post: Post, auth: Auth, assurance: Assurance
) -> None:
    await post.mail.reply_as(BO, await post.card(), "APPROVE 482913", auth=auth)
    (kept,) = await post.arrived()
    received = await post.read(kept)
    assert isinstance(received, Received)
    assert received.message.author.assurance == assurance


async def test_a_mail_of_ours_that_comes_back_is_ignored(post: Post) -> None:
    letter = await post.card()
    await post.mail.deliver_raw(post.mail.bot, post.mail.bot, letter.raw)
    (kept,) = await post.arrived()
    assert await post.read(kept) == Ignored(kind="own", detail="our own mail came back")


async def test_the_same_mail_read_twice_is_the_same_message(post: Post) -> None:
    await post.mail.reply_as(BO, await post.card(), "APPROVE 482913")
    (kept,), (again,) = await post.arrived(), await post.arrived()
    assert kept == again
    assert await post.read(kept) == await post.read(again)


async def test_a_mail_that_cannot_be_read_does_not_stop_the_next(post: Post) -> None:
    await post.mail.deliver_raw(BO, post.mail.bot, b"From: a@b.test, c@d.test\r\n\r\nx\r\n")
    await post.mail.send_as(BO, post.mail.bot, "Hello", "Hello")
    broken, good = await post.arrived()
    with pytest.raises(Unreadable, match="exactly one mailbox"):
        await post.read(broken)
    assert isinstance(await post.read(good), Received)


def test_an_adapter_says_what_it_reads_and_where_a_person_is_written_to() -> None:
    ours = adapter(MailSandbox())
    assert ours.sources[0].name == "email:holdpoint@bot.example.test"
    assert ours.address_of("email:bo@example.test") == Address(channel="email", ref=HONEST["card"].address.ref)
