"""IMAP servers that hang: the client waits for ever each time, and we leave it, call again, and hear the next mail.

The mailbox is not polled meanwhile, so that nothing but our own bound, or the loss of the connection, can help.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from sandbox.mail import Fault, MailSandbox
from sandbox.mail.faults import FaultKind
from tests.contract.mailbox import ANA, HASTE, Wire, account, at, following, reading, until, words

NEVER = 600.0


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
async def mail(request: pytest.FixtureRequest) -> AsyncIterator[MailSandbox]:
    async with MailSandbox(tls=request.param) as running:
        yield running


async def write(mail: MailSandbox, text: str) -> None:
    await mail.send_as(ANA, mail.bot, "Hello", text)


@pytest.mark.parametrize(
    "kind",
    [
        "imap_close_idling",
        "imap_bye_on_idle",
        "imap_silent_idle",
    ],
)
async def test_a_server_that_fails_at_the_beginning_of_a_push_is_called_again(
    mail: MailSandbox, kind: FaultKind
) -> None:  # EM-06, EM-07
    mail.order(Fault(kind, 2))
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, poll_seconds=NEVER))) as batches,
    ):
        waiting = asyncio.create_task(following(batches))
        await until(lambda: wire.connections == 3)
        await write(mail, "one")
        assert words(await waiting) == ["one"]
    assert not mail.faults


async def test_a_server_that_is_silent_from_the_start_is_left(mail: MailSandbox) -> None:  # EM-06
    mail.order(Fault("imap_silent", 2))
    await write(mail, "one")
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, poll_seconds=NEVER))) as batches,
    ):
        assert words(await following(batches)) == ["one"]
    assert wire.connections == 3


async def test_a_server_that_says_no_to_a_push_is_polled_over_the_same_connection(mail: MailSandbox) -> None:  # EM-06
    mail.order(Fault("imap_no_idle"))
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, poll_seconds=0.05))) as batches,
    ):
        waiting = asyncio.create_task(following(batches))
        await until(lambda: not mail.faults)
        await write(mail, "one")
        assert words(await waiting) == ["one"]
    assert wire.connections == 1


async def test_a_server_that_does_not_answer_done_is_left(mail: MailSandbox) -> None:  # EM-06
    mail.order(Fault("imap_done_unanswered", 2))
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, poll_seconds=0.05))) as batches,
    ):
        waiting = asyncio.create_task(following(batches))
        await until(lambda: wire.connections == 3)
        await write(mail, "one")
        assert words(await waiting) == ["one"]


async def test_a_connection_that_is_lost_while_idling_is_noticed_at_once(mail: MailSandbox) -> None:  # EM-06, EM-07
    async with reading(account(mail, poll_seconds=NEVER)) as batches:
        await write(mail, "one")
        await following(batches)
        waiting = asyncio.create_task(following(batches))
        for text in ("two", "three"):
            mail.order(Fault("imap_drop"))
            await write(mail, text)
        assert words(await waiting) == ["two", "three"]


async def test_a_server_that_speaks_byte_by_byte_is_heard_out(mail: MailSandbox) -> None:
    """It is slow, but never silent for long: a mail takes longer than any one silence may."""
    mail.order(Fault("imap_slow"))
    await write(mail, "x" * 500)
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, poll_seconds=NEVER)), patience=replace(HASTE, answer=0.5)) as batches,
    ):
        assert (await following(batches)).messages[0].raw == mail.letters(mail.bot)[0].raw
    assert wire.connections == 1
