"""A folder as it is met: for the first time, renumbered, full to the brim, marked by others, missing, or the junk."""

from __future__ import annotations

import asyncio
import imaplib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from adapters.base import Position
from adapters.email import limits
from adapters.email.fetching import imap
from sandbox.mail import MailSandbox
from tests.contract.mailbox import ANA, HASTE, Wire, account, at, following, idling, reading, until, words


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


async def as_client(mail: MailSandbox, act: Callable[[imaplib.IMAP4], object]) -> None:
    """What another mail program does in the same mailbox."""

    def work() -> None:
        with imaplib.IMAP4(mail.host, mail.imap_port, timeout=10) as client:
            client.login(mail.bot, mail.password)
            act(client)

    await asyncio.to_thread(work)


def put(text: str, *, days_ago: float = 0, folder: str = "INBOX") -> Callable[[imaplib.IMAP4], object]:
    """A mail that came so many days ago."""
    came = (datetime.now(UTC) - timedelta(days=days_ago)).timestamp()
    raw = f"From: {ANA}\r\nMessage-ID: <same@example.test>\r\n\r\n{text}\r\n".encode()
    return lambda client: client.append(folder, "", imaplib.Time2Internaldate(time.localtime(came)), raw)


async def test_the_first_time_only_what_came_since_yesterday_is_read(mail: MailSandbox) -> None:  # EM-02
    for text, days in (("ten years", 3650), ("last week", 7), ("today", 0)):
        await as_client(mail, put(text, days_ago=days))
    async with reading(account(mail, poll_seconds=0.05)) as batches:
        assert words(await following(batches)) == ["today"]
        await as_client(mail, put("next"))
        assert words(await following(batches)) == ["next"]


async def test_an_empty_folder_has_a_position_too(mail: MailSandbox) -> None:  # EM-02
    """Or what came to it while we were away for long would be taken for old."""
    await as_client(mail, put("old", days_ago=30))
    async with reading(account(mail)) as batches:
        first = await anext(batches)
    assert not first.messages
    await as_client(mail, put("while we were away", days_ago=5))
    async with reading(account(mail), first.position) as batches:
        assert words(await following(batches)) == ["while we were away"]


async def test_a_renumbered_folder_is_read_again_from_two_weeks_back_and_told(mail: MailSandbox) -> None:  # EM-03
    for text, days in (("a month", 30), ("a week", 7), ("today", 0)):
        await as_client(mail, put(text, days_ago=days))
    with structlog.testing.capture_logs() as logs:
        async with reading(account(mail), Position(1, 5000)) as batches:
            assert words(await following(batches)) == ["a week", "today"]
    told = [line for line in logs if line["event"] == "mail folder renumbered"]
    assert [line["log_level"] for line in told] == ["error"]


async def test_a_mail_that_others_have_read_is_read(mail: MailSandbox) -> None:  # EM-04
    def read_all(client: imaplib.IMAP4) -> None:
        client.select("INBOX")
        client.store("1:*", "+FLAGS", "(\\Seen)")

    await as_client(mail, put("one"))
    await as_client(mail, read_all)
    async with reading(account(mail)) as batches:
        assert words(await following(batches)) == ["one"]


async def test_two_mails_of_one_message_id_are_two(mail: MailSandbox) -> None:  # EM-13
    await as_client(mail, put("one"))
    await as_client(mail, put("two"))
    async with reading(account(mail)) as batches:
        batch = await following(batches)
    assert words(batch) == ["one", "two"]
    assert len({kept.id for kept in batch.messages}) == 2


