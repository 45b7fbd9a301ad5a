"""Stamps: what our mail exchanger writes on top of a mail, and what a provider's submission server changes in it.

`Authentication-Results` of ours stands on top, the sender's own headers below. A header that claims to be ours is
removed on the way in (RFC 8601 section 5).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import compat32
from email.utils import format_datetime, parseaddr
from typing import Literal

from sandbox.mail.clock import now

MX = "mx.bot.example.test"
Auth = Literal["pass", "fail", "none", "unstamped"]
# Who replaces the Message-ID of what is submitted: nobody, Amazon SES or Microsoft 365.
Rewrites = Literal["", "ses", "m365"]

_HEADER = re.compile(rb"^[^\s:]+:[^\n]*\n(?:[ \t][^\n]*\n)*", re.MULTILINE)


@dataclass(frozen=True)
class Stamp:
    """What an exchanger finds out about a mail, and what it calls itself. `said` are its own words, if it has any."""

    auth: Auth = "pass"
    authserv_id: str = MX
    said: str = ""


def stamped(raw: bytes, sender: str, recipient: str, stamp: Stamp) -> bytes:
    """The mail as our exchanger hands it on. An empty sender is the null return path, of bounces."""
    stamps = [f"Return-Path: <{sender}>", f"Delivered-To: {recipient}"]
    if stamp.auth != "unstamped":
        said = stamp.said or results(stamp.auth, sender.rpartition("@")[2] or from_domain(raw))
        stamps.append(f"Authentication-Results: {stamp.authserv_id};\r\n {said}")
    stamps.append(f"Received: from sandbox by {MX} with ESMTP; {format_datetime(now())}")
    return "".join(f"{line}\r\n" for line in stamps).encode() + _without(raw, _pretends)


def results(auth: Auth, domain: str) -> str:
    """The usual words about a mail from a domain."""
    spf, dkim = ("pass", "pass") if auth == "pass" else ("fail", "none") if auth == "fail" else ("none", "none")
    return f"dmarc={auth} header.from={domain};\r\n spf={spf} smtp.mailfrom={domain};\r\n dkim={dkim} header.d={domain}"


def from_domain(raw: bytes) -> str:
    """The domain a mail says it is from."""
    head = head_of(raw)
    return parseaddr(str(message_from_bytes(head, policy=compat32).get("From", "")))[1].rpartition("@")[2]


def head_of(raw: bytes) -> bytes:
    """The headers of a mail, and the empty line behind them."""
    head, gap, _ = raw.partition(b"\r\n\r\n")
    return head + gap


def renamed(raw: bytes, rewrites: Rewrites) -> tuple[bytes, str]:
    """The mail under the provider's own Message-ID, and what the provider answers to DATA."""
    if not rewrites:
        return raw, "250 OK: delivered"
    if rewrites == "ses":
        name = f"0102{secrets.token_hex(6)}-{secrets.token_hex(4)}-{secrets.token_hex(6)}-000000"
        new_id, answer = f"<{name}@email.amazonses.com>", f"250 Ok {name}"
    else:
        host = f"{secrets.token_hex(6).upper()}.eurprd04.prod.outlook.com"
        new_id = f"<{secrets.token_hex(8).upper()}@{host}>"
        answer = f"250 2.0.0 OK {new_id} [Hostname={host}]"
    return f"Message-ID: {new_id}\r\n".encode() + _without(raw, _is_message_id), answer


def _without(raw: bytes, unwanted: Callable[[bytes], bool]) -> bytes:
    """The mail without certain headers, the rest byte by byte."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    kept = _HEADER.sub(lambda m: b"" if unwanted(m[0]) else m[0], head + b"\r\n")
    return kept.removesuffix(b"\r\n") + gap + body


def _pretends(header: bytes) -> bool:
    """Whether it passes for our verdict."""
    name, _, value = header.partition(b":")
    return name.lower() == b"authentication-results" and value.strip().lower().startswith(MX.encode())


def _is_message_id(header: bytes) -> bool:
    return header.lower().startswith(b"message-id:")
