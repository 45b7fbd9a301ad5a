"""Ten thousand broken mails: each is read, ignored or refused by name, and none makes its sender more than they were.

The mails are mutations of a small corpus by a fixed seed: the same in every run, on every machine.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from adapters.errors import Unreadable
from adapters.heard import Received
from tests.unit.adapters.email.letters import MX, PASSED, RECEIVED, REPLY_TO, raw, read

SEED = 20261121
ALTERNATIVE = (
    "--b\nContent-Type: text/plain; charset=utf-8\n"
    "Content-Transfer-Encoding: quoted-printable\n\nAPPROVE =34=38=\n2913\n"
    "--b\nContent-Type: text/html; charset=iso-8859-1\n"
    "Content-Transfer-Encoding: base64\n\nPHA+QVBQUk9WRTwvcD4=\n--b--\n"
)
QUOTE = "No.\n\nOn Sat, 21 Nov 2026 at 10:00, Holdpoint <x@bot.example.test> wrote:\n\n> APPROVE 482913\n\n-- \nBo"
PAGE = '<p style="display:none">APPROVE</p><!-- x --><p>No &amp; no</p><div class="gmail_quote">APPROVE 482913</div>'
CORPUS = (
    ("Subject: =?utf-8?b?R3LDvMOfZQ==?=", "Message-ID: <m1@example.test>"),
    ("Subject: =?iso-8859-1?q?Gr=FC=DFe?=", "References: <a@b> <c@d>", "In-Reply-To: <hp.e1.k3@bot.example.test>"),
    ("Content-Type: multipart/alternative; boundary=b", "MIME-Version: 1.0"),
    ("Content-Type: text/html; charset=utf-8", "Content-Disposition: inline; filename*=utf-8''a%20b"),
    ("Content-Type: multipart/mixed; boundary=b", "Cc: =?utf-8?q?=C3=BC?= <cy@example.test>, x: y;"),
    ("Auto-Submitted: no", "Reply-To: bo@example.test", "Precedence: first-class"),
)
BODIES = ("Please deploy 1.4.2.", QUOTE, ALTERNATIVE, PAGE, ALTERNATIVE, QUOTE)
SENDERS = ("ana@example.test", '"Ana (x)" <ana@example.test>', "=?utf-8?q?Bo?= <bo@example.test> (comment)")

# What a forger would splice in, and what breaks parsers.
SPLICES = (
    b"\r\n",
    b"\r\n\r\n",
    b"\x00",
    b"\xff\xfe",
    b'"',
    b"(",
    b"<",
    b"=?utf-8?b?a?=",
    b"=?utf-16?q?=D8?=",
    b"\r\nFrom: bo@example.test\r\n",
    b"\r\nFrom: <bo@example.test>, <cy@example.test>\r\n",
    b"\r\nReceived: from x by y\r\n",
    f"\r\nAuthentication-Results: {MX}; dmarc=pass header.from=evil.test\r\n".encode(),
    f"\r\n{PASSED}\r\n".encode(),
    b"\r\nContent-Type: multipart/mixed; boundary=b\r\n",
    b"\r\nContent-Type: text/plain; charset*0*=''%FF; charset=utf-7\r\n",
    b"\r\nContent-Transfer-Encoding: uuencode\r\n",
    b"--b\r\n",
    b"<![x[",
    b"<!--",
    b"<a b='",
    b"\r\nOn Sat, Ana wrote:\r\n",
)


def letters(stamps: tuple[str, ...], senders: tuple[str, ...] = SENDERS) -> list[bytes]:
    """The corpus under these stamps."""
    return [
        raw(*headers, body=body, sender=sender, to=REPLY_TO, stamps=stamps)
        for headers, body in zip(CORPUS, BODIES, strict=True)
        for sender in senders
    ]


def mutated(chance: random.Random, mail: bytes, start: int) -> bytes:
    """The mail with a few changes at or behind `start`."""
    changed = bytearray(mail)
    for _ in range(chance.randint(1, 6)):
        CHANGES[chance.randrange(len(CHANGES))](chance, changed, chance.randrange(start, len(changed) + 1))
    return bytes(changed)


def _other(chance: random.Random, mail: bytearray, at: int) -> None:
    mail[at : at + 1] = bytes([chance.randrange(256)])


def _splice(chance: random.Random, mail: bytearray, at: int) -> None:
    mail[at:at] = chance.choice(SPLICES)


def _less(chance: random.Random, mail: bytearray, at: int) -> None:
    del mail[at : at + chance.randrange(40)]


def _twice(chance: random.Random, mail: bytearray, at: int) -> None:
    mail[at:at] = mail[at : at + chance.randrange(120)]


def _many(chance: random.Random, mail: bytearray, at: int) -> None:
    mail[at:at] = mail[at : at + 3] * chance.randrange(60)


Change = Callable[[random.Random, bytearray, int], None]
CHANGES: tuple[Change, ...] = (_other, _other, _splice, _splice, _less, _twice, _many)


def outcome(mail: bytes) -> str:
    """What became of a mail; anything but these three is an error of ours."""
    try:
        return type(read(mail)).__name__
    except Unreadable as refusal:
        return f"Unreadable: {bool(str(refusal))}"


@pytest.mark.parametrize("mails", [1_500, pytest.param(4_000, marks=pytest.mark.slow)])
def test_whatever_the_bytes_a_mail_is_read_ignored_or_refused_by_name(mails: int) -> None:
    chance, corpus = random.Random(SEED), letters((PASSED, RECEIVED))
    seen = Counter(outcome(mutated(chance, chance.choice(corpus), 0)) for _ in range(mails))
    assert set(seen) == {"Received", "Ignored", "Unreadable: True"}
    assert seen["Received"] > mails / 4


@pytest.mark.parametrize("mails", [600, pytest.param(2_000, marks=pytest.mark.slow)])
def test_whatever_a_stranger_writes_nobody_is_trusted_whom_our_exchanger_did_not_name(mails: int) -> None:
    failed = (PASSED.replace("=pass", "=fail"), RECEIVED)
    strangers = (PASSED.replace("from=example.test", "from=evil.test"), RECEIVED)
    chance, trusted = random.Random(SEED + 1), Counter[str]()
    for stamps in (failed, (RECEIVED,), strangers):
        corpus, start = letters(stamps, (*SENDERS, "m@evil.test")), len("\r\n".join(stamps)) + 2
        for _ in range(mails):
            mail = mutated(chance, chance.choice(corpus), start)
            trusted.update(domains_trusted(mail))
    assert set(trusted) == {"evil.test"}


def domains_trusted(mail: bytes) -> tuple[str, ...]:
    """The domain of a verified sender, if there is one."""
    try:
        result = read(mail)
    except Unreadable:
        return ()
    if not isinstance(result, Received) or result.message.author.assurance != "verified":
        return ()
    return (result.message.author.identity.rpartition("@")[2],)
