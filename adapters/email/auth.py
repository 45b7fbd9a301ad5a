"""Who really sent it: the verdict of our own mail server, and nobody else's (RFC 8601).

Only headers with our authserv-id count, and only above the first Received: everything below was in the mail when it
came to us and is the sender's word. A DMARC pass for the From domain verifies; so does an aligned DKIM signature where
the domain publishes no DMARC policy. Any failing DMARC verdict wins over a passing one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message

from authres import AuthResError, FeatureContext, dmarc

from adapters.email.account import Site
from adapters.email.found import Signature, Verdict

_GRAMMAR = FeatureContext(dmarc)  # RFC 8601 with the method of RFC 7489


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result for one domain."""

    method: str
    result: str
    domain: str


def verdict(mail: Message, address: str, site: Site, signatures: Sequence[Signature] = ()) -> Verdict:
    """The verdict on a mail from this address. `signatures` are those we checked ourselves."""
    domain = address.rpartition("@")[2]
    results = list(_trusted(mail, site))
    policies = [r for r in results if r.method == "dmarc" and r.result != "none"]
    if policies:
        passed = all(r.result == "pass" and r.domain == domain for r in policies)
        return Verdict(assurance="verified" if passed else "none", evidence=_words(policies))
    for r in results:
        if r.method == "dkim" and r.result == "pass" and _aligned(r.domain, domain):
            return Verdict(assurance="verified", evidence=_words([r]))
    return Verdict(assurance="asserted", evidence=_words(results) or "no verdict of our own mail server")


def _trusted(mail: Message, site: Site) -> Iterator[Result]:
    """The results of our own server, in the block it wrote; a mail without Received has no such block."""
    headers = [(name.lower(), " ".join(str(value).split())) for name, value in mail.items()]
    ours = next((i for i, (name, _) in enumerate(headers) if name == "received"), 0)
    for name, value in headers[:ours]:
        if name == "authentication-results":
            yield from _results(value, site)


def _results(text: str, site: Site) -> Iterator[Result]:
    try:
        header = _GRAMMAR.parse(f"Authentication-Results: {text}")
    except (AuthResError, ValueError, LookupError, RecursionError):
        return  # Not a header we can read is not a header we can trust.
    if str(header.authserv_id).lower() not in {known.lower() for known in site.authserv_ids}:
        return
    for result in header.results:
        properties = {f"{p.type}.{p.name}": str(p.value) for p in result.properties}
        domain = properties.get("header.from") or properties.get("header.d") or properties.get("smtp.mailfrom", "")
        yield Result(str(result.method).lower(), str(result.result).lower(), domain.rpartition("@")[2].lower())


def _aligned(signed: str, domain: str) -> bool:
    """A signature of the domain or one above it; a top-level domain signs for nobody."""
    return "." in signed and f".{domain}".endswith(f".{signed}")


def _words(results: list[Result]) -> str:
    return " ".join(f"{r.method}={r.result} ({r.domain})" for r in results)[:200]
