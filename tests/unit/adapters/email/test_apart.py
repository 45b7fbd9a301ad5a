"""Apart: whatever a mail does to the process that reads it, it is refused by name, and the next mail is read."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from anyio import to_process

from adapters.email import apart
from adapters.email.account import Site
from adapters.email.apart import read_apart
from adapters.errors import Unreadable
from tests.unit.adapters.email import killers

SITE = Site("bot@example.test")
HEAD = b"From: ana@example.test\r\nTo: bot@example.test\r\nMessage-ID: <1@example.test>\r\n"
FINE = b"Hello there."


def mail(body: bytes) -> bytes:
    return HEAD + b"\r\n" + body + b"\r\n"


async def reply(body: bytes, seconds: float = apart.SECONDS) -> str:
    return (await read_apart(mail(body), SITE, (), (), seconds=seconds)).words.reply


def readers() -> set[int]:
    """The processes apart that we have."""
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = {pid for task in children for pid in task.read_text().split()}
    return {int(pid) for pid in pids if b"anyio.to_process" in Path(f"/proc/{pid}/cmdline").read_bytes()}


@pytest.fixture(autouse=True)
async def nothing_left(anyio_backend: str) -> AsyncIterator[None]:
    """No turn is kept, and no more processes than there are turns."""
    yield
    limiter = to_process.current_default_process_limiter()
    assert limiter.borrowed_tokens == 0
    assert len(readers()) <= limiter.total_tokens


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a mail says is what becomes of its reader."""
    monkeypatch.setattr(apart, "_read", killers.read)


async def test_a_mail_that_takes_too_long_is_refused_by_name_and_its_reader_is_ended() -> None:  # EM-12
    assert await reply(FINE) == FINE.decode()
    before = readers()
    slow = b"One of many lines, and more of them than anybody writes.\r\n" * 300_000
    with pytest.raises(Unreadable, match=r"longer than 0\.05 seconds"):
        await reply(slow, seconds=0.05)
    assert len(before - readers()) == 1
    assert await reply(FINE) == FINE.decode()


@pytest.mark.usefixtures("deadly")
async def test_a_mail_that_hangs_is_refused_and_its_reader_is_ended() -> None:  # EM-12
    assert await reply(FINE) == FINE.decode()
    before = readers()
    with pytest.raises(Unreadable, match=r"longer than 0\.2 seconds"):
        await reply(killers.HANGS, seconds=0.2)
    assert len(before - readers()) == 1
    assert await reply(FINE) == FINE.decode()


@pytest.mark.parametrize("body", [killers.DIES, killers.KILLED])
@pytest.mark.usefixtures("deadly")
async def test_a_mail_whose_reader_dies_is_refused_and_the_next_one_is_read(body: bytes) -> None:  # EM-12
    with pytest.raises(Unreadable, match="the mail kills its reader"):
        await reply(body)
    assert await reply(FINE) == FINE.decode()


@pytest.mark.usefixtures("deadly")
async def test_a_mail_whose_reader_somebody_else_kills_is_read_by_another() -> None:  # EM-12
    assert await reply(FINE) == FINE.decode()
    before = readers()
    for reader in before:
        os.kill(reader, signal.SIGSTOP)
    reading = asyncio.create_task(reply(b"I am innocent."))
    while to_process.current_default_process_limiter().borrowed_tokens == 0:
        await asyncio.sleep(0)
    for reader in before:
        os.kill(reader, signal.SIGKILL)
    assert await reading == "I am innocent."
    assert not before & readers()


@pytest.mark.usefixtures("deadly")
async def test_a_mail_that_takes_too_much_memory_is_refused_and_its_reader_lives() -> None:  # EM-12
    assert await reply(FINE) == FINE.decode()
    before = readers()
    with pytest.raises(Unreadable, match="the mail takes more memory than a mail should"):
        await reply(killers.TAKES)
    assert readers() == before
    assert await reply(FINE) == FINE.decode()


@pytest.mark.usefixtures("deadly")
async def test_many_mails_at_once_are_read_by_few_processes_and_lose_no_time_by_waiting(
    tmp_path: Path, two: anyio.CapacityLimiter
) -> None:  # EM-12
    (here := tmp_path / "now").mkdir()
    many = [killers.STAYS + str(here).encode() for _ in range(20)]
    await asyncio.gather(*(reply(body) for body in many[:2]))  # From here on, two processes are there.
    assert killers.STAYS_FOR * len(many) / 2 > 2.0
    await asyncio.gather(*(reply(body, seconds=2.0) for body in many))
    at_once = [int(line) for line in (tmp_path / "now.most").read_text().split()]
    assert len(at_once) == 2 + len(many)
    assert max(at_once) == 2


@pytest.fixture
async def two(anyio_backend: str) -> AsyncIterator[anyio.CapacityLimiter]:
    """Two turns, however many processors there are."""
    turns = to_process.current_default_process_limiter()
    before, turns.total_tokens = turns.total_tokens, 2
    yield turns
    turns.total_tokens = before
