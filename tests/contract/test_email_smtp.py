"""Sending by SMTP against a real server: sent once, or known not to be, or honestly unknown."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from adapters.email.sending import smtp
from adapters.email.where import Where
from adapters.errors import OutcomeUnknown, Rejected, SendError, TryLater, Unreachable
from sandbox.mail import Fault, MailSandbox
from sandbox.mail.faults import FaultKind
from tests.contract.email_sending import Sending, sending
from tests.contract.mailbox import BO, account
from tests.unit.adapters.email.parcels import FORGED, HONEST

CARD = HONEST["card"]
ID = "<hp.e1.k3v9.abcdefgh@bot.example.test>"
PATH = "holdpoint+b.e1.abcdefgh@bot.example.test"


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as made:
        yield made


@pytest.fixture
def mail(running: MailSandbox) -> MailSandbox:
    """The one server of this file, without faults."""
    running.lift()
    running.terms.refused.clear()
    return running


@pytest.fixture
async def ours(mail: MailSandbox) -> AsyncIterator[Sending]:
    async with sending(mail) as made:
        yield made


# --- it goes out


async def test_a_mail_reaches_the_mailbox_as_it_was_rendered(ours: Sending) -> None:  # EM-27, EM-33
    before = len(ours.mail.journal)
    receipt = await ours.outbox.send(CARD)
    letter = ours.mail.letters(BO)[-1]
    assert receipt.provider_id == letter.message_id == ID
    assert [(t.sender, t.recipients, t.message_id) for t in ours.mail.journal[before:]] == [(PATH, (BO,), ID)]
    assert "APPROVE 482913" in letter.text
    assert letter.answer_to == "holdpoint+k3v9.abcdefgh@bot.example.test"


@pytest.mark.parametrize("name", FORGED)
async def test_hostile_words_go_out_as_words_to_nobody_else(ours: Sending, name: str) -> None:  # EM-52
    before = len(ours.mail.journal)
    await ours.outbox.send(FORGED[name])
    assert [t.recipients for t in ours.mail.journal[before:]] == [(BO,)]


# --- it does not, or nobody knows: EM-54, stage by stage

OUTCOMES: dict[FaultKind, tuple[type[SendError], int]] = {
    "smtp_greeting": (TryLater, 0),
    "smtp_auth": (TryLater, 0),
    "smtp_mail_later": (TryLater, 0),
    "smtp_rcpt_later": (TryLater, 0),
    "smtp_rcpt_refused": (Rejected, 0),
    "temporary": (TryLater, 0),
    "permanent": (Rejected, 0),
    "drop_before": (OutcomeUnknown, 0),
    "lost_reply": (OutcomeUnknown, 1),
}


@pytest.mark.parametrize("fault", OUTCOMES)
async def test_each_fault_of_a_server_is_told_for_what_it_is_known_to_be(ours: Sending, fault: FaultKind) -> None:
    error, delivered = OUTCOMES[fault]
    ours.mail.order(Fault(fault))
    before = len(ours.mail.journal)
    with pytest.raises(error) as told:
        await ours.outbox.send(CARD)
    assert type(told.value) is error
    assert len(ours.mail.journal) - before == delivered


@pytest.mark.parametrize("fault", OUTCOMES)
async def test_a_second_try_carries_the_same_id_and_the_same_bytes(ours: Sending, fault: FaultKind) -> None:
    await ours.outbox.send(CARD)
    async with sending(ours.mail) as other:
        ours.mail.order(Fault(fault))
        with pytest.raises(SendError):
            await other.outbox.send(CARD)
        await other.outbox.send(CARD)
    first, *_, last = (letter for letter in ours.mail.letters(BO) if letter.message_id == ID)
    assert first.raw.partition(b"Date:")[2] == last.raw.partition(b"Date:")[2]


async def test_a_refusal_gives_the_servers_code_and_words(ours: Sending) -> None:
    ours.mail.order(Fault("permanent"))
    with pytest.raises(Rejected, match=r"^554 5\.7\.1 this message is refused$"):
        await ours.outbox.send(CARD)
    ours.mail.order(Fault("temporary"))
    with pytest.raises(TryLater, match=r"^451 4\.3\.0 please try again later$") as later:
        await ours.outbox.send(CARD)
    assert later.value.retry_after is None


RECIPIENTS = {
    "550 5.1.1 no such mailbox here": Unreachable,
    "550 5.1.10 recipient address has a null MX": Unreachable,
    "551 5.1.6 moved, no forwarding address": Unreachable,
    "550 5.1.8 sender address rejected": Rejected,
    "550 5.7.1 blocked by policy": Rejected,
    "550 go away": Rejected,
    "530 5.7.0 authentication required": TryLater,
    "452 4.2.2 mailbox full": TryLater,
    "421 4.7.0 closing": TryLater,
}


@pytest.mark.parametrize("reply", RECIPIENTS)
async def test_what_a_server_says_of_a_recipient_is_taken_for_what_it_is(mail: MailSandbox, reply: str) -> None:
    mail.terms.refused[BO] = reply
    async with sending(mail) as ours:
        with pytest.raises(SendError) as told:
            await ours.outbox.send(CARD)
    assert type(told.value) is RECIPIENTS[reply]
    assert str(told.value) == reply


async def test_an_address_without_a_mailbox_is_not_written_to_again(ours: Sending) -> None:
    nobody = CARD.model_copy(update={"address": Where(to="nobody@example.test").address()})
    with pytest.raises(Unreachable, match="no such mailbox"):
        await ours.outbox.send(nobody)


async def test_a_server_that_takes_no_return_path_of_ours_gets_the_plain_address(ours: Sending) -> None:
    ours.mail.order(Fault("smtp_mail_refused"))
    before = len(ours.mail.journal)
    with capture_logs() as logs:
        await ours.outbox.send(CARD)
    await ours.outbox.send(CARD)
    assert [t.sender for t in ours.mail.journal[before:]] == [ours.mail.bot] * 2
    assert [sent.return_path for sent in ours.memory.noted] == [PATH, ours.mail.bot, ours.mail.bot]
    assert [log["log_level"] for log in logs] == ["warning"]


async def test_a_server_that_takes_no_sender_of_ours_refuses_the_mail(ours: Sending) -> None:
    ours.mail.order(Fault("smtp_mail_refused", 2))
    with pytest.raises(Rejected, match=r"550 5\.7\.1 sender refused"):
        await ours.outbox.send(CARD)
    assert ours.mail.faults == ()


async def test_a_server_that_is_not_there_is_tried_later(mail: MailSandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with sending(mail, replace(account(mail).smtp, port=port)) as ours:
        with pytest.raises(TryLater, match="not reachable"):
            await ours.outbox.send(CARD)


async def test_a_server_that_takes_the_call_and_is_silent_is_tried_later(
    mail: MailSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with sending(mail, replace(account(mail).smtp, port=silent.getsockname()[1])) as ours:
            with pytest.raises(TryLater, match="not reachable"):
                await ours.outbox.send(CARD)
