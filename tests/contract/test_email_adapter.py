"""The e-mail adapter, there and back: what is sent to a person is answered by them, and read as their word."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.base import Kept
from adapters.email.adapter import EmailAdapter
from adapters.errors import Unreadable
from adapters.heard import Address, Heard, Ignored, Received
from agent_core.values import Assurance
from sandbox.mail import Letter, MailSandbox
from sandbox.mail.post import Auth
from tests.contract.mailbox import BO, account, following, reading
from tests.unit.adapters.email.parcels import HONEST

TOKEN = HONEST["card"].reply_token


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


def adapter(mail: MailSandbox) -> EmailAdapter:
    return EmailAdapter(account(mail))


async def read(mail: MailSandbox, kept: Kept) -> Heard | Ignored:
    """What our adapter makes of it."""
    return await adapter(mail).sources[0].read(kept)


async def arrived(mail: MailSandbox) -> tuple[Kept, ...]:
    """What is in our mailbox."""
    async with reading(account(mail)) as batches:
        return (await following(batches)).messages


async def card(mail: MailSandbox) -> Letter:
    await adapter(mail).send(HONEST["card"])
    return mail.letters(BO)[-1]


async def test_an_answer_comes_back_as_the_persons_verified_word_with_token_and_code(mail: MailSandbox) -> None:
    await mail.reply_as(BO, await card(mail), "APPROVE 482913")
    (kept,) = await arrived(mail)
    received = await read(mail, kept)
    assert isinstance(received, Received)
    author = received.message.author
    assert (author.identity, author.assurance) == ("email:bo@example.test", "verified")
    assert (received.message.text, received.token, received.code) == ("APPROVE 482913", TOKEN, "482913")


async def test_an_answer_to_an_answer_stays_in_the_thread_of_both_mail_programs(mail: MailSandbox) -> None:
    letter = await card(mail)
    answer_id = await mail.reply_as(BO, letter, "Which version?")
    (kept,) = await arrived(mail)
    received = await read(mail, kept)
    assert isinstance(received, Received)
    await adapter(mail).send(HONEST["said"].model_copy(update={"address": received.address}))
    again = mail.letters(BO)[-1]
    assert again.in_reply_to == answer_id
    assert again.references == (letter.message_id, answer_id)
    assert again.subject == "Re: Approval needed: deploy"


async def test_an_answer_without_the_plus_address_finds_its_thread_by_our_id(mail: MailSandbox) -> None:
    letter = await card(mail)
    await mail.send_as(BO, mail.bot, "Re: x", "DENY 482913", in_reply_to=letter.message_id)
    (kept,) = await arrived(mail)
    received = await read(mail, kept)
    assert isinstance(received, Received)
    assert received.token == TOKEN


UNSURE: dict[Auth, Assurance] = {"fail": "none", "none": "asserted", "unstamped": "asserted"}


@pytest.mark.parametrize(("auth", "assurance"), UNSURE.items())
async def test_an_answer_that_our_exchanger_does_not_vouch_for_is_not_verified(
    mail: MailSandbox, auth: Auth, assurance: Assurance
) -> None:
    await mail.reply_as(BO, await card(mail), "APPROVE 482913", auth=auth)
    (kept,) = await arrived(mail)
    received = await read(mail, kept)
    assert isinstance(received, Received)
    assert received.message.author.assurance == assurance


async def test_a_mail_of_ours_that_comes_back_is_ignored(mail: MailSandbox) -> None:
    letter = await card(mail)
    await mail.deliver_raw(mail.bot, mail.bot, letter.raw)
    (kept,) = await arrived(mail)
    assert await read(mail, kept) == Ignored(kind="own", detail="our own mail came back")


async def test_the_same_mail_read_twice_is_the_same_message(mail: MailSandbox) -> None:
    await mail.reply_as(BO, await card(mail), "APPROVE 482913")
    (kept,), (again,) = await arrived(mail), await arrived(mail)
    assert kept == again
    assert await read(mail, kept) == await read(mail, again)


async def test_a_mail_that_cannot_be_read_does_not_stop_the_next(mail: MailSandbox) -> None:
    await mail.deliver_raw(BO, mail.bot, b"From: a@b.test, c@d.test\r\n\r\nx\r\n")
    await mail.send_as(BO, mail.bot, "Hello", "Hello")
    broken, good = await arrived(mail)
    with pytest.raises(Unreadable, match="more than one mailbox"):
        await read(mail, broken)
    assert isinstance(await read(mail, good), Received)


def test_an_adapter_says_what_it_reads_and_where_a_person_is_written_to() -> None:
    ours = EmailAdapter(account(MailSandbox()))
    assert ours.sources[0].name == "email:holdpoint@bot.example.test"
    assert ours.address_of("email:bo@example.test") == Address(channel="email", ref=HONEST["card"].address.ref)
