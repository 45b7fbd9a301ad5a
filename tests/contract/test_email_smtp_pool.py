"""Connections to a mail server: few, used again while they are good, each by one task at a time. EM-53"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from adapters.email.account import Server
from adapters.email.sending import pool as pools
from adapters.email.sending.envelope import addressed
from adapters.email.sending.pool import Pool
from adapters.email.sending.recipient import recipient
from adapters.email.sending.smtp import Session, connect
from adapters.errors import SendError, TryLater
from sandbox.mail import Fault, MailSandbox
from tests.contract.email_sending import numbered, sending
from tests.contract.mailbox import BO, CUT, Bend, Wire, account, until
from tests.unit.adapters.email.letters import SITE
from tests.unit.adapters.email.parcels import HONEST

CARD, SAID = HONEST["card"], HONEST["said"]


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as made:
        yield made


@pytest.fixture
def mail(running: MailSandbox) -> MailSandbox:
    """The one server of this file, without faults."""
    running.lift()
    return running


@pytest.fixture
async def wire(mail: MailSandbox) -> AsyncIterator[Wire]:
    """A relay before it, which sees every connection."""
    async with Wire(mail.host, mail.smtp_port) as made:
        yield made


def through(wire: Wire, mail: MailSandbox) -> Server:
    return replace(account(mail).smtp, port=wire.port)


def said(wire: Wire) -> list[str]:
    """The commands that a client gave, by their first word."""
    return [line.split()[0].decode() for line in wire.said if line[:4] in (b"EHLO", b"AUTH", b"RSET", b"QUIT", b"DATA")]


@contextlib.asynccontextmanager
async def pooled(wire: Wire, mail: MailSandbox, *, idle: float = 30.0) -> AsyncIterator[Pool]:
    pool = Pool(lambda: connect(through(wire, mail), SITE.domain), idle=idle)
    async with contextlib.aclosing(pool):
        yield pool


async def one(session: Session) -> None:
    """A mail to Bo."""
    mail = addressed(SAID, SITE)
    mail.set_content("x")
    await session.send(mail, SITE.address, recipient(BO))


async def test_mails_one_after_the_other_go_over_one_connection(mail: MailSandbox, wire: Wire) -> None:
    before = len(mail.journal)
    async with sending(mail, through(wire, mail)) as ours:
        for number in range(5):
            await ours.outbox.send(numbered(CARD, number))
    assert len(mail.journal) - before == 5
    assert wire.connections == 1
    assert said(wire) == ["EHLO", "AUTH", "DATA", *["RSET", "DATA"] * 4, "QUIT"]


async def test_many_mails_at_once_go_over_two_connections_and_arrive_once_each(mail: MailSandbox, wire: Wire) -> None:
    before = len(mail.journal)
    async with sending(mail, through(wire, mail)) as ours:
        await asyncio.gather(*(ours.outbox.send(numbered(CARD, number)) for number in range(40)))
    taken = [t.message_id for t in mail.journal[before:]]
    assert sorted(taken) == sorted(f"<hp.e{number}.k3v9.abcdefgh@bot.example.test>" for number in range(40))
    assert wire.connections == 2


async def test_no_two_tasks_have_one_connection(mail: MailSandbox, wire: Wire) -> None:
    async with pooled(wire, mail) as pool:
        held: set[Session] = set()
        most = 0

        async def hold() -> None:
            nonlocal most
            async with pool.session() as session:
                assert session not in held
                held.add(session)
                most = max(most, len(held))
                await asyncio.sleep(0)
                held.remove(session)

        await asyncio.gather(*(hold() for _ in range(20)))
    assert most == 2
    assert wire.connections == 2


async def test_a_connection_that_the_server_closed_meanwhile_is_replaced_and_nothing_is_lost(
    mail: MailSandbox, wire: Wire
) -> None:
    before = len(mail.journal)
    async with sending(mail, through(wire, mail)) as ours:
        await ours.outbox.send(numbered(CARD, 1))
        wire.bend = _cut_once(wire)
        await ours.outbox.send(numbered(CARD, 2))
    assert len(mail.journal) - before == 2
    assert wire.connections == 2


def _cut_once(wire: Wire) -> Bend:
    """The next thing the server says is its last on that connection."""

    def bend(heard: bytes) -> bytes:
        wire.bend = lambda heard: heard
        return CUT

    return bend


async def test_an_idle_connection_is_closed(mail: MailSandbox, wire: Wire) -> None:
    async with pooled(wire, mail, idle=0.01) as pool:
        async with pool.session() as session:
            await one(session)
        await until(lambda: "QUIT" in said(wire))
        async with pool.session() as session:
            await one(session)
    assert wire.connections == 2


async def test_a_connection_is_not_used_for_ever(
    mail: MailSandbox, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "MOST_MAILS", 2)
    async with pooled(wire, mail) as pool:
        for _ in range(4):
            async with pool.session() as session:
                await one(session)
    assert wire.connections == 2


async def test_a_connection_on_which_something_failed_is_not_used_again(mail: MailSandbox, wire: Wire) -> None:
    async with sending(mail, through(wire, mail)) as ours:
        for fault in (Fault("permanent"), Fault("temporary"), Fault("lost_reply")):
            mail.order(fault)
            with pytest.raises(SendError):
                await ours.outbox.send(CARD)
        await ours.outbox.send(CARD)
    assert wire.connections == 4


async def test_a_task_that_is_ended_while_it_sends_leaves_no_connection_behind(mail: MailSandbox, wire: Wire) -> None:
    async with pooled(wire, mail) as pool:
        began = asyncio.Event()

        async def hold() -> None:
            async with pool.session():
                began.set()
                await asyncio.Event().wait()

        holding = asyncio.create_task(hold())
        await began.wait()
        holding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await holding
        async with pool.session() as session:
            await one(session)
    assert wire.connections == 2


# --- a login that is refused


async def test_a_refused_login_is_told_to_an_operator_and_not_tried_again_at_once(
    mail: MailSandbox, wire: Wire
) -> None:
    server = replace(through(wire, mail), password="canary")
    now = 0.0
    pool = Pool(lambda: connect(server, SITE.domain), clock=lambda: now)
    with capture_logs() as logs:
        for _ in range(3):
            with pytest.raises(TryLater) as told:
                async with pool.session():
                    raise AssertionError
            assert "canary" not in str(told.value)
    assert told.value.retry_after == pools.LOCKED
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["the mail server refuses our login"]
    assert "canary" not in str(logs)
    assert said(wire).count("AUTH") == 1
    now = pools.LOCKED
    with pytest.raises(TryLater):
        async with pool.session():
            raise AssertionError
    assert said(wire).count("AUTH") == 2


async def test_a_login_that_may_succeed_later_locks_nothing(mail: MailSandbox) -> None:
    mail.order(Fault("smtp_auth"))
    async with sending(mail) as ours:
        with pytest.raises(TryLater, match="454"):
            await ours.outbox.send(CARD)
        await ours.outbox.send(CARD)