async def test_the_junk_is_read_under_a_name_of_its_own_and_waited_for(mail: MailSandbox) -> None:  # EM-14
    with structlog.testing.capture_logs() as logs:
        async with (
            Wire(mail.host, mail.imap_port) as wire,
            reading(at(wire.port, account(mail, poll_seconds=0.05)), folder="Jünk & Co") as batches,
        ):
            coming = asyncio.create_task(following(batches))
            await until(lambda: any(line["event"] == "mail folder missing" for line in logs))
            await as_client(mail, lambda client: client.create('"J&APw-nk &- Co"'))
            await as_client(mail, put("lost and found", folder='"J&APw-nk &- Co"'))
            batch = await coming
    assert words(batch) == ["lost and found"]
    assert batch.messages[0].id.startswith(f"{mail.bot}/Jünk & Co:")
    assert wire.connections == 1


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.slow)])
async def test_many_mails_come_in_small_batches_over_one_connection(mail: MailSandbox, count: int) -> None:  # EM-10
    def fill(client: imaplib.IMAP4) -> None:
        for number in range(count):
            put(str(number))(client)

    await as_client(mail, fill)
    heard: list[str] = []
    async with Wire(mail.host, mail.imap_port) as wire, reading(at(wire.port, account(mail))) as batches:
        while len(heard) < count:
            batch = await following(batches)
            assert len(batch.messages) <= imap.BATCH
            heard.extend(words(batch))
    assert heard == [str(number) for number in range(count)]
    assert wire.connections == 1


async def test_large_mails_do_not_share_a_batch(mail: MailSandbox, monkeypatch: pytest.MonkeyPatch) -> None:  # EM-11
    monkeypatch.setattr(imap, "ROOM", 10_000)
    for text in ("a" * 6_000, "b" * 6_000, "c", "d" * 20_000):
        await as_client(mail, put(text))
    async with reading(account(mail)) as batches:
        sizes = [len((await following(batches)).messages) for _ in range(3)]
    assert sizes == [1, 2, 1]


async def test_of_a_mail_too_large_only_the_first_part_comes_over_the_wire(
    mail: MailSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:  # EM-11
    monkeypatch.setattr(imap, "MAX_MAIL", 1_000_000)
    monkeypatch.setattr(imap, "FIRST_PART", 50_000)
    await as_client(mail, put(("y" * 70 + "\r\n") * 20_000))
    heard: list[bytes] = []

    def bend(said: bytes) -> bytes:
        heard.append(said)
        return said

    async with Wire(mail.host, mail.imap_port, bend) as wire, reading(at(wire.port, account(mail))) as batches:
        [kept] = (await following(batches)).messages
    assert kept.raw.startswith(limits.CUT)
    assert len(kept.raw) == len(limits.CUT) + 50_000
    assert sum(map(len, heard)) < 100_000


async def test_a_mail_at_which_every_connection_breaks_does_not_hold_up_the_next(
    mail: MailSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:  # EM-12
    await as_client(mail, put("poison"))
    await as_client(mail, put("fine"))
    monkeypatch.setattr(imap, "TRIES", 2)
    async with Wire(mail.host, mail.imap_port) as wire:
        wire.bend = lambda said: b"(cut)" if b"poison" in said else said
        with structlog.testing.capture_logs() as logs:
            async with reading(at(wire.port, account(mail))) as batches:
                batch = await following(batches)
    assert [kept.raw == b"" for kept in batch.messages] == [True, False]
    assert wire.connections == 3
    assert [line["message"] for line in logs if line["log_level"] == "error"] == [batch.messages[0].id]


async def test_nothing_is_said_between_a_push_and_its_end(mail: MailSandbox) -> None:  # EM-05, EM-08
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, poll_seconds=600)), patience=HASTE) as batches,
    ):
        coming = asyncio.create_task(following(batches))
        await until(lambda: idling(wire))
        await as_client(mail, put("one"))
        await coming
    idle = next(number for number, line in enumerate(wire.said) if b"IDLE" in line)
    assert wire.said[idle + 1] == b"DONE\r\n"


async def test_a_push_is_asked_for_anew_before_servers_end_it(mail: MailSandbox) -> None:  # EM-05
    async with (
        Wire(mail.host, mail.imap_port) as wire,
        reading(at(wire.port, account(mail, poll_seconds=600)), patience=replace(HASTE, idle=0.05)) as batches,
    ):
        coming = asyncio.create_task(following(batches))
        await until(lambda: sum(b"IDLE" in line for line in wire.said) >= 3)
        coming.cancel()
        await asyncio.wait({coming})
    assert wire.connections == 1
