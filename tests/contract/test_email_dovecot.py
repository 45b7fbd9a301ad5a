"""What only a real IMAP server does: Debian's Dovecot says goodbye, numbers anew, is slow, and holds huge mails."""

from __future__ import annotations

import asyncio
import base64
import itertools
import resource
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from structlog.testing import capture_logs

from adapters.email.account import OAuth
from adapters.email.fetching.imap import FIRST_PART, LoginRefused
from adapters.email.fetching.pace import PATIENCE
from adapters.email.limits import CUT as LARGE, MAX_MAIL
from sandbox.mail.faults import Faults
from sandbox.mail.oauth import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Tokens, token_routes
from sandbox.mail.server import BOT
from sandbox.mail.web import listening
from tests.contract.mailbox import Wire, at, following, reading, until, words
from tests.contract.post_office import Debian

HEAD = b"From: bo@example.test\r\nTo: x@example.test\r\nSubject: x\r\n\r\n"
HUGE = 100 * 1024 * 1024


async def write(real: Debian, *texts: str) -> None:
    for text in texts:
        await real.drop(HEAD + text.encode() + b"\r\n")


async def test_a_server_that_is_shut_down_while_we_wait_is_called_until_it_is_back(real_in_plain: Debian) -> None:
    """It says BYE to who idles."""
    server = real_in_plain.account.imap
    assert server is not None
    goodbyes: list[bytes] = []

    def bend(said: bytes) -> bytes:
        goodbyes.extend(line for line in said.splitlines() if line.startswith(b"* BYE"))
        return said

    async with Wire(server.host, server.port, bend) as wire, reading(at(wire.port, real_in_plain.account)) as batches:
        waiting = asyncio.create_task(following(batches))
        await until(lambda: wire.said and wire.said[-1].endswith(b"IDLE\r\n"))
        await asyncio.to_thread(real_in_plain.dovecot.stop)
        await until(lambda: wire.connections > 1)
        await write(real_in_plain, "one")
        await real_in_plain.dovecot.start()
        assert words(await waiting) == ["one"]
    assert goodbyes


async def test_a_folder_that_is_numbered_anew_is_read_anew_and_an_operator_is_told(real: Debian) -> None:  # EM-03
    await write(real, "one", "two")
    async with reading(real.account) as batches:
        before = await following(batches)
    await until(lambda: time.time() > before.position.validity + 1)  # Dovecot numbers by the second.
    for path in (real.dovecot.mail / "holdpoint").glob("dovecot*"):
        path.unlink()
    with capture_logs() as logs:
        async with reading(real.account, before.position) as batches:
            again = await following(batches)
            await write(real, "three")
            assert words(await following(batches)) == ["three"]
    assert again.position.validity != before.position.validity
    assert [kept.raw for kept in again.messages] == [kept.raw for kept in before.messages]
    assert "mail folder renumbered" in [line["event"] for line in logs]


async def test_a_mailbox_that_is_made_anew_under_us_is_read_on(real: Debian) -> None:  # EM-03
    await write(real, "one")
    async with reading(real.account) as batches:
        before = await following(batches)
        real.dovecot.kill()
        await until(lambda: time.time() > before.position.validity + 1)
        shutil.rmtree(real.dovecot.mail / "holdpoint")
        await real.dovecot.start()
        await write(real, "two")
        after = await following(batches)
    assert words(after) == ["two"]
    assert after.position.validity != before.position.validity


async def test_nul_bytes_do_not_stop_the_reader(real: Debian) -> None:  # EM-12
    """IMAP cannot carry them: Dovecot puts another byte in their place."""
    await real.drop(HEAD + b"a\0b\0\0c\r\n")
    await write(real, "next")
    async with reading(real.account) as batches:
        odd, after = (await following(batches)).messages
    assert odd.raw == HEAD + b"a\x80b\x80\x80c\r\n"
    assert after.raw.endswith(b"\r\n\r\nnext\r\n")


async def test_a_huge_mail_costs_no_memory_and_holds_up_nothing(real: Debian) -> None:  # EM-11
    line = b"x" * 1022 + b"\r\n"
    await write(real, "before")
    real.dovecot.deliver(BOT, *(HEAD, *itertools.repeat(line, HUGE // len(line))))
    await write(real, "after")
    was = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with reading(real.account) as batches:
        before, huge, after = (await following(batches)).messages
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - was) * 1024
    assert huge.raw == LARGE + (HEAD + line * (FIRST_PART // 1000))[:FIRST_PART]
    assert (before.raw[-8:], after.raw[-7:]) == (b"before\r\n", b"after\r\n")
    assert grown < MAX_MAIL


class Slow(Wire):
    """A wire that carries few bytes at a time."""

    async def _down(self, server: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await server.read(40):
            writer.write(said)
            await asyncio.sleep(0.002)


async def test_a_slow_server_is_heard_out(real: Debian) -> None:  # EM-06
    server = real.account.imap
    assert server is not None
    await write(real, *(str(number) * 400 for number in range(5)))
    async with Slow(server.host, server.port) as wire, reading(at(wire.port, real.account)) as batches:
        assert words(await following(batches)) == [str(number) * 400 for number in range(5)]
    assert wire.connections == 1


# --- access tokens


@pytest.fixture
async def tokens(real: Debian) -> AsyncIterator[tuple[Tokens, OAuth]]:
    """Who hands out access tokens for the bot, and tells Dovecot which are good."""
    made = Tokens(BOT, Faults())
    asked = APIRouter()

    @asked.get("/tokeninfo")
    async def tokeninfo(access_token: str) -> JSONResponse:
        said = base64.b64encode(f"user={BOT}\x01auth=Bearer {access_token}\x01\x01".encode())
        owner = made.owner(said)
        return JSONResponse({"email": owner}) if owner else JSONResponse({"error": "invalid_token"}, 401)

    async with listening("127.0.0.1", real.dovecot.asked, token_routes(made), asked) as url:
        yield made, OAuth(f"{url}/oauth/token", CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN)


async def test_an_access_token_opens_the_mailbox_and_one_that_expired_is_replaced(
    real: Debian, tokens: tuple[Tokens, OAuth]
) -> None:  # EM-09
    made, oauth = tokens
    server = real.account.imap
    assert server is not None
    account = replace(real.account, imap=replace(server, password="", oauth=oauth))
    await write(real, "one")
    async with reading(account, patience=PATIENCE) as batches:
        position = (await following(batches)).position
    assert made.issued == 1
    made.expire()
    await write(real, "two")
    async with reading(account, position, patience=PATIENCE) as batches:
        assert words(await following(batches)) == ["two"]
    assert made.issued == 2


async def test_tokens_that_dovecot_takes_for_nobodys_are_told(real: Debian, tokens: tuple[Tokens, OAuth]) -> None:
    made, oauth = tokens  # EM-09
    made.lifetime = -1.0
    server = real.account.imap
    assert server is not None
    account = replace(real.account, imap=replace(server, oauth=replace(oauth, scope="other")))
    async with reading(account, patience=PATIENCE) as batches:
        with pytest.raises(LoginRefused):
            await following(batches)
    assert made.issued == 2
