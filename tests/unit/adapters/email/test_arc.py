"""Those who passed a mail on: their word counts if the chain is whole, and all who must be believed are known."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes

import pytest
from hypothesis import given, strategies as st

from adapters.email.account import Site
from adapters.email.found import Signature, Verdict
from adapters.email.proof.arc import MAX_SETS, seals
from adapters.email.proof.auth import verdict
from agent_core.values import Assurance
from tests.unit.adapters.email.letters import ANA, MX, RECEIVED, SITE, mail

LIST = replace(SITE, sealers=("lists.example",))
BOTH = replace(SITE, sealers=("Lists.example", "forward.example"))
PASS = "dmarc=pass header.from=example.test"
WHOLE = f"Authentication-Results: {MX}; arc=pass (i=1) header.oldest-pass=0; dmarc=fail header.from=example.test"
CHAIN = Signature(domain="lists.example", good=True, kind="arc")


def stamped(number: int, results: str = PASS, *, by: str = "lists.example", chain: str = "") -> tuple[str, str, str]:
    """The set one who passes a mail on puts above it."""
    return (
        f"ARC-Seal: i={number}; a=rsa-sha256; d={by}; s=s; cv={chain or ('none' if number == 1 else 'pass')}; b=AAAA",
        f"ARC-Message-Signature: i={number}; a=rsa-sha256; c=relaxed/relaxed; d={by}; s=s; h=from; bh=AAAA; b=AAAA",
        f"ARC-Authentication-Results: i={number}; mx.{by}; {results}",
    )


FIRST = stamped(1)
CASES: dict[str, tuple[tuple[str, ...], bool]] = {
    "one set": (FIRST, True),
    "in other words": ((FIRST[0].replace("; ", ";\r\n\t"), *FIRST[1:]), True),
    "in capitals": ((FIRST[0].replace("lists.example", "LISTS.example"), *FIRST[1:]), True),
    "a signature without a policy": (stamped(1, "dmarc=none; dkim=pass header.d=example.test"), True),
    "a path only": (stamped(1, "spf=pass smtp.mailfrom=example.test"), False),
    "a failing policy": (stamped(1, "dmarc=fail header.from=example.test"), False),
    "a pass for another": (stamped(1, "dmarc=pass header.from=evil.test"), False),
    "no results": (stamped(1, "none"), False),
    "results that cannot be read": (stamped(1, "dmarc"), False),
    "another sealer": (stamped(1, by="evil.test"), False),
    "a sealer with a name that ends alike": (stamped(1, by="x.lists.example"), False),
    "another sealer above a known one": ((*stamped(2, "arc=pass", by="evil.test"), *FIRST), False),
    "a known sealer above another, who saw no pass": ((*stamped(2, "arc=pass"), *stamped(1, by="evil.test")), False),
    "a known sealer above another, who saw a pass": ((*stamped(2), *stamped(1, by="evil.test")), True),
    "two known sealers": ((*stamped(2, "dmarc=fail header.from=example.test"), *FIRST), True),
    "two known sealers, the upper one found the chain broken": ((*stamped(2, "arc=fail", chain="fail"), *FIRST), False),
    "a set without a seal": (FIRST[1:], False),
    "a set without results": (FIRST[:2], False),
    "a set without its signature": ((FIRST[0], FIRST[2]), False),
    "a set twice": ((*FIRST, *FIRST), False),
    "results twice": ((*FIRST, stamped(1, by="evil.test")[2]), False),
    "results before, of nobody": ((stamped(2)[2], *FIRST), False),
    "a set left out": ((*stamped(3), *FIRST), False),
    "no number": ((FIRST[0].replace("i=1; ", ""), *FIRST[1:]), False),
    "two domains in a seal": ((FIRST[0].replace("d=", "d=evil.test; d="), *FIRST[1:]), False),
    "no domain in a seal": ((FIRST[0].replace("d=lists.example; ", ""), *FIRST[1:]), False),
    "too many sets": (tuple(h for n in range(MAX_SETS + 1, 0, -1) for h in stamped(n)), False),
    "nobody": ((), False),
}


def judged(*headers: str, site: Site = LIST, signatures: tuple[Signature, ...] = ()) -> Verdict:
    return verdict(mail(*headers, f"From: {ANA}"), ANA, site, signatures)


@pytest.mark.parametrize(("headers", "counts"), CASES.values(), ids=CASES)
def test_the_word_of_a_sealer_counts_where_our_server_finds_the_chain_whole(  # EM-20
    headers: tuple[str, ...], counts: bool
) -> None:
    found = judged(WHOLE, RECEIVED, *headers)
    assert found.assurance == ("verified" if counts else "none")
    assert found.evidence.startswith("arc=pass (lists.example) " if counts else "dmarc=fail (example.test)")


@pytest.mark.parametrize(("headers", "counts"), CASES.values(), ids=CASES)
def test_or_where_we_find_it_whole_ourselves(headers: tuple[str, ...], counts: bool) -> None:  # EM-20
    found = judged(RECEIVED, *headers, signatures=(CHAIN,))
    assert found.assurance == ("verified" if counts else "asserted")


UNPROVED: dict[str, tuple[tuple[str, ...], tuple[Signature, ...], Assurance]] = {
    "nobody looked": ((), (), "asserted"),
    "our server found it broken": ((WHOLE.replace("arc=pass", "arc=fail"),), (), "none"),
    "our server says both": ((WHOLE.replace("dmarc=fail", "arc=fail; dmarc=fail"),), (), "none"),
    "we found it broken": ((), (CHAIN.model_copy(update={"good": False}),), "asserted"),
    "a good signature is no chain": ((), (CHAIN.model_copy(update={"kind": "dkim"}),), "asserted"),
    "another server says it is whole": ((WHOLE.replace(MX, "mx.evil.test"),), (), "asserted"),
    "our server saw another sender": ((WHOLE.replace("from=example.test", "from=evil.test"),), (CHAIN,), "none"),
}


@pytest.mark.parametrize(("stamps", "signatures", "sure"), UNPROVED.values(), ids=UNPROVED)
def test_a_chain_that_nobody_found_whole_says_nothing(
    stamps: tuple[str, ...], signatures: tuple[Signature, ...], sure: Assurance
) -> None:
    assert judged(*stamps, RECEIVED, *FIRST, signatures=signatures).assurance == sure


def test_nobody_is_a_sealer_unless_the_site_says_so() -> None:  # EM-20
    assert judged(WHOLE, RECEIVED, *FIRST, site=SITE).assurance == "none"
    assert judged(RECEIVED, *FIRST, site=SITE, signatures=(CHAIN,)).assurance == "asserted"


def test_every_sealer_down_to_the_one_who_saw_the_pass_must_be_known() -> None:  # EM-20
    chain = (*stamped(2, "arc=pass", by="forward.example"), *FIRST)
    assert judged(WHOLE, RECEIVED, *chain, site=BOTH).evidence.startswith("arc=pass (lists.example) dmarc=pass")
    assert judged(WHOLE, RECEIVED, *chain, site=LIST).assurance == "none"
    assert judged(WHOLE, RECEIVED, *chain, site=replace(SITE, sealers=("forward.example",))).assurance == "none"


@pytest.mark.parametrize("left_out", range(6))
def test_the_sets_are_whole_or_there_are_none(left_out: int) -> None:
    headers = (*stamped(2), *FIRST)
    assert [seal.domain for seal in seals(mail(*headers))] == ["lists.example", "lists.example"]
    assert seals(mail(*(header for at, header in enumerate(headers) if at != left_out))) == ()


@given(
    st.lists(st.sampled_from([b"i=1;", b"i=", b"2", b";", b" d=lists.example", b"cv=pass", b"\x00", b"\xff", b"\r\n "]))
)
def test_whatever_the_bytes_of_a_set_it_breaks_nothing(pieces: list[bytes]) -> None:
    names = (b"ARC-Seal: ", b"ARC-Message-Signature: ", b"ARC-Authentication-Results: ", b"Authentication-Results: ")
    raw = b"".join(name + b"".join(pieces) + b"\r\n" for name in names) + f"{RECEIVED}\r\nFrom: {ANA}\r\n\r\n".encode()
    assert verdict(message_from_bytes(raw), ANA, LIST, (CHAIN,)).assurance == "asserted"
