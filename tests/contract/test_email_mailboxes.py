"""Reading a mailbox at the sandbox and at Debian's Dovecot alike: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import imaplib
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from adapters.base import Batch, Kept
from adapters.email.account import Account
from adapters.email.fetching.imap import LoginRefused
from adapters.email.fetching.pace import PATIENCE
from tests.contract.mailbox import CUT, Wire, at, following, reading, until, words
from tests.contract.post_office import PostOffice

# Whatever a mail may hold: bytes beyond ASCII in head and body, a line without end, one that is no header, nothing.
ODD = {
    "eight bits": b"From: B\xf6 <bo@example.test>\r\nSubject: Gr\xfc\xdfe\r\n\r\nGr\xfc\xdfe \xff\xfe\r\n",
    "long lines": b"From: bo@example.test\r\nSubject: " + b"s" * 9_000 + b"\r\n\r\n" + b"x" * 100_000 + b"\r\n",
    "a lone dot, and what looks like an answer": b"From: bo@example.test\r\n\r\n.\r\nA1 OK FETCH done)\r\n* BYE\r\n",
    "no body": b"From: bo@example.test\r\nSubject: x\r\n\r\n",
    "words for literals": b"From: bo@example.test\r\n\r\n{5}\r\nhello {3+}\r\nFLAGS (\\Seen) UID 7)\r\n",
}


def bodies(text: str) -> bytes:
    return b"From: bo@example.test\r\nTo: x@example.test\r\nSubject: x\r\n\r\n" + text.encode() + b"\r\n"


async def write(office: PostOffice, *texts: str) -> None:
    for text in texts:
        await office.drop(bodies(text))


async def all_of(batches: AsyncIterator[Batch], last: str) -> list[Kept]:
    """Every mail up to the one that says this."""
    kept: list[Kept] = []
    while not kept or not kept[-1].raw.endswith(b"\r\n\r\n" + last.encode() + b"\r\n"):
        kept += (await following(batches)).messages
    return kept


def texts(kept: list[Kept]) -> list[str]:
    return [one.raw.decode().partition("\r\n\r\n")[2].strip() for one in kept]


async def other_client(account: Account, *does: Callable[[imaplib.IMAP4], object]) -> None:
    """What another program does to the same INBOX."""

    def work() -> None:
        server = account.imap
        assert server is not None
        context = ssl.create_default_context(cafile=server.trust)
        with imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=10) as client:
            client.login(server.username, server.password)
            client.select("INBOX")
            for one in does:
                one(client)

    await asyncio.to_thread(work)


async def test_what_was_there_comes_in_order_and_once(office: PostOffice) -> None:  # EM-02
    await write(office, "one", "two", "three")
    async with reading(office.account) as batches:
        first = await following(batches)
    assert words(first) == ["one", "two", "three"]
    await write(office, "four")
    async with reading(office.account, first.position) as batches:
        assert words(await following(batches)) == ["four"]


async def test_a_mail_that_comes_while_we_wait_is_pushed(plain: PostOffice) -> None:  # EM-05
    server = plain.account.imap
    assert server is not None
    async with Wire(server.host, server.port) as wire, reading(at(wire.port, plain.account)) as batches:
        for text in ("one", "two"):
            pushed = asyncio.create_task(following(batches))
            await idles(wire)
            await write(plain, text)
            assert words(await pushed) == [text]
    assert wire.connections == 1


async def test_a_server_that_is_killed_while_we_wait_costs_nothing(plain: PostOffice) -> None:  # EM-02, EM-06, EM-07
    """And at the end of the mailbox, where `n:*` names the last mail once more, that does not come again."""
    server = plain.account.imap
    assert server is not None
    async with Wire(server.host, server.port) as wire, reading(at(wire.port, plain.account)) as batches:
        await write(plain, "0")
        assert words(await following(batches)) == ["0"]
        for number in range(1, 4):
            waiting = asyncio.create_task(following(batches))
            await idles(wire)
            wire.said.clear()
            wire.heard.clear()
            await plain.break_off()
            await idles(wire)
            await write(plain, str(number))
            assert words(await waiting) == [str(number)]


async def idles(wire: Wire) -> None:
    """Wait until the client waits for a push, and the server knows it."""
    await until(lambda: wire.said and wire.said[-1].endswith(b"IDLE\r\n"))
    await until(lambda: wire.heard and wire.heard[-1].startswith(b"+"))


async def test_a_connection_that_is_cut_anywhere_costs_nothing(office: PostOffice) -> None:  # EM-02, EM-07
    server = office.account.imap
    assert server is not None
    lives = iter((100, 1_500, 3_000, 4_000, 5_000, 7_000, 12_000, 30_000))
    left = [next(lives)]

    def bend(said: bytes) -> bytes:
        left[0] -= len(said)
        if left[0] > 0:
            return said
        cut = said[: left[0]] if left[0] else said
        left[0] = next(lives, 10**9)
        return cut + CUT

    await write(office, *(f"{number} {'x' * 2_000}" for number in range(40)), "end")
    async with Wire(server.host, server.port, bend) as wire, reading(at(wire.port, office.account)) as batches:
        kept = await all_of(batches, "end")
    assert [text.partition(" ")[0] for text in texts(kept)] == [*map(str, range(40)), "end"]
    assert wire.connections == 9


async def test_mails_that_others_have_read_are_read(office: PostOffice) -> None:  # EM-04
    await write(office, "one", "two")
    await other_client(office.account, lambda client: client.store("1:*", "+FLAGS", r"(\Seen \Flagged)"))
    async with reading(office.account) as batches:
        assert words(await following(batches)) == ["one", "two"]


async def test_mails_that_others_remove_under_us_hold_up_nothing(office: PostOffice) -> None:  # EM-02
    await write(office, "one", "two", "three")
    async with reading(office.account) as batches:
        position = (await following(batches)).position
        await other_client(
            office.account, lambda client: client.store("2:3", "+FLAGS", r"(\Deleted)"), lambda client: client.expunge()
        )
        await write(office, "four")
        assert words(await following(batches)) == ["four"]
    async with reading(office.account, position) as batches:
        assert words(await following(batches)) == ["four"]


@pytest.mark.parametrize("many", [200, pytest.param(1000, marks=pytest.mark.slow)])
async def test_many_mails_at_once_come_once_each(office: PostOffice, many: int) -> None:  # EM-02
    async with reading(office.account) as batches:
        await write(office, "first")
        await following(batches)
        coming = asyncio.create_task(all_of(batches, "last"))
        await write(office, *map(str, range(many)), "last")
        assert texts(await coming) == [*map(str, range(many)), "last"]


@pytest.mark.parametrize("what", ODD)
async def test_odd_bytes_come_as_they_are_and_the_next_mail_behind_them(office: PostOffice, what: str) -> None:  # EM-12
    await office.drop(ODD[what])
    await write(office, "next")
    async with reading(office.account) as batches:
        odd, after = await all_of(batches, "next")
    assert odd.raw.endswith(ODD[what])
    assert after.raw.endswith(bodies("next"))


async def test_a_wrong_password_is_told_after_one_try(office: PostOffice) -> None:  # EM-07
    server = office.account.imap
    assert server is not None
    account = replace(office.account, imap=replace(server, password="wrong"))
    async with Wire(server.host, server.port) as wire:
        async with reading(at(wire.port, account), patience=PATIENCE) as batches:
            with pytest.raises(LoginRefused):
                await following(batches)
        assert wire.connections == 1
