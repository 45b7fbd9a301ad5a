"""What we checked ourselves, and what a person signed: how much of it counts beside our own mail server's verdict."""

from __future__ import annotations

import pytest

from adapters.email.found import Signature
from adapters.email.proof.auth import verdict
from agent_core.values import Assurance
from tests.unit.adapters.email.letters import ANA, MX, RECEIVED, SITE, mail

PASS, FAIL = (f"Authentication-Results: {MX}; dmarc={result} header.from=example.test" for result in ("pass", "fail"))

# --- what we checked ourselves (EM-19)

GOOD = Signature(domain="example.test", good=True)
CHECKED: dict[str, tuple[tuple[str, ...], tuple[Signature, ...], Assurance, str]] = {
    "a good one": ((RECEIVED,), (GOOD,), "verified", "dkim=pass (example.test) by our own check"),
    "a good one behind another's": (
        (RECEIVED,),
        (Signature(domain="evil.test", good=True), GOOD),
        "verified",
        "dkim=pass (example.test) by our own check",
    ),
    "another's": (
        (RECEIVED,),
        (Signature(domain="evil.test", good=True),),
        "asserted",
        "no verdict of our own mail server",
    ),
    "one of a public suffix": (
        (RECEIVED,),
        (Signature(domain="test", good=True),),
        "asserted",
        "no verdict of our own mail server",
    ),
    "a broken one": (
        (RECEIVED,),
        (Signature(domain="example.test", good=False, why="changed on the way"),),
        "asserted",
        "dkim=fail (example.test) by our own check: changed on the way",
    ),
    "a good one where our server says the policy fails": (
        (FAIL, RECEIVED),
        (GOOD,),
        "none",
        "dmarc=fail (example.test)",
    ),
    "a broken one where our server says it passes": (
        (PASS, RECEIVED),
        (Signature(domain="example.test", good=False, why="changed"),),
        "verified",
        "dmarc=pass (example.test)",
    ),
    "a whole chain is no signature": (
        (RECEIVED,),
        (Signature(domain="example.test", good=True, kind="arc"),),
        "asserted",
        "no verdict of our own mail server",
    ),
}


@pytest.mark.parametrize(("headers", "signatures", "sure", "evidence"), CHECKED.values(), ids=CHECKED)
def test_a_signature_that_we_found_good(
    headers: tuple[str, ...], signatures: tuple[Signature, ...], sure: Assurance, evidence: str
) -> None:
    found = verdict(mail(*headers, f"From: {ANA}"), ANA, SITE, signatures)
    assert (found.assurance, found.evidence) == (sure, evidence)


PERSONAL = {
    'multipart/signed; protocol="application/pkcs7-signature"': "; S/MIME signature, not checked",
    'multipart/signed; protocol="application/x-pkcs7-signature"': "; S/MIME signature, not checked",
    'multipart/signed;\r\n protocol="application/pgp-signature"': "; PGP signature, not checked",
    'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"': "; S/MIME signature, not checked",
    'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"': "",
    "multipart/signed": "",
    "text/plain": "",
}


@pytest.mark.parametrize(("kind", "words"), PERSONAL.items())
def test_a_signature_of_the_person_is_named_and_proves_nothing(kind: str, words: str) -> None:  # EM-24
    for stamps, sure, said in (((PASS,), "verified", "dmarc=pass (example.test)"), ((), "asserted", "no verdict")):
        found = verdict(mail(*stamps, RECEIVED, f"From: {ANA}", f"Content-Type: {kind}"), ANA, SITE)
        assert found.assurance == sure
        assert found.evidence.startswith(said)
        assert found.evidence.endswith(words or said[-5:] if sure == "verified" else words or "server")
