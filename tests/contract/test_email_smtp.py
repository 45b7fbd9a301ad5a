"""Sending by SMTP against a real server: sent once, or known not to be, or honestly unknown."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.email import smtp
from adapters.email.account import Server
from adapters.email.adapter import EmailAdapter
from adapters.email.where import Where
from adapters.errors import OutcomeUnknown, Rejected, SendError, TryLater
from sandbox.mail import Fault, MailSandbox
from sandbox.mail.post import FaultKind
from tests.contract.mailbox import BO, account
from tests.unit.adapters.email.parcels import FORGED, HONEST

CARD = HONEST["card"]
ID = "<hp.e1.k3v9.abcdefgh@bot.example.test>"


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as made:
        yield made


@pytest.fixture
def mail(running: MailSandbox) -> MailSandbox:
    """The one server of this file, without faults."""
    running.lift()
    return running


def adapter(mail: MailSandbox, server: Server | None = None) -> EmailAdapter:
    """Ours, at the sandbox's server or at another."""
    of = account(mail)
    return EmailAdapter(replace(of, smtp=server or of.smtp))


# --- it goes out


async def test_a_mail_reaches_the_mailbox_as_it_was_rendered(mail: MailSandbox) -> None:
    before = len(mail.journal)
    receipt = await adapter(mail).send(CARD)
    letter = mail.letters(BO)[-1]
    assert receipt.provider_id == letter.message_id == ID
    assert [(t.sender, t.recipients, t.message_id) for t in mail.journal[before:]] == [(mail.bot, (BO,), ID)]
    assert "APPROVE 482913" in letter.text
    assert letter.answer_to == "holdpoint+k3v9.abcdefgh@bot.example.test"


@pytest.mark.parametrize("name", FORGED)
async def test_hostile_words_go_out_as_words_to_nobody_else(mail: MailSandbox, name: str) -> None:
    before = len(mail.journal)
    await adapter(mail).send(FORGED[name])
    assert [t.recipients for t in mail.journal[before:]] == [(BO,)]


# --- it does not, or nobody knows

OUTCOMES: dict[FaultKind, tuple[type[SendError], int]] = {
    "temporary": (TryLater, 0),
    "permanent": (Rejected, 0),
    "drop_before": (OutcomeUnknown, 0),
    "lost_reply": (OutcomeUnknown, 1),
}


@pytest.mark.parametrize("fault", OUTCOMES)
async def test_each_fault_of_a_server_is_told_for_what_it_is_known_to_be(mail: MailSandbox, fault: FaultKind) -> None:
    error, delivered = OUTCOMES[fault]
    mail.order(Fault(fault))
    before = len(mail.journal)
    with pytest.raises(error) as told:
        await adapter(mail).send(CARD)
    assert type(told.value) is error
    assert len(mail.journal) - before == delivered


@pytest.mark.parametrize("fault", OUTCOMES)
async def test_a_second_try_carries_the_same_id_and_the_same_bytes(mail: MailSandbox, fault: FaultKind) -> None:
    await adapter(mail).send(CARD)
    mail.order(Fault(fault))
    with pytest.raises(SendError):
        await adapter(mail).send(CARD)
    await adapter(mail).send(CARD)
    first, *_, last = (letter for letter in mail.letters(BO) if letter.message_id == ID)
    assert first.raw.partition(b"Date:")[2] == last.raw.partition(b"Date:")[2]


async def test_a_refusal_gives_the_servers_code_and_words(mail: MailSandbox) -> None:
    mail.order(Fault("permanent"))
    with pytest.raises(Rejected, match=r"^554 5\.7\.1 this message is refused$"):
        await adapter(mail).send(CARD)
    mail.order(Fault("temporary"))
    with pytest.raises(TryLater, match=r"^451 4\.3\.0 please try again later$") as later:
        await adapter(mail).send(CARD)
    assert later.value.retry_after is None


async def test_an_address_without_a_mailbox_is_refused_for_good(mail: MailSandbox) -> None:
    nobody = CARD.model_copy(update={"address": Where(to="nobody@example.test").address()})
    with pytest.raises(Rejected, match="no such mailbox"):
        await adapter(mail).send(nobody)


async def test_a_refused_login_may_be_mended_and_does_not_tell_the_password(mail: MailSandbox) -> None:
    with pytest.raises(TryLater) as told:
        await adapter(mail, replace(account(mail).smtp, password="canary")).send(CARD)
    assert "canary" not in str(told.value)


async def test_a_server_that_is_not_there_is_tried_later(mail: MailSandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TryLater, match="not reachable"):
        await adapter(mail, replace(account(mail).smtp, port=port)).send(CARD)


async def test_a_server_that_takes_the_call_and_is_silent_is_tried_later(
    mail: MailSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = replace(account(mail).smtp, port=silent.getsockname()[1])
        with pytest.raises(TryLater, match="not reachable"):
            await adapter(mail, server).send(CARD)


async def test_a_server_without_encryption_gets_no_password(mail: MailSandbox) -> None:
    before = len(mail.journal)
    with pytest.raises(TryLater):
        await adapter(mail, replace(account(mail).smtp, tls=True)).send(CARD)
    assert len(mail.journal) == before


def test_mail_to_another_machine_must_use_tls() -> None:
    with pytest.raises(ValueError, match="must use TLS"):
        Server("mail.example.test", 25, "u", "p", tls=False)
