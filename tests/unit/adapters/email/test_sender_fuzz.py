"""Mutated From headers by the thousands: whom we take for the sender, a strict grammar does as well, or it is nobody.

The grammar is another program (`strict_from.py`), written from the RFC and not from ours.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import compat32

import pytest
from hypothesis import example, given, settings, strategies as st

from adapters.email import limits
from adapters.email.headers import on_behalf, sender
from adapters.errors import Unreadable
from tests.unit.adapters.email.strict_from import one_mailbox

ANA, MALLORY = "ana@example.test", "mallory@evil.test"
SEEDS = [
    ANA,
    f"Ana <{ANA}>",
    f"{ANA} <{MALLORY}>",
    f'"{ANA}" <{MALLORY}>',
    f'"Ana \\" <{ANA}>" <{MALLORY}> (Mallory)',
    f"({ANA} (<{ANA}>)) {MALLORY}",
    f"=?utf-8?q?ana=40example=2Etest?= <{MALLORY}>",
    f"<@a.test,@b.test:{ANA}>",
    f"Team: {ANA}, {MALLORY};",
    f"{ANA}, {MALLORY}",
    f"Ana\t<{ANA}>",
    "Ana <ana@MÜNCHEN.test>",
    "Ana <ana@exаmple.test>",
    '"a b"@example.test',
    "ana@[127.0.0.1]",
    f"<{ANA}> <{MALLORY}>",
    "Ana (x) <ana(y)@example.test>",
]
PIECES = [
    *'"\\()<>,;:@. \t[]\x00\r\n', "\r\n ", "\r ", "\n ", "\x1f", "\x85", "\xa0", "\u2028", "\u200b", "\u202e", "\u3002",
    "＠", "＜", "\u212a", "İ", "=?utf-8?q?=3C?=", "=?utf-8?b?PGFuYUBleGFtcGxlLnRlc3Q+?=", "=?", "?=", ANA, MALLORY,
    f"<{ANA}>", f"<{MALLORY}>", "xn--exmple-4nf", "\r\nFrom: ", "\nfrom: ", "()", '""', '\\"', "a", "-", "_",
]  # fmt: skip

MUTATION = st.tuples(st.integers(0, 90), st.integers(0, 6), st.sampled_from(PIECES))
WRITTEN = st.tuples(st.sampled_from(SEEDS), st.lists(MUTATION, max_size=5)).map(lambda t: mutated(*t))


def mutated(seed: str, mutations: list[tuple[int, int, str]]) -> str:
    """The seed with a few letters replaced, one place after the other."""
    for at, gone, piece in mutations:
        at %= len(seed) + 1
        seed = seed[:at] + piece + seed[at + gone :]
    return seed


def read(written: str) -> str | None:
    """The sender of a mail with this From, as the standard parser and we see it."""
    raw = f"From: {written}\r\nSubject: x\r\n\r\n".encode("utf-8", "surrogatepass")
    mail = message_from_bytes(raw, policy=compat32)
    on_behalf(mail)
    try:
        limits.check(raw)
        return sender(mail)
    except Unreadable:
        return None


def agreed(written: str) -> bool:
    """Whether a sender was found; that the grammar finds no other is asserted."""
    found = read(written)
    if found is None:
        return False
    # Folds are unfolded as RFC 5322 2.2.3 says; nothing else may be left of line ends.
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", written)
    strict = one_mailbox(unfolded.partition("\n")[0].rstrip("\r"))
    assert strict is not None, f"{found!r} out of {written!r}, where the grammar sees nobody"
    local, _, domain = strict.rpartition("@")
    assert found.partition("@")[0] == local.lower()
    theirs = found.partition("@")[2]
    if domain.isascii():
        assert theirs == domain.lower()
    else:
        # Its own alphabet comes back letter by letter: nothing was mapped to what it only looks like.
        assert theirs != domain.lower()
        assert ".".join(_decoded(label) for label in theirs.split(".")) == domain.lower()
    return True


def _decoded(label: str) -> str:
    return label.removeprefix("xn--").encode().decode("punycode") if label.startswith("xn--") else label


@settings(max_examples=400)
@given(WRITTEN)
@example(f"{ANA}\x00 <{MALLORY}>")
@example(f"{MALLORY}\r <{ANA}>")
@example("ana@e\rxample.test")
@example("ana@e\n\r\n xample.test")
@example('ana@example"x".test')
@example('ana@example.test"x"')
@example(f'"{MALLORY}\\" <{ANA}>"')
@example("ana@ban\u212a.test")
@example("ana@example\u3002test")
@example(f"<{ANA}>\r\nFrom: {MALLORY}")
def test_whoever_is_taken_for_the_sender_is_so_by_a_strict_grammar(written: str) -> None:  # EM-16
    agreed(written)


@pytest.mark.slow
@settings(max_examples=8_000)
@given(WRITTEN)
def test_and_so_it_is_for_thousands(written: str) -> None:  # EM-16
    agreed(written)


@given(st.binary(max_size=60))
def test_whatever_the_bytes_there_is_one_sender_or_nobody(noise: bytes) -> None:
    mail = message_from_bytes(b"From: " + noise + b"\r\nSender: " + noise + b"\r\n\r\n", policy=compat32)
    on_behalf(mail)
    try:
        address = sender(mail)
    except Unreadable:
        return
    assert address.isascii()
    assert address.count("@") == 1


def test_the_seeds_are_not_all_refused() -> None:
    assert [seed for seed in SEEDS if agreed(seed)] == [*SEEDS[:7], *SEEDS[10:13]]
