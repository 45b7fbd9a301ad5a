"""A flood of mail, and mails of a size nobody sends: all are heard once, and the memory of who listens stays as it was.

The listener is a process of its own: what the mail servers hold is not its.
"""

from __future__ import annotations

import asyncio
import base64
import random
import re
import signal
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.email.limits import MAX_BOUNDARIES, MAX_MAIL
from agent_core.events import UserMessage
from gateway.cli import operate
from tests.crash.discord_scene import Victim
from tests.crash.mail_scene import ANA, CY, Apart, apart
from tests.doors.scene import until

SLOW = pytest.mark.slow
MIB = 1024 * 1024
MORE = 24 * MIB  # What a process may come to need without any of it being a mail.
FILE = 50_000
LINE = base64.b64encode(b"x" * 57) + b"\r\n"


@pytest.mark.parametrize(("first", "rest"), [(20, 40), pytest.param(100, 900, marks=SLOW)])
async def test_a_flood_is_heard_once_a_poisoned_mail_among_it_is_set_aside_and_memory_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int, rest: int
) -> None:  # EM-12
    async with apart(tmp_path, ["listener"]) as h:
        listener = h.victims["listener"]
        listener.start()
        texts = [f"Mail {number} of many" for number in range(first + rest)]
        await _flood(h, texts[:first])
        await h.hears(*([text] for text in texts[:first]))
        before = _peak(listener)
        listener.kill(signal.SIGSTOP)  # So that all of it is there at once.
        half = first + rest // 2
        await _flood(h, texts[first:half])
        await h.mail.deliver_raw(CY, h.mail.bot, _poisoned())
        await _flood(h, texts[half:])
        listener.kill(signal.SIGCONT)
        await h.heard(*([text] for text in texts))
        assert _peak(listener) - before < MORE
        [(kept, why)] = await h.mailroom.quarantined(h.source)
        assert _poisoned() in kept.raw
        monkeypatch.setattr(operate, "load_settings", listener.place.settings)
        told = await asyncio.to_thread(CliRunner().invoke, operate.app, ["quarantine"])
        assert told.stdout.splitlines() == [f"{kept.id}  {len(kept.raw)} bytes  {why}"]
        assert "too many parts" in why


@SLOW
@pytest.mark.parametrize("size", [27, 100])
async def test_a_mail_larger_than_any_is_heard_by_its_words_and_memory_stays(tmp_path: Path, size: int) -> None:
    # EM-11
    async with apart(tmp_path, ["listener"]) as h:
        listener = h.victims["listener"]
        listener.start()
        await h.send(ANA, "one")
        await h.hears(["one"])
        before = _peak(listener)
        raw = _huge(size * 1_000_000)
        assert len(raw) > MAX_MAIL
        await h.mail.deliver_raw(CY, h.mail.bot, raw)
        await h.send(ANA, "behind it")

        async def heard() -> bool:
            return len(await h.said()) == 3

        await until(heard)
        assert sorted(await h.said()) == [["What the machine left, as promised."], ["behind it"], ["one"]]
        [attached] = [file for one in await _messages(h) for file in one.attachments]
        assert (attached.name, attached.text, attached.why_not) == ("dump.bin", None, "too_big")
        assert _peak(listener) - before < MORE
        assert await h.mailroom.quarantined(h.source) == []


async def _flood(h: Apart, texts: list[str]) -> None:
    for text in texts:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = ANA, h.mail.bot, text
        mail["Message-ID"] = f"<{random.randbytes(8).hex()}@example.test>"
        mail.set_content(text)
        mail.add_attachment(random.randbytes(FILE), "application", "octet-stream", filename="noise.bin")
        await h.mail.deliver_raw(ANA, h.mail.bot, mail.as_bytes())


def _poisoned() -> bytes:
    """A mail that says it has parts within parts within parts."""
    within = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(100))
    assert within.count(b"boundary") > MAX_BOUNDARIES
    return f"From: {CY}\r\nSubject: poison\r\nMIME-Version: 1.0\r\n".encode() + within


def _huge(size: int) -> bytes:
    """A mail with a file of this many bytes."""
    head = (
        f"From: {CY}\r\nSubject: left\r\nMessage-ID: <huge@example.test>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="=_1"\r\n\r\n--=_1\r\nContent-Type: text/plain\r\n\r\n'
        "What the machine left, as promised.\r\n--=_1\r\nContent-Type: application/octet-stream\r\n"
        'Content-Disposition: attachment; filename="dump.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    return head.encode() + LINE * (size // len(LINE)) + b"--=_1--\r\n"


async def _messages(h: Apart) -> list[UserMessage]:
    logs = [await h.house.threads.events(one.id, after=0) for one in await h.house.opened.threads.threads()]
    return [one for log in logs for one in log if isinstance(one, UserMessage)]


def _peak(listener: Victim) -> int:
    """The most memory that the process ever had, in bytes; without its readers."""
    assert listener.process
    status = Path(f"/proc/{listener.process.pid}/status").read_text()
    [kilobytes] = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(kilobytes) * 1024
