"""One mail to one recipient: remembered before it goes, counted, and refused where no mail can go."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from adapters.base import Parcel
from adapters.email.found import Sent
from adapters.email.where import Where
from adapters.errors import OutcomeUnknown, Rejected, TryLater, Unreachable
from agent_core.events import AgentMessage
from sandbox.mail import Fault, MailSandbox
from tests.contract.email_sending import Sending, numbered, sending
from tests.contract.mailbox import BO
from tests.unit.adapters.email.parcels import HONEST, parcel

CARD = HONEST["card"]
LONG = parcel(AgentMessage(id="a9", to=("x",), text="A line of many words. \n\n" * 20_000))


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as made:
        yield made


@pytest.fixture
async def ours(running: MailSandbox) -> AsyncIterator[Sending]:
    running.lift()
    async with sending(running) as made:
        yield made


def at(address: str, given: Parcel = CARD) -> Parcel:
    return given.model_copy(update={"address": Where(to=address).address()})


# --- remembered: EM-27, EM-29


async def test_a_mail_is_remembered_with_what_its_answers_and_bounces_are_known_by(ours: Sending) -> None:
    await ours.outbox.send(CARD)
    letter = ours.mail.letters(BO)[-1]
    assert ours.memory.noted == [
        Sent(
            effect_id="e1",
            thread_id="t1",
            cause="r1",
            to="email:bo@example.test",
            message_id=letter.message_id,
            return_path=ours.mail.journal[-1].sender,
            text=letter.text,
        )
    ]


async def test_a_mail_is_remembered_before_it_goes(ours: Sending) -> None:
    """Its answer may be quicker than its outcome; and where nobody knows that, it may be answered all the same."""
    ours.mail.order(Fault("lost_reply"))
    with pytest.raises(OutcomeUnknown):
        await ours.outbox.send(CARD)
    assert [sent.effect_id for sent in ours.memory.noted] == ["e1"]


async def test_a_mail_that_cannot_be_remembered_does_not_go(ours: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(sent: Sent) -> None:
        raise ConnectionError("the store is away")

    monkeypatch.setattr(ours.memory, "note", fail)
    before = len(ours.mail.journal)
    with pytest.raises(ConnectionError):
        await ours.outbox.send(CARD)
    assert len(ours.mail.journal) == before


# --- counted: EM-30


@pytest.fixture
async def few(running: MailSandbox) -> AsyncIterator[Sending]:
    running.lift()
    async with sending(running, per_hour=3) as made:
        yield made


async def test_nobody_gets_more_mails_than_an_hour_may_bring_and_an_operator_is_told_once(few: Sending) -> None:
    before = len(few.mail.journal)
    with capture_logs() as logs:
        for number in range(3):
            await few.outbox.send(numbered(CARD, number))
        few.counters.now = 600
        for number in (3, 4, 3):
            with pytest.raises(TryLater, match="enough was sent") as told:
                await few.outbox.send(numbered(CARD, number))
    assert told.value.retry_after == 3000
    assert len(few.mail.journal) - before == 3
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["too many mails to one recipient"]
    assert BO not in str(logs)
    await few.outbox.send(numbered(CARD, 5, to="cy@example.test"))
    few.counters.now = 3600
    await few.outbox.send(numbered(CARD, 3))
    assert [sent.effect_id for sent in few.memory.noted] == ["e0", "e1", "e2", "e5", "e3"]


async def test_the_next_hour_that_is_too_full_is_told_again(few: Sending) -> None:
    with capture_logs() as logs:
        for hour in (0, 1):
            few.counters.now = hour * 3600
            for number in range(4):
                with contextlib.suppress(TryLater):
                    await few.outbox.send(numbered(CARD, 10 * hour + number))
    assert [log["log_level"] for log in logs] == ["error", "error"]


async def test_two_spellings_of_an_address_are_one_recipient(few: Sending) -> None:
    for number, address in enumerate((BO, "BO@example.test", "bo@EXAMPLE.test")):
        await few.outbox.send(numbered(CARD, number, to=address))
    with pytest.raises(TryLater):
        await few.outbox.send(numbered(CARD, 4, to="Bo@Example.test"))


async def test_a_mail_that_is_tried_again_and_again_is_counted_once(few: Sending) -> None:
    few.mail.order(Fault("temporary", 10))
    for _ in range(10):
        with pytest.raises(TryLater, match="451"):
            await few.outbox.send(CARD)
    for number in (1, 2, 3):
        await few.outbox.send(numbered(CARD, number))


# --- what cannot go: EM-52, EM-55, EM-56


@contextlib.asynccontextmanager
async def terms(running: MailSandbox, *, size: int | None = None, smtputf8: bool = False) -> AsyncIterator[None]:
    """The server's terms, for connections from now on."""
    before = replace(running.terms)
    running.terms.size, running.terms.smtputf8 = size if size is not None else before.size, smtputf8
    yield
    running.terms.size, running.terms.smtputf8 = before.size, before.smtputf8


