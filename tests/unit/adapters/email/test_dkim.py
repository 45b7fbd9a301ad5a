"""Signatures we check ourselves, really made by dkimpy, with keys from a real nameserver (EM-19)."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes

import pytest

from adapters.email.found import Signature
from adapters.email.limits import CUT
from adapters.email.proof import dkim
from adapters.email.proof.auth import verdict
from tests.unit.adapters.email.letters import SITE
from tests.unit.adapters.email.nameserver import serving
from tests.unit.adapters.email.signing import LETTER, pair, short_pair, signed, signed_with

pytestmark = pytest.mark.anyio

RECORD = pair()[1]
ZONE: Mapping[str, str | list[str] | None] = {"s1._domainkey.example.test": RECORD}


async def checked(raw: bytes, zone: Mapping[str, str | list[str] | None] = ZONE) -> tuple[Signature, ...]:
    wait = 0.3 if None in zone.values() else 5.0
    async with serving(zone) as server:
        return await dkim.signatures(raw, replace(SITE, nameservers=(server.place,)), answer_seconds=wait)


async def why(raw: bytes, zone: Mapping[str, str | list[str] | None] = ZONE) -> str:
    """Why the one signature is not good; nothing if it is."""
    (found,) = await checked(raw, zone)
    assert found.good is not bool(found.why)
    assert found.domain == "example.test"
    return found.why


async def test_a_signature_that_holds_is_good_and_makes_sure_of_the_sender() -> None:
    raw = signed()
    found = await checked(raw)
    assert found == (Signature(domain="example.test", good=True),)
    sure = verdict(message_from_bytes(raw), "ana@example.test", SITE, found)
    assert (sure.assurance, sure.evidence) == ("verified", "dkim=pass (example.test) by our own check")


CHANGED = {
    "the text": (b"Approve 123456", b"Deny 123456"),
    "an addition to the text": (b"Approve 123456\r\n", b"Approve 123456\r\nand all others\r\n"),
    "the subject": (b"Re: Deployment", b"Re: Another"),
    "the sender": (b"Ana <ana@", b"Bo <bo@"),
    "the sender's name": (b"Ana <", b"Bo <"),
    "the recipient": (b"holdpoint@bot", b"other@bot"),
    "a second From": (b"From: Ana", b"From: bo@example.test\r\nFrom: Ana"),
    "a second subject": (b"Subject: ", b"Subject: Another\r\nSubject: "),
    "a second content type": (b"Subject: ", b"Content-Type: text/html\r\nContent-Type: text/plain\r\nSubject: "),
    "a lone carriage return": (b"Subject: ", b"X: a\rSubject: Another\r\nSubject: "),
    "an end of string": (b"Subject: ", b"X: a\x00\r\nSubject: "),
    "the end of the headers": (b"Subject: ", b"no header\r\nSubject: "),
}


@pytest.mark.parametrize(("before", "after"), CHANGED.values(), ids=CHANGED)
async def test_what_was_changed_behind_the_signature_is_not_good(before: bytes, after: bytes) -> None:
    raw = signed()
    assert before in raw
    tampered = raw.replace(before, after)
    assert [s for s in await checked(tampered) if s.good] == []


async def test_why_a_changed_mail_is_not_good_is_said() -> None:
    assert await why(signed().replace(b"Approve", b"Deny")) == "the text is not the one that was signed"
    assert await why(signed().replace(b"Re: D", b"Re: E")) == "the headers are not those that were signed"
    assert await why(signed().replace(b"Subject: ", b"Subject: x\r\nSubject: ")) == "a header stands there twice"


async def test_a_signed_mail_says_nothing_for_another_sender() -> None:
    replayed = signed().replace(b"From: Ana <ana@example.test>", b"From: Bo <bo@other.test>")
    found = await checked(replayed)
    assert verdict(message_from_bytes(replayed), "bo@other.test", SITE, found).assurance == "asserted"


async def test_only_the_beginning_of_the_text_signed_is_not_enough() -> None:
    raw = signed(length=True)
    assert await why(raw) == "only the beginning of the text is signed"
    assert await why(raw + b"and all others\r\n") == "only the beginning of the text is signed"


async def test_a_short_key_is_not_enough() -> None:
    pem, record = short_pair()
    assert await why(signed(pem=pem), {"s1._domainkey.example.test": record}) == "a key of 768 bits"


async def test_a_key_of_1024_bits_is_enough() -> None:
    pem, record = pair(1024)
    assert await why(signed(pem=pem), {"s1._domainkey.example.test": record}) == ""


TAGS: dict[str, tuple[dict[str, bytes], str]] = {
    "as dkimpy would": ({}, ""),
    "not expired": ({"x": b"99999999999"}, ""),
    "expired an hour ago": ({"x": b"EXPIRED"}, "expired"),
    "expires when no number says": ({"x": b"soon"}, "expired"),
    "From not signed": ({"h": b"to:subject:date"}, "From is not signed"),
    "by what is no longer taken": ({"a": b"rsa-sha1"}, "signed by what is no longer taken"),
    "in the name of a domain below": ({"i": b"@mail.example.test"}, ""),
    "in the name of another": ({"i": b"@evil.test"}, "not a signature"),
    "in a version of its own": ({"v": b"2"}, "not a signature"),
}


@pytest.mark.parametrize(("tags", "because"), TAGS.values(), ids=TAGS)
async def test_what_a_signature_says_of_itself_counts(tags: dict[str, bytes], because: str) -> None:
    hour_ago = str(int(time.time()) - 3600).encode()
    assert await why(signed_with(LETTER, **{k: hour_ago if v == b"EXPIRED" else v for k, v in tags.items()})) == because


RECORDS: dict[str, tuple[str | list[str] | None, str]] = {
    "with flags we do not know": (f"{RECORD}; t=z; n=note", ""),
    "revoked": ("v=DKIM1; k=rsa; p=", "the key is revoked"),
    "only tried out": (f"{RECORD}; t=y", "the domain only tries signing out"),
    "for other hashes": (f"{RECORD}; h=sha1", "signed by what the key is not for"),
    "of another": (pair(1024)[1], "the headers are not those that were signed"),
    "no record at all": ("hello", "the key is revoked"),
    "no key": ("v=DKIM1; p=AAAA", "the key cannot be read"),
    "two keys": ([RECORD, pair(1024)[1]], "the domain does not name one key of a sane size"),
    "a huge one": ("v=DKIM1; p=" + "A" * 5000, "the domain does not name one key of a sane size"),
    "silence": (None, "the nameserver does not answer"),
}


@pytest.mark.parametrize(("record", "because"), RECORDS.values(), ids=RECORDS)
async def test_what_the_key_says_of_itself_counts(record: str | list[str] | None, because: str) -> None:
    said = await why(signed(), {"s1._domainkey.example.test": record})
    assert said.startswith(because)
    assert bool(said) is bool(because)


async def test_a_key_that_is_not_there_is_said() -> None:
    assert await why(signed(), {}) == "the domain has no such key"


async def test_a_key_that_is_not_for_domains_below() -> None:
    raw = signed_with(LETTER, i=b"@mail.example.test")
    assert await why(raw, {"s1._domainkey.example.test": f"{RECORD}; t=s"}) == "the key is not for domains below"
    assert await why(signed(), {"s1._domainkey.example.test": f"{RECORD}; t=s"}) == ""


async def test_a_domain_above_signs_for_one_below_and_a_public_suffix_for_nobody() -> None:
    letter = LETTER.replace(b"ana@example.test", b"ana@mail.example.test")
    assert [s.good for s in await checked(signed(letter))] == [True]
    async with serving({"s1._domainkey.test": RECORD, "s1._domainkey.evil.test": RECORD}) as server:
        site = replace(SITE, nameservers=(server.place,))
        for domain in ("test", "evil.test", "x.example.test"):
            assert not any(s.good for s in await dkim.signatures(signed(domain=domain), site))
        assert server.asked == []


async def test_the_good_one_of_several_is_found_but_only_among_the_first_five() -> None:
    raw = signed()
    other = signed(domain="evil.test").partition(b"From: Ana")[0]
    assert [s.good for s in await checked(other * 4 + raw)] == [False] * 4 + [True]
    assert not any(s.good for s in await checked(other * 5 + raw))


async def test_without_nameservers_nothing_is_checked_and_of_a_cut_mail_nothing_can_be() -> None:
    assert await dkim.signatures(signed(), SITE) == ()
    assert await checked(CUT + signed()) == ()


async def test_a_nameserver_that_is_none_makes_no_signature_good() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    for place in (f"127.0.0.1:{port}", "127.0.0.1:port", "no host at all", ""):
        (found,) = await dkim.signatures(signed(), replace(SITE, nameservers=(place,)), answer_seconds=0.3)
        assert not found.good
        assert found.why


async def test_a_mail_that_takes_too_long_to_check_is_not_good() -> None:
    slow = signed() + b" " * 300_000 + b"."  # Its end of line is looked for from every space on.
    async with serving(ZONE) as server:
        site = replace(SITE, nameservers=(server.place,))
        (found,) = await dkim.signatures(slow, site, seconds=0.5)
    assert not found.good
    assert found.why.startswith("takes longer than")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"\xff" * 100,
        b"From: ana@example.test\r\nDKIM-Signature: \r\n\r\n",
        b"DKIM-Signature: d=example.test;s=s1;s=s2\r\n" + LETTER,
        b"DKIM-Signature: d=example.test; s=s1\r\n" + LETTER,
        b"DKIM-Signature: d=example.test; s=" + b"a" * 300 + b"\r\n" + LETTER,
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.test; s=s1; h=from; bh=A; b=A\r\n" + LETTER,
        b" \r\n" + signed(),
        LETTER.partition(b"\r\n\r\n")[0],
    ],
)
async def test_whatever_the_bytes_nothing_is_good_and_nothing_breaks(raw: bytes) -> None:
    assert not any(s.good for s in await checked(raw))
