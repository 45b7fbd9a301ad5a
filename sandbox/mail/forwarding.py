"""Forwarding: mail that somebody in between passed on: a forwarder that seals it (ARC, RFC 8617), or a mailing list."""

from __future__ import annotations

import re
from email.utils import format_datetime
from typing import Literal

import dkim

from sandbox.mail.clock import now
from sandbox.mail.signing import SELECTOR, Keys
from sandbox.mail.stamps import Auth, Stamp, from_domain, results

FORWARDER = "forwarder.test"
LIST = "ops@lists.forwarder.test"
# Not sealed, sealed, or changed after it was sealed.
Arc = Literal["none", "good", "broken"]

_FROM = re.compile(rb"^From:[ \t]*([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)\r\n", re.MULTILINE | re.IGNORECASE)
_SUBJECT = re.compile(rb"^Subject:[ \t]*", re.MULTILINE | re.IGNORECASE)


def forwarded(raw: bytes, sender: str, by: str, found: Auth, arc: Arc, keys: Keys) -> bytes:
    """The mail as a forwarder hands it on: what it found on top, sealed."""
    verdict = f"Authentication-Results: mx.{by};\r\n {results(found, from_domain(raw))}\r\n"
    taken = f"Received: from mx.{sender.rpartition('@')[2]} by mx.{by} with ESMTPS; {format_datetime(now())}\r\n"
    raw = (verdict + taken).encode() + raw
    if arc == "none":
        return raw
    names = (SELECTOR.encode(), by.encode(), keys.secret(by), f"mx.{by}".encode())
    sealed = b"".join(dkim.arc_sign(raw, *names)) + raw
    return sealed if arc == "good" else sealed + b"And one more line.\r\n"


def passed_on(raw: bytes, by: str, arc: Arc) -> Stamp:
    """What our exchanger finds: nobody speaks for the author's domain but, maybe, the chain."""
    chain = {"none": "none", "good": "pass", "broken": "fail"}[arc]
    verdicts = (
        f"dmarc=fail header.from={from_domain(raw)}",
        f"spf=pass smtp.mailfrom={by}",
        "dkim=none",
        f"arc={chain}",
    )
    return Stamp("fail", said=";\r\n ".join(verdicts))


def rewritten(raw: bytes, listed: str) -> bytes:
    """The mail as a list sends it: in its own name, with a mark in the subject, its headers, and a footer."""
    name, _, domain = listed.partition("@")
    author = _FROM.search(raw)
    whose = author[1] if author else b"nobody"
    shown = re.sub(rb'\s*<[^>]*>|"', b"", whose).replace(b"@", b" at ").strip() or b"Somebody"
    raw = _FROM.sub(lambda _: b'From: "' + shown + f' via {name}" <{listed}>\r\n'.encode(), raw, count=1)
    raw = _SUBJECT.sub(f"Subject: [{name}] ".encode(), raw, count=1)
    headers = (
        f"Sender: {name}-bounces@{domain}\r\nList-Id: <{name}.{domain}>\r\nList-Post: <mailto:{listed}>\r\n"
        f"List-Unsubscribe: <mailto:{name}-leave@{domain}>\r\nPrecedence: list\r\n"
    ).encode()
    footer = f"\r\n_______________________________________________\r\n{name} mailing list -- {listed}\r\n".encode()
    return headers + b"Reply-To: " + whose + b"\r\n" + raw + footer