async def test_a_mail_larger_than_the_server_takes_is_not_even_begun(running: MailSandbox) -> None:
    async with terms(running, size=100_000), sending(running) as ours:
        before = len(running.journal)
        with pytest.raises(
            Rejected, match=r"^the mail has [\d,]{7,} bytes, and the mail server takes 100,000 at most$"
        ):
            await ours.outbox.send(LONG)
        await ours.outbox.send(CARD)
        assert len(running.journal) - before == 1


async def test_a_long_answer_goes_with_the_whole_of_it_in_a_file(ours: Sending) -> None:
    await ours.outbox.send(LONG)
    letter = ours.mail.letters(BO)[-1]
    assert "The file answer.md has all of it: 480,000 characters." in letter.text
    assert len(letter.html.encode()) < 100_000


async def test_a_domain_beyond_ascii_is_written_to_as_it_is_registered(ours: Sending) -> None:
    """By the rules of 2003 this would be fass.example: somebody else."""
    ours.mail.order(Fault("smtp_rcpt_refused", to="bo@xn--fa-hia.example", reply="550 5.7.1 it came to the right one"))
    with pytest.raises(Rejected, match="it came to the right one"):
        await ours.outbox.send(at("bo@Faß.example"))


async def test_a_name_beyond_ascii_needs_a_server_that_can_carry_it(running: MailSandbox) -> None:
    async with sending(running) as ours:
        with pytest.raises(Rejected, match="SMTPUTF8") as told:
            await ours.outbox.send(at("bø@example.test"))
    assert not isinstance(told.value, Unreachable)
    async with terms(running, smtputf8=True), sending(running) as ours:
        running.order(Fault("smtp_rcpt_refused", to="bø@example.test", reply="550 5.7.1 it came"))
        with pytest.raises(Rejected, match="it came"):
            await ours.outbox.send(at("bø@example.test"))
    running.lift()


BAD = (
    *("", "bo", "@example.test", "bo@", "bo@@example.test", "bo@exa mple.test", "bo cy@example.test", "bo@-.test"),
    *("bo\r\nRCPT TO:<cy@example.test>@example.test", "bo@example.test\r\nDATA", "bo\x00@example.test"),
    *("bo>@example.test", "bo,cy@example.test", '"bo"@example.test', "bo@[127.0.0.1]", f"{'b' * 65}@example.test"),
    *(f"bo@{'e' * 250}.test", "bo\u202e@example.test", "bo@ex\u200bample.test\u2028", "bo..cy@example.test"),
    *("bø,cy@example.test", "bø>@example.test", "bø cy@example.test", "bo@☃..test"),
)


@pytest.mark.parametrize("address", BAD)
async def test_what_is_no_address_is_written_to_nowhere(ours: Sending, address: str) -> None:
    before = len(ours.mail.journal)
    with pytest.raises(Unreachable, match=r"^(this is not an address|the domain of this address is not a domain)"):
        await ours.outbox.send(at(address))
    assert len(ours.mail.journal) == before
    assert ours.memory.noted == []
