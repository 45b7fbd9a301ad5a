"""Logging in to IMAP: over TLS that is checked, by password or access token, and not again and again in vain."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import structlog

from adapters.email.account import Account, Server
from adapters.email.fetching.imap import LoginRefused
from sandbox.mail import Fault, MailSandbox
from tests.contract.mailbox import ANA, HASTE, Wire, account, at, box, following, reading, until, words


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


@pytest.fixture
async def modern() -> AsyncIterator[MailSandbox]:
    """TLS, and access tokens."""
    async with MailSandbox(tls=True, oauth=True) as running:
        yield running


async def write(mail: MailSandbox, text: str) -> None:
    await mail.send_as(ANA, mail.bot, "Hello", text)


def server(of: Account) -> Server:
    assert of.imap is not None
    return of.imap


@contextlib.asynccontextmanager
async def challenging(heard: list[bytes]) -> AsyncIterator[int]:
    """A server that challenges whatever token it is shown, and then says nothing; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                heard.append(line)
                tag = line.partition(b" ")[0]
                if b"CAPABILITY" in line:
                    writer.write(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\r\n" + tag + b" OK done\r\n")
                elif b"AUTHENTICATE" in line:
                    writer.write(b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        yield int(listening.sockets[0].getsockname()[1])


# --- TLS


async def test_over_tls_the_mailbox_is_read(modern: MailSandbox) -> None:  # EM-07
    await write(modern, "one")
    async with reading(account(modern)) as batches:
        assert words(await following(batches)) == ["one"]


@pytest.mark.parametrize(("trust", "why"), [("", "SSLCertVerificationError"), ("/nowhere.pem", "cannot be read")])
async def test_a_server_that_nobody_vouches_for_is_told_nothing(modern: MailSandbox, trust: str, why: str) -> None:
    unknown = account(modern)
    unknown = replace(unknown, imap=replace(server(unknown), trust=trust))
    with structlog.testing.capture_logs() as logs:
        async with reading(unknown) as batches:
            coming = asyncio.create_task(following(batches))
            await until(lambda: len(logs) >= 2)
            assert not coming.done()
            coming.cancel()
            await asyncio.wait({coming})
    assert all(why in line["why"] for line in logs)
    assert not box(unknown).knocks.at


async def test_a_certificate_for_another_name_is_not_taken(modern: MailSandbox) -> None:
    other = account(modern)
    other = replace(other, imap=replace(server(other), host="127.0.0.2"))
    async with Wire(modern.host, modern.imap_port, at="127.0.0.2") as wire:
        with structlog.testing.capture_logs() as logs:
            async with reading(at(wire.port, other)) as batches:
                coming = asyncio.create_task(following(batches))
                await until(lambda: logs)
                coming.cancel()
                await asyncio.wait({coming})
    assert logs[0]["why"] == "SSLCertVerificationError"


def test_passwords_do_not_leave_this_machine_in_clear() -> None:
    with pytest.raises(ValueError, match="must use TLS"):
        Server("imap.example.test", 143, "us", "hush", tls=False)


# --- access tokens


async def test_an_access_token_opens_the_mailbox(modern: MailSandbox) -> None:  # EM-09
    await write(modern, "one")
    async with reading(account(modern)) as batches:
        assert words(await following(batches)) == ["one"]
    assert modern.tokens.issued == 1


async def test_a_token_is_not_fetched_for_each_connection(modern: MailSandbox) -> None:  # EM-09
    await write(modern, "one")
    async with Wire(modern.host, modern.imap_port) as wire, reading(at(wire.port, account(modern))) as batches:
        await following(batches)
        modern.order(Fault("imap_drop", 2))
        await write(modern, "two")
        assert words(await following(batches)) == ["two"]
    assert (wire.connections >= 2, modern.tokens.issued) == (True, 1)


async def test_a_token_that_is_refused_is_replaced_once(modern: MailSandbox) -> None:  # EM-06, EM-09
    """The refusal is a challenge, which the client would wait behind for ever."""
    modern.order(Fault("xoauth2_refused"))
    await write(modern, "one")
    async with Wire(modern.host, modern.imap_port) as wire, reading(at(wire.port, account(modern))) as batches:
        assert words(await following(batches)) == ["one"]
    assert (wire.connections, modern.tokens.issued) == (2, 2)


async def test_two_tokens_that_are_refused_are_the_end(modern: MailSandbox) -> None:  # EM-09
    modern.order(Fault("xoauth2_refused", 9))
    async with Wire(modern.host, modern.imap_port) as wire, reading(at(wire.port, account(modern))) as batches:
        with pytest.raises(LoginRefused, match="does not accept our credentials"):
            await following(batches)
    assert (wire.connections, modern.tokens.issued) == (2, 2)


async def test_a_challenge_is_answered_by_an_empty_line_and_without_an_end_it_is_a_refusal() -> None:  # EM-06, EM-09
    heard: list[bytes] = []
    async with MailSandbox(oauth=True) as tokens, challenging(heard) as port:
        there = account(tokens)
        async with reading(at(port, there)) as batches:
            with pytest.raises(LoginRefused, match="does not accept our credentials"):
                await following(batches)
    assert [line.split(b" ")[1] for line in heard if b"AUTHENTICATE" in line] == [b"AUTHENTICATE"] * 2
    assert [line for line in heard if b" " not in line] == [b"\r\n"] * 2
    assert tokens.tokens.issued == 2


async def test_consent_that_was_taken_back_is_told(modern: MailSandbox) -> None:  # EM-09
    modern.tokens.revoke()
    async with reading(account(modern)) as batches:
        with pytest.raises(LoginRefused, match="the token server says 400 invalid_grant"):
            await following(batches)


async def test_a_token_server_that_is_down_is_asked_again(modern: MailSandbox) -> None:  # EM-09
    modern.order(Fault("oauth_down", 2))
    await write(modern, "one")
    async with reading(account(modern)) as batches:
        assert words(await following(batches)) == ["one"]
    assert not modern.faults


# --- in vain


async def test_who_is_refused_too_often_waits(mail: MailSandbox) -> None:  # EM-07
    few = replace(HASTE, logins=2)
    async with Wire(mail.host, mail.imap_port) as wire:
        wrong = at(wire.port, account(mail, password="wrong"))
        with structlog.testing.capture_logs() as logs:
            for _ in range(2):
                async with reading(wrong, patience=few) as batches:
                    with pytest.raises(LoginRefused):
                        await following(batches)
            async with reading(wrong, patience=few) as batches:
                third = asyncio.create_task(following(batches))
                await until(lambda: any("too many" in line["event"] for line in logs))
                third.cancel()
                await asyncio.wait({third})
        assert wire.connections == 2
    assert 3500 < logs[-1]["seconds"] <= 3600


async def test_a_server_that_lets_us_in_and_drops_us_is_not_called_for_ever(mail: MailSandbox) -> None:  # EM-07
    few = replace(HASTE, logins=3)
    async with Wire(mail.host, mail.imap_port, lambda said: b"(cut)" if b"UIDVALIDITY" in said else said) as wire:
        with structlog.testing.capture_logs() as logs:
            async with reading(at(wire.port, account(mail)), patience=few) as batches:
                coming = asyncio.create_task(following(batches))
                await until(lambda: any("too many" in line["event"] for line in logs))
                coming.cancel()
                await asyncio.wait({coming})
        assert wire.connections == 3


async def test_a_mailbox_that_works_is_reconnected_as_often_as_it_takes(mail: MailSandbox) -> None:  # EM-07
    few = replace(HASTE, logins=2)
    async with reading(account(mail, poll_seconds=0.05), patience=few) as batches:
        for number in range(6):
            await write(mail, str(number))
            assert words(await following(batches)) == [str(number)]
            mail.order(Fault("imap_drop"))


async def test_a_server_that_cannot_let_us_in_now_is_asked_again(mail: MailSandbox) -> None:  # EM-07
    """It says so (RFC 5530); our credentials are as good as ever."""

    def bend(said: bytes) -> bytes:
        asked = wire.connections == 1 and wire.said[-1:] and b"LOGIN" in wire.said[-1]
        return said.partition(b" ")[0] + b" NO [UNAVAILABLE] come back later\r\n" if asked else said

    await write(mail, "one")
    async with Wire(mail.host, mail.imap_port) as wire:
        wire.bend = bend
        async with reading(at(wire.port, account(mail))) as batches:
            assert words(await following(batches)) == ["one"]
    assert wire.connections == 2
