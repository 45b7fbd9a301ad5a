"""Who really sent it: the verdict of our own mail server (RFC 8601), and of nobody else who was not named to us.

Only headers with our authserv-id count, and only above the first Received: everything below was in the mail when it
came to us and is the sender's word. A DMARC pass for the From domain verifies; so does an aligned DKIM signature where
the domain publishes no DMARC policy. Any failing DMARC verdict wins over a passing one, and over a signature we found
good ourselves; only those who passed the mail on, if they are among our sealers (ARC), may say it was whole before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import Message

from authres import AuthResError, FeatureContext, dmarc

from adapters.email.account import Site
from adapters.email.found import Signature, Verdict
from adapters.email.proof import arc
from adapters.email.proof.domains import speaks_for

MAX_EVIDENCE = 200

_GRAMMAR = FeatureContext(dmarc)  # RFC 8601 with the method of RFC 7489
# The property of a result that says for whom it is; of two, the first that is there.
_WHOM = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}
_SEALS = {
    "multipart/signed": re.compile(r"application/(?:(?:x-)?pkcs7|pgp)-signature", re.IGNORECASE),
    "application/pkcs7-mime": re.compile(r"signed-data", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result for one domain."""

    method: str
    result: str
    domain: str


def verdict(mail: Message, address: str, site: Site, signatures: Sequence[Signature] = ()) -> Verdict:
    """The verdict on a mail from this address. `signatures` are those we checked ourselves.

    Its evidence is in the words of the headers, with the domain each result is for: `dmarc=pass (example.com)`.
    """
    found = _verdict(mail, address.rpartition("@")[2], site, signatures)
    return Verdict(assurance=found.assurance, evidence=(found.evidence + _sealed(mail))[:MAX_EVIDENCE])


def _verdict(mail: Message, domain: str, site: Site, signatures: Sequence[Signature]) -> Verdict:
    results = list(_own(mail, site))
    own = _judged(results, domain, spf_counts=site.spf_counts)
    if own.assurance == "verified" or _elsewhere(results, domain):
        return own
    whole = [r.result for r in results if r.method == "arc"]
    if (whole and set(whole) == {"pass"}) or any(s.kind == "arc" and s.good for s in signatures):
        for seal in arc.trusted(mail, site.sealers):
            theirs = _judged(list(_results(seal.results)), domain)
            if theirs.assurance == "verified":
                return Verdict(assurance="verified", evidence=f"arc=pass ({seal.domain}) {theirs.evidence}")
    if own.assurance == "none":
        return own
    return _checked(signatures, domain) or own


def _judged(results: list[Result], domain: str, *, spf_counts: bool = False) -> Verdict:
    """What the results of one server, all together, say about a sender of this domain."""
    policies = [r for r in results if r.method == "dmarc" and r.result != "none"]
    if _elsewhere(results, domain) or any(r.result == "fail" for r in policies):
        return Verdict(assurance="none", evidence=_words(r for r in results if r.method == "dmarc"))
    if policies:
        passed = all(r.result == "pass" and r.domain for r in policies)
        return Verdict(assurance="verified" if passed else "asserted", evidence=_words(policies))
    counting = ("dkim", "spf") if spf_counts else ("dkim",)
    for r in sorted(results, key=lambda r: r.method):  # A signature says more than a path.
        if r.method in counting and r.result == "pass" and speaks_for(r.domain, domain):
            return Verdict(assurance="verified", evidence=_words([r]))
    return Verdict(assurance="asserted", evidence=_words(results) or "no verdict of our own mail server")


def _elsewhere(results: Iterable[Result], domain: str) -> bool:
    """Whether the server looked at a sender of another domain than we do."""
    named = {r.domain for r in results if r.method == "dmarc" and r.domain}
    return any(name != domain and not speaks_for(name, domain) for name in named)


def _checked(signatures: Sequence[Signature], domain: str) -> Verdict | None:
    """What our own look at the signatures says, if any is the sender's."""
    theirs = [s for s in signatures if s.kind == "dkim" and speaks_for(s.domain, domain)]
    if good := [s for s in theirs if s.good]:
        return Verdict(assurance="verified", evidence=f"dkim=pass ({good[0].domain}) by our own check")
    if theirs:
        return Verdict(
            assurance="asserted", evidence=f"dkim=fail ({theirs[0].domain}) by our own check: {theirs[0].why}"
        )
    return None


def _own(mail: Message, site: Site) -> Iterator[Result]:
    """The results of our own server, in the block it wrote; a mail without its Received has no such block."""
    headers = [(name.lower(), " ".join(str(value).split())) for name, value in mail.items()]
    received = [i for i, (name, _) in enumerate(headers) if name == "received"]
    end = received[site.own_received] if len(received) > site.own_received else 0
    ours = {known.lower() for known in site.authserv_ids}
    for name, value in headers[:end]:
        if name == "authentication-results" and _server(value) in ours:
            yield from _results(value)


def _server(text: str) -> str:
    """Who wrote a header, by its first word."""
    return re.split(r"[\s;(]", text, maxsplit=1)[0].lower()


def _results(text: str) -> Iterator[Result]:
    """What an Authentication-Results header says. One that cannot be read speaks of a policy, and does not pass."""
    try:
        header = _GRAMMAR.parse(f"Authentication-Results: {text.rstrip('; ')}")  # Yahoo's ends so.
    except (AuthResError, ValueError, LookupError, RecursionError):
        yield Result("dmarc", "unreadable", "")
        return
    for result in header.results:
        method = str(result.method).lower()
        said = [(f"{p.type}.{p.name}".lower(), str(p.value).lower()) for p in result.properties]
        yield Result(method, str(result.result).lower(), _whom(method, said))


def _whom(method: str, said: Sequence[tuple[str, str]]) -> str:
    """The domain a result is for; none if it names two."""
    for name in _WHOM.get(method, ()):
        domains = {value.rpartition("@")[2] for property, value in said if property == name}
        if domains:
            return domains.pop() if len(domains) == 1 else ""
    return ""


def _words(results: Iterable[Result]) -> str:
    return " ".join(f"{r.method}={r.result} ({r.domain})" if r.domain else f"{r.method}={r.result}" for r in results)


def _sealed(mail: Message) -> str:
    """A signature of the person themselves. It is no proof: we do not know their keys."""
    kind = mail.get_content_type()
    parameters = " ".join(str(mail.get("Content-Type", "")).split())
    if kind not in _SEALS or not _SEALS[kind].search(parameters):
        return ""
    return f"; {'PGP' if 'pgp-signature' in parameters.lower() else 'S/MIME'} signature, not checked"
