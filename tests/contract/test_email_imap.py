"""Reading by IMAP against a real server: nothing lost, nothing read twice without need, whatever the wire does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from adapters.base import Position
from adapters.email import limits
from adapters.email.fetching import imap
from adapters.email.fetching.imap import LoginRefused
from adapters.errors import SourceDown
from sandbox.mail import Fault, MailSandbox
from tests.contract.mailbox import ANA, CUT, Wire, account, at, following, idling, reading, until, words


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


async def write(mail: MailSandbox, *texts: str) -> None:
    for text in texts:
        await mail.send_as(ANA, mail.bot, "Hello", text)


# --- fetching


async def test_what_was_there_before_comes_whole_in_order_and_with_the_position_behind_it(mail: MailSandbox) -> None:
    await write(mail, "one", "two", "three")
    async with reading(account(mail)) as batches:
        batch = await following(batches)
    assert words(batch) == ["one", "two", "three"]
    assert [kept.raw for kept in batch.messages] == [letter.raw for letter in mail.letters(mail.bot)]
    assert batch.position.uid == mail.letters(mail.bot)[-1].uid
    names = [f"{mail.bot}:{batch.position.validity}:{letter.uid}" for letter in mail.letters(mail.bot)]
    assert [kept.id for kept in batch.messages] == names


async def test_many_mails_come_in_batches_that_each_end_at_a_position(mail: MailSandbox) -> None:
    await write(mail, *(str(n) for n in range(imap.BATCH + 3)))
    async with reading(account(mail)) as batches:
        first, second = await following(batches), await following(batches)
    assert words(first) + words(second) == [str(n) for n in range(imap.BATCH + 3)]
    assert (len(first.messages), len(second.messages)) == (imap.BATCH, 3)
    uids = [letter.uid for letter in mail.letters(mail.bot)]
    assert (first.position.uid, second.position.uid) == (uids[imap.BATCH - 1], uids[-1])


async def test_from_a_position_only_what_is_behind_it_comes(mail: MailSandbox) -> None:
    await write(mail, "one", "two")
    async with reading(account(mail)) as batches:
        position = (await following(batches)).position
    await write(mail, "three")
    async with reading(account(mail), position) as batches:
        assert words(await following(batches)) == ["three"]


async def test_at_the_end_of_the_mailbox_the_last_mail_does_not_come_again(mail: MailSandbox) -> None:
    """`n:*` names the last mail when nothing is new."""
    await write(mail, "one")
    async with reading(account(mail)) as batches:
        position = (await following(batches)).position
    # What comes between a wish to idle and the idling is pushed by nobody, and found by the poll.
    ours = account(mail, poll_seconds=2)
    async with Wire(mail.host, mail.imap_port) as wire, reading(at(wire.port, ours), position) as batches:
        coming = asyncio.create_task(following(batches))
        await until(lambda: coming.done() or any(b"IDLE" in line for line in wire.said))
        await write(mail, "two")
        assert words(await coming) == ["two"]


async def test_a_position_of_a_mailbox_that_was_renumbered_is_worth_nothing(mail: MailSandbox) -> None:
    await write(mail, "one", "two")
    async with reading(account(mail)) as batches:
        position = (await following(batches)).position
    async with reading(account(mail), Position(position.validity + 1, position.uid)) as batches:
        again = await following(batches)
    assert words(again) == ["one", "two"]
    assert again.position == position


async def test_a_mailbox_renumbered_while_we_read_is_read_anew_under_new_names(mail: MailSandbox) -> None:
    number = re.compile(rb"UIDVALIDITY \d+")
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, poll_seconds=0.1))) as batches,
    ):
        await write(mail, "one")
        first = await following(batches)
        wire.bend = lambda said: number.sub(b"UIDVALIDITY 7", said)
        mail.order(Fault("imap_drop"))
        again = await following(batches)
    assert words(first) == words(again) == ["one"]
    assert (again.position.validity, first.position.validity == 7) == (7, False)
    assert first.messages[0].id != again.messages[0].id


async def test_a_mailbox_is_read_without_leaving_marks(mail: MailSandbox) -> None:
    await write(mail, "one")
    async with Wire(mail.host, mail.imap_port) as wire, reading(at(wire.port, account(mail))) as batches:
        await following(batches)
    fetches = [line for line in wire.said if b"FETCH" in line.upper()]
    assert fetches
    assert not [line for line in fetches if b"BODY[" in line.upper()]
    assert not [line for line in wire.said if b"STORE" in line.upper() or b"EXPUNGE" in line.upper()]


async def test_of_a_mail_too_large_only_the_beginning_is_fetched_and_marked(
    mail: MailSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:  # EM-11
    monkeypatch.setattr(imap, "MAX_MAIL", 2_000)
    monkeypatch.setattr(imap, "FIRST_PART", 1_500)
    await write(mail, "small", "x" * 5_000, "after it")
    async with Wire(mail.host, mail.imap_port) as wire, reading(at(wire.port, account(mail))) as batches:
        small, large, after = (await following(batches)).messages
    letters = mail.letters(mail.bot)
    assert (small.raw, after.raw) == (letters[0].raw, letters[2].raw)
    assert large.raw == limits.CUT + letters[1].raw[:1_500]
    assert [line for line in wire.said if b"<0.1500>" in line]


async def test_a_server_that_tells_of_thousands_of_mails_in_one_breath_is_heard_out(mail: MailSandbox) -> None:
    told = b"".join(b"* %d FETCH (FLAGS ())\r\n" % number for number in range(1, 2_001))
    await write(mail, "one")
    async with (
        Wire(mail.host, mail.imap_port, lambda said: told + said if b"RFC822.SIZE" in said else said) as wire,
        reading(at(wire.port, account(mail))) as batches,
    ):
        assert words(await following(batches)) == ["one"]
    assert wire.connections == 1


# --- waiting


async def test_a_new_mail_is_pushed(mail: MailSandbox) -> None:
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, poll_seconds=600))) as batches,
    ):
        await write(mail, "one")
        await following(batches)
        pushed = asyncio.create_task(following(batches))
        await until(lambda: idling(wire))
        await write(mail, "two")
        assert words(await pushed) == ["two"]
    assert wire.connections == 1


async def test_a_server_that_pushes_nothing_is_asked(mail: MailSandbox) -> None:
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, poll_seconds=0.1))) as batches,
    ):
        await write(mail, "one")
        await following(batches)
        wire.bend = lambda said: b"" if b"EXISTS" in said and b"OK" not in said else said
        await write(mail, "two")
        assert words(await following(batches)) == ["two"]


async def test_a_server_without_push_is_asked(mail: MailSandbox) -> None:
    async with (
        Wire(mail.host, mail.imap_port, lambda said: said.replace(b" IDLE", b"")) as wire,
        reading(at(wire.port, account(mail, poll_seconds=0.05))) as batches,
    ):
        await write(mail, "one")
        await following(batches)
        await write(mail, "two")
        assert words(await following(batches)) == ["two"]
    assert not [line for line in wire.said if b"IDLE" in line]


# --- trouble


async def test_a_connection_that_breaks_is_made_again_and_nothing_is_lost_or_repeated(mail: MailSandbox) -> None:
    async with reading(account(mail, poll_seconds=0.1)) as batches:
        await write(mail, "one")
        await following(batches)
        mail.order(Fault("imap_drop", 3))
        await write(mail, "two")
        assert words(await following(batches)) == ["two"]


async def test_a_connection_that_breaks_within_a_mail_gives_no_half_mail(mail: MailSandbox) -> None:
    cut: list[bytes] = []

    def bend(said: bytes) -> bytes:
        if b"BODY[]" not in said or len(cut) == 2:
            return said
        cut.append(said)
        return said[: len(said) // 2] + CUT

    await write(mail, "one", "x" * 5_000)
    async with Wire(mail.host, mail.imap_port, bend) as wire, reading(at(wire.port, account(mail))) as batches:
        batch = await following(batches)
    assert [kept.raw for kept in batch.messages] == [letter.raw for letter in mail.letters(mail.bot)]
    assert (len(cut), wire.connections) == (2, 3)


async def test_a_connection_that_breaks_behind_the_greeting_does_not_hold_us(mail: MailSandbox) -> None:
    """The client asks for capabilities by itself then, under a lock, and cannot be cancelled while it waits."""
    mail.order(Fault("imap_drop", 1))
    await write(mail, "one")
    async with reading(account(mail)) as batches:
        assert words(await following(batches)) == ["one"]


async def test_a_server_that_says_goodbye_instead_of_idling_is_called_again(mail: MailSandbox) -> None:
    mail.order(Fault("imap_bye_on_idle", 2))
    async with reading(account(mail)) as batches:
        waiting = asyncio.create_task(following(batches))
        await until(lambda: not mail.faults)
        await write(mail, "one")
        assert words(await waiting) == ["one"]


async def test_a_server_that_takes_the_call_and_is_silent_is_left(
    mail: MailSandbox,
) -> None:
    mail.order(Fault("imap_silent", 2))
    await write(mail, "one")
    async with reading(account(mail)) as batches:
        assert words(await following(batches)) == ["one"]


async def test_a_server_that_does_not_end_its_push_is_left(mail: MailSandbox) -> None:
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, poll_seconds=0.1))) as batches,
    ):
        await write(mail, "one")
        await following(batches)
        wire.bend = lambda said: b"" if wire.connections == 1 else said
        await write(mail, "two")
        assert words(await following(batches)) == ["two"]
    assert wire.connections == 2


async def test_a_refused_login_is_told_and_not_tried_for_ever(mail: MailSandbox) -> None:
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, password="wrong"))) as batches,
    ):
        with pytest.raises(LoginRefused, match="does not let holdpoint@") as refused:
            await following(batches)
    assert isinstance(refused.value, SourceDown)
    assert "wrong" not in str(refused.value)
    assert wire.connections == 1


async def test_a_server_that_is_not_there_is_called_until_it_is(mail: MailSandbox) -> None:
    await write(mail, "one")
    async with Wire(mail.host, mail.imap_port) as wire:
        port = wire.port
    async with reading(at(port, account(mail))) as batches:
        waiting = asyncio.create_task(following(batches))
        await asyncio.sleep(0.1)
        async with Wire(mail.host, mail.imap_port, listen=port):
            assert words(await waiting) == ["one"]
