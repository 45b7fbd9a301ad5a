"""Chains of those who passed a mail on, really sealed by dkimpy and checked by ourselves (EM-20)."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes

import pytest

from adapters.email.found import Signature, Verdict
from adapters.email.proof import dkim
from adapters.email.proof.auth import verdict
from tests.unit.adapters.email.letters import ANA, SITE
from tests.unit.adapters.email.nameserver import serving
from tests.unit.adapters.email.signing import LETTER, pair, sealed

pytestmark = pytest.mark.anyio

PASS = "dmarc=pass header.from=example.test"
LIST, FORWARD = "lists.example", "forward.example"
ZONE = {f"s1._domainkey.{domain}": pair()[1] for domain in (LIST, FORWARD, "evil.test")}


async def looked_at(raw: bytes, *sealers: str) -> tuple[tuple[Signature, ...], Verdict, list[str]]:
    """The signatures, what they make of the sender, and which keys were asked for."""
    async with serving(ZONE) as server:
        site = replace(SITE, nameservers=(server.place,), sealers=sealers)
        found = await dkim.signatures(raw, site)
        return found, verdict(message_from_bytes(raw), ANA, site, found), sorted(server.asked)


async def test_a_chain_that_holds_brings_the_word_of_a_sealer() -> None:
    found, sure, _ = await looked_at(sealed(LETTER, LIST, PASS), LIST)
    assert found == (Signature(domain=LIST, good=True, kind="arc"),)
    assert sure == Verdict(assurance="verified", evidence="arc=pass (lists.example) dmarc=pass (example.test)")


async def test_a_chain_of_two_holds_where_both_are_known() -> None:
    raw = sealed(sealed(LETTER, LIST, PASS), FORWARD, "dmarc=fail header.from=example.test", before="pass")
    found, sure, _ = await looked_at(raw, LIST, FORWARD)
    assert found == (Signature(domain=FORWARD, good=True, kind="arc"),)
    assert (sure.assurance, sure.evidence[:24]) == ("verified", "arc=pass (lists.example)")
    assert (await looked_at(raw, FORWARD))[1].assurance == "asserted"


@pytest.mark.parametrize("sealers", [(), (FORWARD,)])
async def test_a_chain_of_nobody_we_know_is_not_even_looked_at(sealers: tuple[str, ...]) -> None:
    found, sure, asked = await looked_at(sealed(LETTER, LIST, PASS), *sealers)
    assert (found, sure.assurance, asked) == ((), "asserted", [])


BROKEN = {
    "the text": (b"Approve 123456", b"Deny 123456"),
    "the sender": (b"Ana <ana@", b"Ana <anna@"),
    "the results": (b"dmarc=pass", b"dmarc=none; dkim=pass"),
    "the sender they are for": (b"header.from=example.test", b"header.from=evil.test"),
    "the sealer": (b"d=evil.test", b"d=lists.example"),
    "a header that stands there twice": (b"Subject:", b"Subject: x\r\nSubject:"),
    "the number": (b"i=1;", b"i=2;"),
}


@pytest.mark.parametrize(("before", "after"), BROKEN.values(), ids=BROKEN)
async def test_a_chain_that_was_changed_says_nothing(before: bytes, after: bytes) -> None:
    raw = sealed(LETTER, "evil.test" if b"evil" in before else LIST, PASS)
    assert before in raw
    found, sure, _ = await looked_at(raw.replace(before, after), LIST)
    assert not any(one.good for one in found)
    assert sure.assurance == "asserted"


async def test_a_chain_found_broken_by_its_last_sealer_says_nothing() -> None:
    raw = sealed(sealed(LETTER, LIST, PASS).replace(b"Re: D", b"Re: E"), FORWARD, "dmarc=none", before="pass")
    assert (await looked_at(raw.replace(b"cv=pass", b"cv=fail"), LIST, FORWARD))[1].assurance == "asserted"


async def test_a_set_by_another_under_a_sealers_name_says_nothing() -> None:
    pem, record = pair(1024)
    assert record != ZONE[f"s1._domainkey.{LIST}"]
    raw = sealed(LETTER, LIST, PASS, pem=pem)
    found, sure, _ = await looked_at(raw, LIST)
    assert [one.good for one in found] == [False]
    assert sure.assurance == "asserted"
