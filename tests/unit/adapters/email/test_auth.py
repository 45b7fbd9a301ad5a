"""Who really sent it: our own exchanger's verdict counts, where it wrote it, for the sender's own domain; no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.email.account import Site
from adapters.email.proof.auth import verdict
from agent_core.values import Assurance
from tests.unit.adapters.email.letters import MX, SITE, mail

ANA = "ana@example.test"
RECEIVED = f"Received: from mail.example.test by {MX}; Sat, 21 Nov 2026 09:00:00 +0000"


def judged(*headers: str, sender: str = ANA, site: Site = SITE) -> Assurance:
    return verdict(mail(*headers, f"From: {sender}"), sender, site).assurance


def stamp(results: str, by: str = MX) -> str:
    return f"Authentication-Results: {by}; {results}"


# EM-18
RESULTS: dict[str, tuple[str, Assurance]] = {
    "the policy of the domain passes": ("dmarc=pass header.from=example.test", "verified"),
    "written in capitals": ("DMARC=PASS header.from=EXAMPLE.test", "verified"),
    "with a comment": ("dmarc=pass (p=reject dis=none) header.from=example.test", "verified"),
    "beside a failing path check": ("spf=fail smtp.mailfrom=x.test; dmarc=pass header.from=example.test", "verified"),
    "the policy fails": ("dmarc=fail header.from=example.test", "none"),
    "the policy fails though a signature passes": (
        "dkim=pass header.d=example.test; dmarc=fail header.from=example.test",
        "none",
    ),
    "the policy fails though the path passes": (
        "spf=pass smtp.mailfrom=ana@example.test; dmarc=fail header.from=example.test",
        "none",
    ),
    "once passed and once failed": (
        "dmarc=pass header.from=example.test; dmarc=fail header.from=example.test",
        "none",
    ),
    "a pass for another domain": ("dmarc=pass header.from=evil.test", "none"),
    "a pass for a domain that ends like ours": ("dmarc=pass header.from=notexample.test", "none"),
    "a pass for a domain above": ("dmarc=pass header.from=test", "none"),
    "a pass for a domain below": ("dmarc=pass header.from=mail.example.test", "none"),
    "a pass for nobody": ("dmarc=pass", "asserted"),
    "a pass for a look-alike domain": ("dmarc=pass header.from=xn--exmple-4nf.test", "none"),
    "a best guess": ("dmarc=bestguesspass header.from=example.test", "asserted"),
    "a passing disturbance": ("dmarc=temperror header.from=example.test", "asserted"),
    "a lasting disturbance": ("dmarc=permerror header.from=example.test", "asserted"),
    "no policy, signed by the domain": ("dmarc=none; dkim=pass header.d=example.test", "verified"),
    "no word of a policy, signed by the domain": ("dkim=pass header.d=example.test", "verified"),
    "signed by another and by the domain": (
        "dkim=pass header.d=x.test; dkim=pass header.d=example.test",
        "verified",
    ),
    "signed by another domain": ("dmarc=none; dkim=pass header.d=evil.test", "asserted"),
    "signed by a domain that ends like ours": ("dkim=pass header.d=ample.test", "asserted"),
    "signed by a domain below": ("dkim=pass header.d=mail.example.test", "asserted"),
    "signed by a top-level domain": ("dkim=pass header.d=test", "asserted"),
    "signed by nobody": ("dkim=pass", "asserted"),
    "signed, but broken": ("dkim=fail header.d=example.test", "asserted"),
    "signed, but weakly": ("dkim=policy header.d=example.test", "asserted"),
    "not signed": ("dkim=none", "asserted"),
    "only the path passes": ("spf=pass smtp.mailfrom=ana@example.test", "asserted"),
    "the path nearly fails": ("spf=softfail smtp.mailfrom=ana@example.test", "asserted"),
    "the path fails": ("spf=fail smtp.mailfrom=ana@example.test", "asserted"),
    "only a forwarder's word": ("arc=pass header.oldest-pass=0", "asserted"),
    "no policy and nothing else": ("dmarc=none header.from=example.test", "asserted"),
    "no policy, and of another sender": ("dmarc=none header.from=evil.test; dkim=pass header.d=example.test", "none"),
    "a pass for two": ("dmarc=pass header.from=example.test header.from=evil.test", "asserted"),
    "signed by two in one": ("dkim=pass header.d=example.test header.d=evil.test", "asserted"),
    "signed, and only the address is named": ("dkim=pass header.i=@example.test", "verified"),
    "signed by another, with an address of ours": ("dkim=pass header.d=evil.test header.i=@example.test", "asserted"),
    "a passing disturbance, though signed": (
        "dmarc=temperror header.from=example.test; dkim=pass header.d=example.test",
        "asserted",
    ),
    "with an ending semicolon": ("dmarc=pass(p=NONE,sp=QUARANTINE) header.from=example.test;", "verified"),
    "no results": ("none", "asserted"),
    "a result nobody knows": ("magic=pass header.from=example.test", "asserted"),
    "a method that only begins like one": ("dmarcx=pass header.from=example.test", "asserted"),
    "the words of a pass inside a comment": ("spf=none (dmarc=pass header.from=example.test)", "asserted"),
    "a pass inside a value": (
        'spf=none smtp.mailfrom="; dmarc=pass header.from=example.test"',
        "asserted",
    ),
    "not in the grammar": ("dmarc=pass header.from", "asserted"),
    "a comment that does not end": ("dmarc=pass header.from=example.test (", "asserted"),
}


@pytest.mark.parametrize(("results", "sure"), RESULTS.values(), ids=RESULTS)
def test_each_verdict_of_our_own_exchanger(results: str, sure: Assurance) -> None:
    assert judged(stamp(results), RECEIVED) == sure


# EM-17
PASS = "dmarc=pass header.from=example.test"
FAIL = "dmarc=fail header.from=example.test"
PLACES: dict[str, tuple[tuple[str, ...], Assurance]] = {
    "ours on top": ((stamp(PASS), RECEIVED), "verified"),
    "ours under other stamps of ours": (("Return-Path: <a@b>", stamp(PASS), RECEIVED), "verified"),
    "our name in capitals": ((stamp(PASS, by=MX.upper()), RECEIVED), "verified"),
    "our name with a version": ((stamp(PASS, by=f"{MX} 1"), RECEIVED), "verified"),
    "folded": ((f"Authentication-Results: {MX};", f"\t{PASS}", RECEIVED), "verified"),
    "several stamps of ours, read together": (
        (stamp("spf=none"), stamp("dkim=none"), stamp(PASS), RECEIVED),
        "verified",
    ),
    "the pass in the fourth": (
        (stamp("x-csa=none"), stamp("spf=none"), stamp("dkim=none"), stamp(PASS), RECEIVED),
        "verified",
    ),
    "several stamps of ours, one unreadable": ((stamp(PASS), stamp("dmarc"), RECEIVED), "asserted"),
    "another server's unreadable beside ours": ((stamp(PASS), stamp("dmarc", by="mx.evil.test"), RECEIVED), "verified"),
    "several stamps of ours, one failing": ((stamp(PASS), stamp(FAIL), RECEIVED), "none"),
    "written by the sender under our name": ((RECEIVED, stamp(PASS)), "asserted"),
    "written by the sender, against our verdict": ((stamp(FAIL), RECEIVED, stamp(PASS)), "none"),
    "written by the sender above a Received of his own": ((RECEIVED, stamp(PASS), RECEIVED), "asserted"),
    "no Received at all": ((stamp(PASS),), "asserted"),
    "only another server's": ((stamp(PASS, by="mx.evil.test"), RECEIVED), "asserted"),
    "another server's beside our failing one": ((stamp(PASS, by="mx.evil.test"), stamp(FAIL), RECEIVED), "none"),
    "a server whose name begins like ours": ((stamp(PASS, by=f"{MX}.evil.test"), RECEIVED), "asserted"),
    "a server whose name ends like ours": ((stamp(PASS, by=f"x{MX}"), RECEIVED), "asserted"),
    "our name in a comment": ((stamp(PASS, by=f"mx.evil.test ({MX})"), RECEIVED), "asserted"),
    "no server's name": ((f"Authentication-Results: {PASS}", RECEIVED), "asserted"),
    "a header with a name that only looks right": ((f"X-Authentication-Results: {MX}; {PASS}", RECEIVED), "asserted"),
    "a forwarder's verdict": (
        (f"ARC-Authentication-Results: i=1; {MX}; {PASS}", RECEIVED),
        "asserted",
    ),
    "an empty header": (("Authentication-Results:", RECEIVED), "asserted"),
    "no header": ((RECEIVED,), "asserted"),
}


@pytest.mark.parametrize(("headers", "sure"), PLACES.values(), ids=PLACES)
def test_a_verdict_counts_only_from_our_server_and_in_its_place(headers: tuple[str, ...], sure: Assurance) -> None:
    assert judged(*headers) == sure


# A delivery agent of ours wrote a Received of its own above the exchanger's.
BEHIND = replace(SITE, own_received=1)
DELIVERED = f"Received: from {MX} by box.bot.example.test with LMTP; Sat, 21 Nov 2026 09:00:01 +0000"
BELOW: dict[str, tuple[tuple[str, ...], Assurance]] = {
    "the verdict between the two": ((DELIVERED, stamp(PASS), RECEIVED), "verified"),
    "the verdict above both": ((stamp(PASS), DELIVERED, RECEIVED), "verified"),
    "written by the sender": ((DELIVERED, RECEIVED, stamp(PASS)), "asserted"),
    "written by the sender, against our verdict": ((DELIVERED, stamp(FAIL), RECEIVED, stamp(PASS)), "none"),
    "with one Received too few": ((DELIVERED, stamp(PASS)), "asserted"),
}


@pytest.mark.parametrize(("headers", "sure"), BELOW.values(), ids=BELOW)
def test_a_verdict_may_stand_below_as_many_received_as_our_servers_write(  # EM-17
    headers: tuple[str, ...], sure: Assurance
) -> None:
    assert judged(*headers, site=BEHIND) == sure


PATHS: dict[str, tuple[str, Assurance]] = {
    "the path passes": ("spf=pass smtp.mailfrom=ana@example.test", "verified"),
    "no policy, the path passes": ("dmarc=none; spf=pass smtp.mailfrom=example.test", "verified"),
    "the path of another passes": ("spf=pass smtp.mailfrom=bounce@evil.test", "asserted"),
    "only a name the server gave itself passes": ("spf=pass smtp.helo=example.test", "asserted"),
    "the path nearly fails": ("spf=softfail smtp.mailfrom=example.test", "asserted"),
    "the path passes, the policy fails": (
        "spf=pass smtp.mailfrom=example.test; dmarc=fail header.from=example.test",
        "none",
    ),
}


@pytest.mark.parametrize(("results", "sure"), PATHS.values(), ids=PATHS)
def test_a_path_counts_only_where_the_site_says_so(results: str, sure: Assurance) -> None:  # EM-18
    assert judged(stamp(results), RECEIVED, site=replace(SITE, spf_counts=True)) == sure
    assert judged(stamp(results), RECEIVED) != "verified"


@pytest.mark.parametrize("suffix", ["co.uk", "com.au", "co.jp", "github.io", "test"])
def test_a_public_suffix_speaks_for_nobody(suffix: str) -> None:  # EM-18
    sender = f"ana@example.{suffix}"
    assert judged(stamp(f"dkim=pass header.d={suffix}"), RECEIVED, sender=sender) == "asserted"
    assert judged(stamp(f"dmarc=pass header.from={suffix}"), RECEIVED, sender=sender) == "none"
    assert judged(stamp(f"dkim=pass header.d=example.{suffix}"), RECEIVED, sender=sender) == "verified"


def test_a_verdict_for_the_domain_says_nothing_for_a_sender_elsewhere() -> None:
    assert judged(stamp(PASS), RECEIVED, sender="ana@elsewhere.test") == "none"


def test_a_domain_below_may_be_signed_for_by_the_one_above() -> None:
    assert judged(stamp("dkim=pass header.d=example.test"), RECEIVED, sender="ana@mail.example.test") == "verified"


def test_the_evidence_says_by_what_in_a_bounded_number_of_words() -> None:
    many = "; ".join(f"dkim=fail header.d=d{n}.example.test" for n in range(50))
    asserted = verdict(mail(stamp(many), RECEIVED), ANA, SITE)
    assert asserted.evidence.startswith("dkim=fail (d0.example.test)")
    assert len(asserted.evidence) == 200
    assert verdict(mail(stamp(PASS), RECEIVED), ANA, SITE).evidence == "dmarc=pass (example.test)"
    assert verdict(mail(RECEIVED), ANA, SITE).evidence == "no verdict of our own mail server"
